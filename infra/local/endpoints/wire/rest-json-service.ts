import type { LocalService } from './local-service.ts';
import { AwsError, DroppedResponse, unknownOperation } from './aws-error.ts';
import type { Operation, OperationHandler } from './operation.ts';
import { matchSegments } from './operation.ts';

/** A call as the fault hook sees it. `input` may contain a stream key. */
export interface OperationCall {
  /** Signing name: `medialive`, `mediaconnect`, `mediapackage`, `monitoring`. */
  service: string;
  operation: string;
  input: Record<string, unknown>;
}

/**
 * Wraps every operation, for fault injection. A throw before `proceed` prevents the effect; a throw after it leaves the
 * effect in place. An `AwsError` becomes the response; a `DroppedResponse` breaks the connection.
 */
export type AroundOperation = (call: OperationCall, proceed: () => Promise<unknown>) => Promise<unknown>;

/** The options of a service built on operations. */
export interface OperationServiceOptions {
  signingName: string;
  /** Every operation of the service's API, implemented here or not. */
  operations: Operation[];
  handlers: Record<string, OperationHandler>;
  around?: AroundOperation | undefined;
  /** Returns an opaque request id for `x-amzn-requestid`. */
  nextRequestId(): string;
}

const BODY_LIMIT_BYTES = 1024 * 1024;

/** Creates an AWS REST-JSON service from operations and their handlers. */
export function createRestJsonService(options: OperationServiceOptions): LocalService {
  // Literal segments come before labels, so that `/v1/flows/start/{FlowArn}` does not match `/v1/flows/{FlowArn}/…`.
  const operations = options.operations.toSorted((left, right) => rank(left).localeCompare(rank(right)));
  return {
    signingName: options.signingName,
    handle: (request) =>
      answerErrors(options, async () => {
        const url = new URL(request.url);
        const path = url.pathname.split('/').slice(1);
        for (const operation of operations) {
          if (operation.method !== request.method) continue;
          const labels = matchSegments(operation.segments, path);
          if (labels === null) continue;
          const handler = options.handlers[operation.name];
          if (handler === undefined) {
            const { signingName: service } = options;
            throw unknownOperation({ service, name: operation.name, isKnown: true, status: 404 });
          }
          const body = await readBody(request);
          const input = await operation.read({ labels, query: url.searchParams, body });
          const result = await runOperation(options, { operation: operation.name, input }, handler);
          return jsonResponse(options, operation.status, operation.write(result));
        }
        throw new AwsError('MissingAuthenticationTokenException', 403, 'Missing Authentication Token');
      }),
  };
}

/** Runs one operation inside the fault hook. */
export async function runOperation(
  options: Pick<OperationServiceOptions, 'around' | 'signingName'>,
  call: Omit<OperationCall, 'service'>,
  handler: OperationHandler,
): Promise<object | undefined> {
  const proceed = async () => handler(call.input as never);
  const { around } = options;
  const result =
    around === undefined ? await proceed() : await around({ service: options.signingName, ...call }, proceed);
  return (result ?? undefined) as object | undefined;
}

/** Converts everything that `answer` throws into AWS's response. */
async function answerErrors(
  options: Pick<OperationServiceOptions, 'nextRequestId'>,
  answer: () => Promise<Response>,
): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof DroppedResponse) return droppedResponse();
    const known = toKnownError(error as Error);
    return jsonResponse(options, known.status, JSON.stringify({ message: known.message, ...known.body }), {
      'x-amzn-errortype': known.name,
    });
  }
}

/** Creates a JSON response with AWS's usual headers. */
function jsonResponse(
  options: Pick<OperationServiceOptions, 'nextRequestId'>,
  status: number,
  body: string | undefined,
  headers: Record<string, string> = {},
): Response {
  return new Response(status === 204 ? null : (body ?? '{}'), {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-requestid': options.nextRequestId(), ...headers },
  });
}

/** Reads a body of at most a megabyte. */
export async function readBody(request: Request): Promise<string> {
  const text = await request.text();
  if (text.length > BODY_LIMIT_BYTES) throw tooLarge();
  return text;
}

/** Reads a binary body of at most a megabyte. */
export async function readBytes(request: Request): Promise<Uint8Array> {
  const body = new Uint8Array(await request.arrayBuffer());
  if (body.length > BODY_LIMIT_BYTES) throw tooLarge();
  return body;
}

const tooLarge = () => new AwsError('RequestEntityTooLargeException', 413, 'the request is larger than 1 MB');

/**
 * Returns an AWS error unchanged and hides any other. Logs only the stack of such a bug, because its message may quote
 * the request.
 */
export function toKnownError(error: Error): AwsError {
  if (error instanceof AwsError) return error;
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  console.error([`a local media endpoint failed: ${error.name}`, ...frames].join('\n'));
  return new AwsError('InternalServerErrorException', 500, `the local endpoint failed: ${error.name}`);
}

function rank(operation: Operation): string {
  return operation.segments.map((segment) => (segment.startsWith('{') ? '~' : segment)).join('/');
}

/** Creates a response that breaks after the headers, as when the network fails after the effect. */
export function droppedResponse(): Response {
  const body = new ReadableStream({
    pull(controller) {
      controller.error(new Error('the connection was cut'));
    },
  });
  return new Response(body, { status: 200, headers: { 'content-type': 'application/json' } });
}
