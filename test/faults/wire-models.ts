import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import type { WireAnswer, WireCall } from './in-process-transport.ts';

/**
 * Checks answers against AWS's models, as far as the SDK's packages contain them: the shape of each response and the
 * errors that each operation declares. Both the local endpoints' answers and the injected faults must match.
 */

const require = createRequire(import.meta.url);
const SHAPES = join(import.meta.dirname, '..', '..', 'infra', 'local', 'endpoints', 'media', 'shapes');

/** Errors that any operation of a service may return and that its model does not list. */
const COMMON_ERRORS: Record<string, readonly string[]> = {
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
  dynamodb: ['ThrottlingException', 'ValidationException'],
  // https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html
  kms: ['ThrottlingException', 'AccessDeniedException'],
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html
  monitoring: ['ThrottlingException', 'InternalFailure', 'ServiceUnavailable'],
  // https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html
  secretsmanager: ['ThrottlingException', 'AccessDeniedException'],
  // https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html
  sns: ['ThrottledException'],
  // https://docs.aws.amazon.com/step-functions/latest/apireference/CommonErrors.html
  states: ['ThrottlingException', 'ServiceUnavailable', 'ValidationException'],
};

const PACKAGES: Record<string, string> = {
  medialive: '@aws-sdk/client-medialive',
  mediaconnect: '@aws-sdk/client-mediaconnect',
  mediapackage: '@aws-sdk/client-mediapackage',
  dynamodb: '@aws-sdk/client-dynamodb',
  kms: '@aws-sdk/client-kms',
  secretsmanager: '@aws-sdk/client-secrets-manager',
  sns: '@aws-sdk/client-sns',
  states: '@aws-sdk/client-sfn',
  monitoring: '@aws-sdk/client-cloudwatch',
  logs: '@aws-sdk/client-cloudwatch-logs',
};

const declared = new Map<string, ReadonlySet<string> | null>();

/** Returns the names of errors that an operation may return; null for a service without a model. */
export function declaredErrors(service: string, operation: string): ReadonlySet<string> | null {
  const key = `${service}.${operation}`;
  const known = declared.get(key);
  if (known !== undefined) return known;
  const found = readDeclared(service, operation);
  declared.set(key, found);
  return found;
}

function readDeclared(service: string, operation: string): ReadonlySet<string> | null {
  const name = PACKAGES[service];
  const names = name === undefined ? null : errorsInPackage(name, operation);
  return names && new Set([...names, ...(COMMON_ERRORS[service] ?? [])]);
}

/** Returns the names of errors that an SDK package declares for an operation; null if it has no such operation. */
export function errorsInPackage(packageName: string, operation: string): string[] | null {
  const root = dirname(dirname(require.resolve(packageName)));
  const file = join(root, 'dist-types', 'commands', `${operation}Command.d.ts`);
  if (!existsSync(file)) return null;
  return [...readFileSync(file, 'utf8').matchAll(/@throws \{@link (\w+)\}/g)].map((match) => match[1]!);
}

const checks = new Map<string, ValidateFunction | null>();
const models = new Map<string, { ajv: Ajv; definitions: Record<string, unknown> }>();

function modelOf(service: string): { ajv: Ajv; definitions: Record<string, unknown> } | null {
  const known = models.get(service);
  if (known) return known;
  const file = join(SHAPES, `${service}-responses.json`);
  if (!existsSync(file)) return null;
  const { definitions } = JSON.parse(readFileSync(file, 'utf8')) as { definitions: Record<string, unknown> };
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
  ajv.addSchema({ $id: service, definitions: closed(definitions) as object });
  const model = { ajv, definitions };
  models.set(service, model);
  return model;
}

/** Forbids additional members, which type declarations allow but a model does not. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (node === null || typeof node !== 'object') return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  const isShape = copy['type'] === 'object' && typeof copy['properties'] === 'object';
  return isShape && copy['additionalProperties'] === undefined ? { ...copy, additionalProperties: false } : copy;
}

function checkOf(service: string, operation: string): ValidateFunction | null {
  const key = `${service}.${operation}`;
  const known = checks.get(key);
  if (known !== undefined) return known;
  const model = modelOf(service);
  const shape = `${operation}Response`;
  const check = model?.definitions[shape] ? model.ajv.compile({ $ref: `${service}#/definitions/${shape}` }) : null;
  checks.set(key, check);
  return check;
}

/**
 * Checks an answer against the model.
 * @returns the mismatch without its values; null if there is none, `unchecked` if there is no model
 */
export function findMisfit({ service, operation }: WireCall, answer: WireAnswer): string | null {
  if (answer.status >= 300) {
    const type = answer.headers['x-amzn-errortype'] ?? /"__type":"([^"]*)"/.exec(answer.body)?.[1] ?? '';
    const name = type.split('#').at(-1)!;
    const errors = declaredErrors(service, operation);
    if (errors === null) return 'unchecked';
    return errors.has(name) ? null : `${service}.${operation} does not declare ${name || 'an error without a name'}`;
  }
  const check = checkOf(service, operation);
  if (!check) return 'unchecked';
  if (check(inSdkCasing(JSON.parse(answer.body || '{}')))) return null;
  const { instancePath, message, params } = check.errors![0]!;
  const member = (params as { additionalProperty?: string }).additionalProperty ?? '';
  return `the answer to ${service}.${operation}: ${instancePath || 'it'} ${message} ${member}`.trim();
}

/** Converts member names from wire casing, with a lower-case first letter, to SDK casing. Tag keys stay unchanged. */
function inSdkCasing(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inSdkCasing);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([name, member]) => [
        name.charAt(0).toUpperCase() + name.slice(1),
        name === 'tags' ? member : inSdkCasing(member),
      ]),
  );
}
