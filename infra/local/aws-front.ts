/**
 * The one door to the local AWS endpoints: an HTTP server on loopback that hands each request to the service it was
 * signed for. The service's name stands in the SigV4 credential scope, so unmodified AWS clients with this endpoint
 * find their service as they would behind AWS's own front. Signatures are not checked: there are no secrets to check
 * them against, and what keeps strangers out is the loopback address, the Host check (a web page cannot rebind a name
 * to us) and the need of an Authorization header (a web page cannot send one without a preflight, which we refuse).
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { LocalService } from './service.ts';

const BODY_BYTES_MAX = 8 * 1024 * 1024;
const CLOSE_GRACE_MS = 1_000;
const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);
const PLAYBACK_PATH = '/out/v1/';
const PLAYBACK_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The port asked for is taken. */
export class PortInUseError extends Error {
  readonly port: number;
  /** The environment variable that moves it. */
  readonly variable = 'LOCAL_AWS_PORT';

  constructor(port: number, cause: unknown) {
    super(`port ${port} on 127.0.0.1 is in use; stop what uses it, or set LOCAL_AWS_PORT to a free port`, { cause });
    this.name = 'PortInUseError';
    this.port = port;
  }
}

/** The running front. */
export interface AwsFront {
  port: number;
  /** What AWS clients take as `endpoint`. */
  endpoint: string;
  /** Stops listening, gives requests in flight a moment, then cuts what is left. */
  close(): Promise<void>;
}

/**
 * Starts the front on loopback.
 * @param options.port 0 takes any free port
 * @throws {PortInUseError}
 */
export async function startAwsFront(options: { port: number; services: LocalService[] }): Promise<AwsFront> {
  const services = new Map(options.services.map((service) => [service.signingName, service]));
  if (services.size !== options.services.length) throw new Error('two local services share a signing name');
  const server = createServer((incoming, outgoing) => void answer(services, incoming, outgoing));
  // Longer than the SDK keeps an idle connection, so that it never writes into one we are closing.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortInUseError(options.port, error) : error),
    );
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  async function close(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const cut = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    await closed;
    clearTimeout(cut);
  }

  return { port, endpoint: `http://127.0.0.1:${port}`, close };
}

async function answer(
  services: Map<string, LocalService>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  try {
    const response = await route(services, incoming, gone.signal);
    outgoing.statusCode = response.status;
    for (const [name, value] of response.headers) outgoing.setHeader(name, value);
    if (response.body === null || incoming.method === 'HEAD') {
      await response.body?.cancel();
      outgoing.end();
      return;
    }
    await pipeline(Readable.fromWeb(response.body as ReadableStream), outgoing);
  } catch (error) {
    // A client that went away is its own business; anything else must not leave it waiting.
    if (!gone.signal.aborted) console.error('local AWS front failed:', error);
    outgoing.destroy();
  }
}

async function route(
  services: Map<string, LocalService>,
  incoming: IncomingMessage,
  signal: AbortSignal,
): Promise<Response> {
  const host = incoming.headers.host ?? '';
  if (!LOOPBACK_NAMES.has(host.replace(/:\d+$/, '').toLowerCase())) {
    return refuse(403, 'AccessDeniedException', 'this endpoint answers on loopback names only');
  }
  const url = URL.parse(`http://${host}${incoming.url ?? '/'}`);
  const method = incoming.method ?? 'GET';
  if (url === null) return refuse(400, 'BadRequestException', 'the request target is not a path');

  const authorization = incoming.headers.authorization;
  const isPlayback =
    authorization === undefined && PLAYBACK_METHODS.has(method) && url.pathname.startsWith(PLAYBACK_PATH);
  if (isPlayback && method === 'OPTIONS') return allowPlayback(new Response(null, { status: 204 }));

  const signingName = isPlayback ? 'mediapackage' : readSigningName(authorization);
  if (signingName === null) {
    return refuse(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const service = services.get(signingName);
  if (service === undefined) {
    const served = [...services.keys()].join(', ');
    return refuse(400, 'UnknownEndpointException', `no local endpoint for ${signingName}; served are ${served}`);
  }

  const body = await readBody(incoming);
  if (body === null) {
    return refuse(413, 'RequestEntityTooLargeException', `the body is larger than ${BODY_BYTES_MAX} bytes`, {
      connection: 'close',
    });
  }
  let request: Request;
  try {
    request = new Request(url, {
      method,
      headers: readHeaders(incoming),
      signal,
      ...(body.length > 0 && method !== 'GET' && method !== 'HEAD' ? { body } : {}),
    });
  } catch {
    return refuse(400, 'BadRequestException', 'the method or a header is not allowed');
  }
  const response = await service.handle(request);
  return isPlayback ? allowPlayback(response) : response;
}

/** Finds the service in `AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/<service>/aws4_request, …`. */
function readSigningName(authorization: string | undefined): string | null {
  const scope = /^AWS4-HMAC-SHA256\s.*?Credential=([^,\s]+)/.exec(authorization ?? '')?.[1]?.split('/') ?? [];
  // Counted from the end: an access key id may itself hold a slash.
  return scope.length >= 5 && scope.at(-1) === 'aws4_request' ? (scope.at(-2) ?? null) : null;
}

/** Collects the body, or gives null when it is too large; what follows is not read. */
async function readBody(incoming: IncomingMessage): Promise<Buffer<ArrayBuffer> | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  if (Number(incoming.headers['content-length'] ?? 0) > BODY_BYTES_MAX) return null;
  for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function readHeaders(incoming: IncomingMessage): Headers {
  const headers = new Headers();
  for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
    headers.append(incoming.rawHeaders[index]!, incoming.rawHeaders[index + 1]!);
  }
  return headers;
}

/** Lets a page of another origin (the dashboard on its own port) read a playlist or segment, and no more than that. */
function allowPlayback(response: Response): Response {
  const headers = new Headers(response.headers);
  headers.set('access-control-allow-origin', '*');
  headers.set('access-control-allow-methods', [...PLAYBACK_METHODS].join(', '));
  headers.set('access-control-allow-headers', 'range');
  return new Response(response.body, { status: response.status, headers });
}

function refuse(status: number, name: string, message: string, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify({ __type: name, message }), {
    status,
    headers: {
      'content-type': 'application/json',
      'x-amzn-errortype': name,
      'x-amzn-requestid': randomUUID(),
      ...headers,
    },
  });
}
