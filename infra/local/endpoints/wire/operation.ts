import { badRequest } from './aws-error.ts';

/** One operation of an AWS service as it travels: how a request is recognised and read, and a result written. */
export interface Operation {
  name: string;
  method: string;
  /** Path segments; `{Label}` takes any one segment. */
  segments: string[];
  /** Status of a success. */
  status: number;
  /** Reads the input in the SDK's casing. Throws `AwsError` for what is not valid. */
  read(request: IncomingCall): Promise<Record<string, unknown>>;
  /** Writes the result as the JSON body, or nothing. */
  write(result: object | undefined): string | undefined;
}

/** A request whose path has matched an operation. */
interface IncomingCall {
  labels: Record<string, string>;
  query: URLSearchParams;
  body: string;
}

/** What carries out one operation. Answers in the SDK's casing and throws `AwsError`. */
export type OperationHandler = (input: never) => object | undefined | void | Promise<object | undefined | void>;

/**
 * The object a request carries; an empty body is an empty one.
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

/** Labels of a path when it fits the segments, else null. Segments are compared still encoded: an ARN may hold `%2F`. */
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
