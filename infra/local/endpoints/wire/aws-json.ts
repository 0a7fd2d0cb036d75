/**
 * The server side of the AWS JSON protocols: one POST path, the operation in `X-Amz-Target`, and `__type` to
 * distinguish errors. DynamoDB and Step Functions use version 1.0, KMS 1.1.
 */
import { randomUUID } from 'node:crypto';
import { AwsError, unknownOperation } from './aws-error.ts';
import type { LocalService } from './local-service.ts';

/** A refusal with status 400, as in most services of the JSON protocols. Never put a secret into the message. */
export class AwsFault extends AwsError {
  constructor(name: string, message: string, status = 400) {
    super(name, status, message);
  }
}

/** The parsed body of a request: a JSON object whose members are not yet checked. */
export type JsonBody = Record<string, unknown>;

/** The handlers of a local endpoint by operation name. A handler throws `AwsFault` to refuse. */
export type JsonOperations = Record<string, (input: JsonBody) => unknown>;

/**
 * The supported members of each operation, by the operation's name. Any other member of a request is refused before the
 * handler runs: ignoring one would be a false success.
 */
export type HonouredMembers = Record<string, readonly string[]>;

/** Builds the response of an AWS JSON service. */
export function jsonResponse(version: '1.0' | '1.1', status: number, body: unknown): Response {
  return new Response(JSON.stringify(body ?? {}), {
    status,
    headers: { 'content-type': `application/x-amz-json-${version}`, 'x-amzn-requestid': randomUUID() },
  });
}

/**
 * Serves a table of operations as an AWS JSON service.
 * @param service.targetPrefix the part before the dot in `X-Amz-Target`
 */
export function createJsonService(service: {
  signingName: string;
  /** The SDK client's exports, which name every operation of the service. */
  client: object;
  targetPrefix: string;
  version: '1.0' | '1.1';
  operations: JsonOperations;
  honours: HonouredMembers;
}): LocalService {
  const { signingName, client, targetPrefix, version, operations, honours } = service;
  for (const name of Object.keys(operations)) {
    if (honours[name] === undefined)
      throw new Error(`the members that ${signingName} honours in ${name} are not listed`);
  }

  async function handle(request: Request): Promise<Response> {
    try {
      const [prefix, name = ''] = (request.headers.get('x-amz-target') ?? '').split('.');
      const operation = prefix === targetPrefix && Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (request.method !== 'POST' || operation === undefined) {
        const isKnown = prefix === targetPrefix && Object.hasOwn(client, `${name}Command`);
        throw unknownOperation({ service: signingName, name, isKnown, status: 400 });
      }
      const input = await readJsonBody(request);
      requireHonoured(name, honours[name]!, input);
      return jsonResponse(version, 200, await operation(input));
    } catch (error) {
      if (error instanceof AwsError) {
        return jsonResponse(version, error.status, { __type: error.name, message: error.message });
      }
      console.error(`local ${signingName} endpoint failed:`, error);
      return jsonResponse(version, 500, { __type: 'InternalFailure', message: 'the local endpoint failed' });
    }
  }

  return { signingName, handle };
}

function requireHonoured(name: string, honoured: readonly string[], input: JsonBody): void {
  const given = Object.keys(input).filter((member) => input[member] !== undefined && input[member] !== null);
  const other = given.find((member) => !honoured.includes(member));
  if (other === undefined) return;
  throw new AwsFault('ValidationException', `${other} of ${name} is not honoured by this local endpoint: leave it out`);
}

/** Reads a JSON object. @throws {AwsFault} `SerializationException` for anything else */
export async function readJsonBody(request: Request): Promise<JsonBody> {
  const text = await request.text();
  let body: unknown;
  try {
    body = JSON.parse(text === '' ? '{}' : text);
  } catch {
    throw new AwsFault('SerializationException', 'the body is not JSON');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new AwsFault('SerializationException', 'the body must be a JSON object');
  }
  return body as JsonBody;
}

/** Reads a string member; undefined if absent. @throws {AwsFault} `SerializationException` on another type */
export function optionalString(input: JsonBody, member: string): string | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new AwsFault('SerializationException', `${member} must be a string`);
  return value;
}

/** Reads a required string member. @throws {AwsFault} `ValidationException` when it is missing */
export function requiredString(input: JsonBody, member: string): string {
  const value = optionalString(input, member);
  if (value === undefined) throw missingMember(member);
  return value;
}

/** Reads a boolean member; undefined if absent. @throws {AwsFault} `SerializationException` on another type */
export function optionalBoolean(input: JsonBody, member: string): boolean | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw new AwsFault('SerializationException', `${member} must be true or false`);
  return value;
}

/** Reads an integer member within bounds; undefined if absent. */
export function optionalInteger(input: JsonBody, member: string, min: number, max: number): number | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number') throw new AwsFault('SerializationException', `${member} must be a number`);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new AwsFault('ValidationException', `${member} must be a whole number from ${min} to ${max}, not ${value}`);
  }
  return value;
}

/** Reads a blob member (base64 on the wire). @throws {AwsFault} `SerializationException` when it is not base64 */
export function optionalBlob(input: JsonBody, member: string): Buffer | undefined {
  const value = optionalString(input, member);
  if (value === undefined) return undefined;
  if (value.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) {
    throw new AwsFault('SerializationException', `${member} must be base64`);
  }
  return Buffer.from(value, 'base64');
}

/** Creates the refusal for a missing required member, in AWS's wording. */
export function missingMember(member: string): AwsFault {
  const path = member.charAt(0).toLowerCase() + member.slice(1);
  return new AwsFault(
    'ValidationException',
    `1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null`,
  );
}

/**
 * Cuts one page from a complete list. The token is an opaque position.
 * @param faultName the service's error for an invalid token
 */
export function cutPage<Item>(
  items: readonly Item[],
  limit: number,
  token: string | undefined,
  faultName: string,
): { page: Item[]; next: string | undefined } {
  let start = 0;
  if (token !== undefined) {
    start = Number(Buffer.from(token, 'base64url').toString());
    if (!Number.isInteger(start) || start < 1)
      throw new AwsFault(faultName, 'the token is not valid for this operation');
  }
  const end = start + limit;
  const next = end < items.length ? Buffer.from(String(end)).toString('base64url') : undefined;
  return { page: items.slice(start, end), next };
}
