import { badRequest } from './aws-error.ts';

/** The wire format of one AWS operation: matches and reads its requests, and writes its results. */
export interface Operation {
  name: string;
  method: string;
  /** Path segments; `{Label}` matches any one segment. */
  segments: string[];
  /** HTTP status of a success. */
  status: number;
  /** Reads the input, with the SDK's member names. Throws `AwsError` for an invalid one. */
  read(request: IncomingCall): Promise<Record<string, unknown>>;
  /** Writes the result as the JSON body, or nothing. */
  write(result: object | undefined): string | undefined;
}

/** A request whose path matched an operation. */
interface IncomingCall {
  labels: Record<string, string>;
  query: URLSearchParams;
  body: string;
}

/** Carries out one operation. Returns a result with the SDK's member names; throws `AwsError` to refuse. */
export type OperationHandler = (input: never) => object | undefined | void | Promise<object | undefined | void>;

/**
 * Parses the JSON object of a request; an empty body is an empty object.
 * @throws {AwsError} 400
 */
export function parseBody(body: string): object {
  if (body === '') return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw badRequest('the body is not JSON');
  }
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) {
    throw badRequest('the body must be a JSON object');
  }
  return parsed;
}

/** Splits an operation's path template, `/v1/flows/{FlowArn}`, into segments. */
export function toSegments(template: string): string[] {
  return template.split('?')[0]!.split('/').slice(1);
}

/** Returns the labels of a matching path, else null. Compares encoded segments, because an ARN may contain `%2F`. */
export function matchSegments(segments: string[], path: string[]): Record<string, string> | null {
  if (segments.length !== path.length) return null;
  const labels: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const actual = path[index]!;
    if (!segment.startsWith('{')) {
      if (segment !== actual) return null;
      continue;
    }
    const value = decode(actual);
    if (value === null || value === '') return null;
    labels[segment.slice(1, -1)] = value;
  }
  return labels;
}

function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
