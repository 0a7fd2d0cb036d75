/** Serves the Invoke operation of Lambda's REST API and refuses the others. */
import { randomUUID } from 'node:crypto';
import type { LocalService } from '../wire/local-service.ts';
import { LAMBDA_PAYLOAD_BYTES_MAX, UnknownFunctionError } from './registry.ts';
import type { LambdaRegistry } from './registry.ts';

const INVOKE_PATH = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;
/** Members of Invoke in the query or a header that are not supported. */
const OTHER_PARAMETERS = ['Qualifier'];
const OTHER_HEADERS = ['x-amz-client-context', 'x-amz-durable-execution-name', 'x-amz-tenant-id'];

/** Serves the registry's functions to any Lambda client. */
export function createLambdaService(registry: LambdaRegistry): LocalService {
  async function handle(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const encodedName = INVOKE_PATH.exec(pathname)?.[1];
    if (request.method !== 'POST' || encodedName === undefined) {
      return refuse(
        404,
        'UnknownOperationException',
        `the local Lambda endpoint implements Invoke only, not ${request.method} ${pathname}; nothing was changed`,
      );
    }
    const other =
      OTHER_PARAMETERS.find((name) => searchParams.has(name)) ??
      OTHER_HEADERS.find((name) => request.headers.has(name)) ??
      ((request.headers.get('x-amz-log-type') ?? 'None') === 'None' ? undefined : 'x-amz-log-type');
    if (other !== undefined) {
      const message = `${other} of Invoke is not honoured by this local endpoint: leave it out`;
      return refuse(400, 'InvalidParameterValueException', message);
    }
    const name = decodeName(encodedName);
    const text = await request.text();
    if (Buffer.byteLength(text) > LAMBDA_PAYLOAD_BYTES_MAX) {
      return refuse(413, 'RequestTooLargeException', `the payload is larger than ${LAMBDA_PAYLOAD_BYTES_MAX} bytes`);
    }
    let payload: unknown;
    try {
      payload = text === '' ? {} : JSON.parse(text);
    } catch {
      return refuse(400, 'InvalidRequestContentException', 'Could not parse request body into json');
    }
    if (!registry.has(name)) return refuse(404, 'ResourceNotFoundException', new UnknownFunctionError(name).message);
    return invoke(registry, name, payload, request.headers.get('x-amz-invocation-type') ?? 'RequestResponse');
  }

  return { signingName: 'lambda', handle };
}

async function invoke(registry: LambdaRegistry, name: string, payload: unknown, type: string): Promise<Response> {
  const headers = { 'x-amzn-requestid': randomUUID(), 'x-amz-executed-version': '$LATEST' };
  if (type === 'DryRun') return new Response(null, { status: 204, headers });
  if (type === 'Event') {
    void registry.invoke(name, payload).then((outcome) => {
      if (!outcome.ok) console.error(`local function ${name} failed: ${outcome.error.errorType}`);
    });
    return new Response(null, { status: 202, headers });
  }
  if (type !== 'RequestResponse') {
    return refuse(400, 'InvalidParameterValueException', `${type} is not an invocation type`);
  }
  const outcome = await registry.invoke(name, payload);
  if (outcome.ok) return Response.json(outcome.result, { headers });
  return Response.json(outcome.error, { headers: { ...headers, 'x-amz-function-error': 'Unhandled' } });
}

function decodeName(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

function refuse(status: number, name: string, message: string): Response {
  const headers = { 'x-amzn-errortype': name, 'x-amzn-requestid': randomUUID() };
  return Response.json({ Type: 'User', Message: message }, { status, headers });
}
