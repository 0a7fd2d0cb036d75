import type { z } from '@hono/zod-openapi';
import { AppError, type FieldError } from '../../domain/errors.ts';
import { shownValue } from './quote-value.ts';

type Issue = z.core.$ZodIssue;

/** Fields whose value is or may contain a secret. */
const SECRET_FIELDS = new Set(['streamKey', 'backupStreamKey', 'token', 'rtmpUrl', 'backupRtmpUrl', 'url']);
/** Messages repeat only plain field names, because a caller may have pasted a secret there. */
const PLAIN_NAME = /^[A-Za-z][A-Za-z]{0,30}$/;

/**
 * Explains why a schema refused a request: each offending field, the allowed values, and the given value where it is
 * safe.
 * @param allowed field names of the schema, listed for an unknown field
 */
export function explainIssues(issues: readonly Issue[], given: unknown, allowed: readonly string[]): AppError {
  const errors = issues.flatMap((issue) => fieldErrorsOf(issue, given, allowed));
  return invalidFields(errors);
}

/** Returns the 422 for one or more fields. */
export function invalidFields(errors: FieldError[]): AppError {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new AppError('validation_failed', {
    detail: first ? `${first.field}: ${first.message}${more}` : 'the request is not valid',
    remedy:
      errors.length > 1 ? 'correct the fields listed in errors, then send again' : 'correct the field, then send again',
    errors,
  });
}

/** Collects what is wrong with the fields of one request, so that its caller learns everything at once. */
export class FieldFaults {
  readonly #fields: AppError[] = [];
  /** What is refused for another reason, which is reported only when the fields are right. */
  #other: AppError | undefined;

  /** Runs a check and keeps its refusal. @returns what the check returned; undefined when it refused */
  async note<Result>(check: () => Result | Promise<Result>): Promise<Result | undefined> {
    try {
      return await check();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.kind === 'invalid' && error.errors) this.#fields.push(error);
      else this.#other ??= error;
      return undefined;
    }
  }

  /** @throws {AppError} the only refusal with its own code, or one that names the fields of all */
  throwAny(): void {
    const [first, ...more] = this.#fields;
    if (first) throw more.length === 0 ? first : invalidFields(this.#fields.flatMap(({ errors }) => errors ?? []));
    if (this.#other) throw this.#other;
  }

  /** Returns the result of a check, if nothing was refused. @throws as `throwAny` */
  require<Result>(result: Result | undefined): Result {
    this.throwAny();
    if (result === undefined) throw new Error('a check returned nothing and refused nothing');
    return result;
  }
}

function fieldErrorsOf(issue: Issue, given: unknown, allowed: readonly string[]): FieldError[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const known = allowed.length > 0 ? `; allowed: ${allowed.join(', ')}` : '; no fields are allowed here';
    return issue.keys.map((key) => ({
      field: [...path, PLAIN_NAME.test(key) && !isSecretValue(key, given) ? key : '(unknown)'].join('.'),
      message: `unknown field${known}`,
    }));
  }
  const field = path.join('.') || 'body';
  return [{ field, message: messageOf(issue, valueAt(given, issue.path), path.at(-1), given) }];
}

function messageOf(issue: Issue, value: unknown, name: string | undefined, given: unknown): string {
  const isSafe = name !== undefined && !SECRET_FIELDS.has(name) && !isSecretValue(value, given);
  const not = isSafe ? `, not ${shownValue(value)}` : '';
  switch (issue.code) {
    case 'invalid_type':
      if (value === undefined) return 'required';
      return `must be ${article(issue.expected)}, not ${article(typeOf(value))}`;
    case 'invalid_value':
      return value === undefined ? 'required' : `must be one of ${issue.values.map(String).join(', ')}${not}`;
    case 'too_small':
      return isOwnMessage(issue.message)
        ? issue.message
        : `must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}${unitOf(issue.origin)}${not}`;
    case 'too_big':
      return isOwnMessage(issue.message)
        ? issue.message
        : `must be at most ${issue.maximum}${unitOf(issue.origin)}${not}`;
    default:
      return isOwnMessage(issue.message) ? issue.message : `is not valid${not}`;
  }
}

/** Returns true for messages of our schemas, which start in lower case; zod's are sentences. */
function isOwnMessage(message: string): boolean {
  return /^[a-z]/.test(message);
}

function unitOf(origin: string): string {
  return origin === 'string' ? ' characters' : '';
}

function article(type: string): string {
  if (type === 'undefined' || type === 'null') return type;
  return /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  let value = given;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

/** Returns true when the value also occurs in a secret field of the same request, as after a wrong paste. */
function isSecretValue(value: unknown, given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return false;
  const text = (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).toLowerCase();
  return Object.entries(given).some(
    ([name, secret]) =>
      SECRET_FIELDS.has(name) &&
      typeof secret === 'string' &&
      secret.length > 0 &&
      (text.includes(secret.toLowerCase()) || (text.length >= 4 && secret.toLowerCase().includes(text))),
  );
}
