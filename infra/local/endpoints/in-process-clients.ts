/**
 * Connects the product's own AWS clients to the endpoints of the same process. The SDK's request, serialized as for the
 * wire, goes straight to the endpoint of its signing name, and the SDK's own parser reads the response. Without
 * sockets, HTTP parsing and signatures a call costs less than half, and a busy process cannot run into the client's
 * timeouts. Other AWS tools use the port (`aws-front.ts`).
 */
import { setImmediate } from 'node:timers/promises';
import type { AwsClients } from '../../../functions/aws/clients.ts';
import type { LocalService } from './wire/local-service.ts';

/** The signing name of each client's service. */
export const SIGNING_NAMES: Record<keyof AwsClients, string> = {
  cloudWatch: 'monitoring',
  cloudWatchLogs: 'logs',
  kms: 'kms',
  mediaConnect: 'mediaconnect',
  mediaLive: 'medialive',
  mediaPackage: 'mediapackage',
  s3: 's3',
  secretsManager: 'secretsmanager',
  sfn: 'states',
  sns: 'sns',
  table: 'dynamodb',
};

/** A request as the SDK passes it to its request handler. */
export interface SdkRequest {
  method: string;
  path: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: unknown;
}

/** The members that all clients share. */
interface ConnectableClient {
  config: { requestHandler: unknown; signer: unknown };
  middlewareStack: { remove(name: string): boolean };
}

/** Connects clients to the services of this process. S3 continues to use the port, because its bodies are streams. */
export function connectInProcess(clients: AwsClients, services: readonly LocalService[]): void {
  for (const [name, client] of Object.entries(clients) as [keyof AwsClients, ConnectableClient][]) {
    if (name === 's3') continue;
    const service = services.find(({ signingName }) => signingName === SIGNING_NAMES[name]);
    // One machine sends e-mail by SMTP and has no SNS: the port refuses its requests.
    if (!service && name === 'sns') continue;
    if (!service) throw new Error(`no local endpoint serves ${SIGNING_NAMES[name]}`);
    // The SDK logs nothing here, yet filtering its log entries takes as long as parsing the response.
    client.middlewareStack.remove('loggerMiddleware');
    client.config.signer = async () => ({ sign: async (request: SdkRequest) => request });
    client.config.requestHandler = {
      handle: async (request: SdkRequest) => {
        // Yield, so that consecutive calls do not starve the process's sockets.
        await setImmediate();
        return { response: await call(service, request) };
      },
      destroy() {},
      metadata: { handlerProtocol: 'http/1.1' },
      updateHttpClientConfig() {},
      httpHandlerConfigs: () => ({}),
    };
  }
}

async function call(
  service: LocalService,
  request: SdkRequest,
): Promise<{ statusCode: number; headers: Record<string, string>; body: Uint8Array }> {
  const response = await service.handle(toLocalRequest(request, request.body));
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: await readAnswer(response),
  };
}

/** Reads a response body. An endpoint that drops the connection returns one that cannot be read. */
async function readAnswer(response: Response): Promise<Uint8Array> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw Object.assign(new Error('the endpoint closed the connection', { cause }), { code: 'ECONNRESET' });
  }
}

/** Builds an object with the members of Request that endpoints read. A real Request costs more than most endpoints. */
export function toLocalRequest({ method, path, query, headers }: SdkRequest, body: unknown): Request {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const item of Array.isArray(value) ? value : [value]) if (item !== null) parameters.append(name, item);
  }
  return {
    method,
    url: `http://local.aws${path}${parameters.size > 0 ? `?${parameters.toString()}` : ''}`,
    headers: new Headers(headers),
    text: async () => toText(body),
    arrayBuffer: async () => toBytes(body),
  } as unknown as Request;
}

const decoder = new TextDecoder();

function toText(body: unknown): string {
  return typeof body === 'string' ? body : decoder.decode(toBytes(body));
}

function toBytes(body: unknown): Uint8Array {
  if (body === undefined || body === null) return new Uint8Array();
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return body;
  throw new Error('a streamed request body needs the port');
}
