/**
 * The one door to the local AWS endpoints: an HTTP server on loopback that hands each request to the service it was
 * signed for. The service's name stands in the SigV4 credential scope, so unmodified AWS clients with this endpoint
 * find their service as they would behind AWS's own front. Signatures are not checked. What keeps strangers out is the
 * loopback address, the Host check (a web page cannot rebind a name to us), the need of an Authorization header (a web
 * page cannot send one without a preflight, which we refuse), and an access key id that is itself a secret: MediaLive's
 * answers hold stream keys, which another user of the machine must not read.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { closeServer } from '../../host/close-server.ts';
import { createGuardedServer, type GuardedServerOptions } from '../../host/guarded-server.ts';
import { PortTakenError } from '../../host/ports.ts';
import { escapeXml } from './escape-xml.ts';
import { commonCode, errorResponse, wireProtocolOf } from './error-response.ts';
import type { LocalService } from './service.ts';

const BODY_BYTES_MAX = 8 * 1024 * 1024;
/** Nine clients of our own with fifty sockets each, and some for others. */
const CONNECTIONS_MAX = 1024;
const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);
const PLAYBACK_PATH = '/out/v1/';
const PLAYBACK_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The running front. */
export interface AwsFront {
  port: number;
  /** What AWS clients take as `endpoint`. */
  endpoint: string;
  /** Stops listening, gives requests in flight a moment, then cuts what is left. */
  close(): Promise<void>;
}

interface AwsFrontOptions {
  /** 0 takes any free port. */
  port: number;
  services: LocalService[];
  /** Requests signed under another access key id are refused; absent, any id will do. */
  accessKeyId?: string;
}

/**
 * Starts the front on loopback.
 * @throws {PortTakenError}
 */
export async function startAwsFront(options: AwsFrontOptions): Promise<AwsFront> {
  const services = new Map(options.services.map((service) => [service.signingName, service]));
  if (services.size !== options.services.length) throw new Error('two local services share a signing name');
  const server = createGuardedServer({
    listener: (incoming, outgoing) => void answer({ services, accessKeyId: options.accessKeyId }, incoming, outgoing),
    connectionsMax: CONNECTIONS_MAX,
    // Longer than the SDK keeps an idle connection, so that it never writes into one we are closing.
    keepAliveMs: 60_000,
    explain: explainAsAws,
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortTakenError(options.port, 'TCP', 'LOCAL_AWS_PORT') : error),
    );
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  return { port, endpoint: `http://127.0.0.1:${port}`, close: () => closeServer(server) };
}

/** What came is no request, so the protocol of the caller is unknown: AWS's front answers in XML then. */
const explainAsAws: GuardedServerOptions['explain'] = ({ detail }) => ({
  headers: { 'content-type': 'application/xml' },
  body: `<Error><Code>BadRequest</Code><Message>${escapeXml(detail)}</Message></Error>`,
});

interface Door {
  services: Map<string, LocalService>;
  accessKeyId: string | undefined;
}

async function answer(door: Door, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  try {
    const response = await route(door, incoming, gone.signal);
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
  { services, accessKeyId }: Door,
  incoming: IncomingMessage,
  signal: AbortSignal,
): Promise<Response> {
  const host = incoming.headers.host ?? '';
  const authorization = incoming.headers.authorization;
  const scope = readScope(authorization);
  const url = URL.parse(`http://${host}${incoming.url ?? '/'}`);
  const refuse = refusalsOf(incoming, url, scope);
  if (!LOOPBACK_NAMES.has(host.replace(/:\d+$/, '').toLowerCase())) {
    return refuse(403, 'denied', 'this endpoint answers on loopback names only');
  }
  const method = incoming.method ?? 'GET';
  if (url === null) return refuse(400, 'bad_request', 'the request target is not a path');

  const isPlayback =
    authorization === undefined && PLAYBACK_METHODS.has(method) && url.pathname.startsWith(PLAYBACK_PATH);
  if (isPlayback && method === 'OPTIONS') return allowPlayback(new Response(null, { status: 204 }));

  if (scope === null && !isPlayback) return refuse(403, 'missing_token', 'Missing Authentication Token');
  if (accessKeyId !== undefined && !isPlayback && !isSame(scope?.accessKeyId ?? '', accessKeyId)) {
    return refuse(
      403,
      'unknown_key',
      'The security token included in the request is invalid: take the access key from the file aws-credentials in the data directory.',
    );
  }
  if (!isPlayback && hasDotSegments(incoming.url ?? '')) {
    return refuse(400, 'bad_request', 'the path must not have segments of dots or backslashes');
  }
  const signingName = scope?.signingName ?? 'mediapackage';
  const service = services.get(signingName);
  if (service === undefined) {
    const served = [...services.keys()].join(', ');
    return refuse(400, 'unknown_operation', `there is no local endpoint for ${signingName}; served are ${served}`);
  }

  const body = await readBody(incoming);
  if (body === null) {
    const headers = { connection: 'close' };
    return refuse(413, 'too_large', `the body is larger than ${BODY_BYTES_MAX} bytes`, headers);
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
    return refuse(400, 'bad_request', 'the method or a header is not allowed');
  }
  const response = await service.handle(request);
  return isPlayback ? allowPlayback(response) : response;
}

/** Reads `AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/<service>/aws4_request, …`. */
function readScope(authorization: string | undefined): { signingName: string; accessKeyId: string } | null {
  const scope = /^AWS4-HMAC-SHA256\s.*?Credential=([^,\s]+)/.exec(authorization ?? '')?.[1]?.split('/') ?? [];
  // Counted from the end: an access key id may itself hold a slash.
  const signingName = scope.at(-2);
  if (scope.length < 5 || scope.at(-1) !== 'aws4_request' || !signingName) return null;
  return { signingName, accessKeyId: scope.slice(0, -4).join('/') };
}

/** A URL resolves such segments, so that `/bucket/a/../b` would reach S3 as another key than the one asked for. */
function hasDotSegments(target: string): boolean {
  const path = target.split('?')[0]!;
  return path.includes('\\') || path.split('/').some((segment) => /^(\.|%2e){1,2}$/i.test(segment));
}

/** Takes the same time wherever the two differ. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
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

type Refuse = (
  status: number,
  cause: Parameters<typeof commonCode>[1],
  message: string,
  headers?: Record<string, string>,
) => Response;

/** Refuses in the protocol the request came in. A refusal of a HEAD is its status alone. */
function refusalsOf(incoming: IncomingMessage, url: URL | null, scope: { signingName: string } | null): Refuse {
  const protocol = wireProtocolOf({
    signingName: scope?.signingName ?? null,
    headers: { get: (name) => incoming.headers[name]?.toString() ?? null },
    query: url?.searchParams ?? new URLSearchParams(),
  });
  return (status, cause, message, headers = {}) =>
    errorResponse(protocol, { status, code: commonCode(protocol, cause), message, headers });
}
