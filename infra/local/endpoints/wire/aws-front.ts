/**
 * The entrance to the local AWS endpoints: an HTTP server on loopback that passes each request to the service it was
 * signed for. The SigV4 credential scope contains the service's name, so unmodified AWS clients find their service
 * behind this one endpoint. Signatures are not checked. Four things keep strangers out: the loopback address; the Host
 * check (a web page cannot rebind a name to this server); the required Authorization header (a web page cannot send one
 * without a preflight, which is refused); and the access key id, which is itself a secret, because MediaLive's
 * responses contain stream keys that other users of the machine must not read.
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
import { findMissingPermission, type LimitedKey } from './limited-key.ts';
import type { LocalService } from './local-service.ts';

const BODY_BYTES_MAX = 8 * 1024 * 1024;
/** Nine clients of the product with fifty sockets each, and some for other tools. */
const CONNECTIONS_MAX = 1024;
const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);
const PLAYBACK_PATH = '/out/v1/';
const PLAYBACK_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The running front. */
export interface AwsFront {
  port: number;
  /** The value for the `endpoint` of AWS clients. */
  endpoint: string;
  /** Stops listening, waits a moment for requests in flight, then closes the remaining connections. */
  close(): Promise<void>;
}

interface AwsFrontOptions {
  /** 0 selects any free port. */
  port: number;
  services: LocalService[];
  /** Requests with another access key id are refused; without it, any id is accepted. */
  accessKeyId?: string;
  /** Keys that are accepted besides, for what their rules allow. */
  limitedKeys?: readonly LimitedKey[];
}

/**
 * Starts the front on loopback.
 * @throws {PortTakenError}
 */
export async function startAwsFront(options: AwsFrontOptions): Promise<AwsFront> {
  const services = new Map(options.services.map((service) => [service.signingName, service]));
  if (services.size !== options.services.length) throw new Error('two local services share a signing name');
  const { accessKeyId, limitedKeys = [] } = options;
  const door: Door = { services, accessKeyId, limitedKeys };
  const server = createGuardedServer({
    listener: (incoming, outgoing) => void answer(door, incoming, outgoing),
    connectionsMax: CONNECTIONS_MAX,
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

/** Explains input that is not a request. The caller's protocol is unknown, and AWS's front uses XML in that case. */
const explainAsAws: GuardedServerOptions['explain'] = ({ detail }) => ({
  headers: { 'content-type': 'application/xml' },
  body: `<Error><Code>BadRequest</Code><Message>${escapeXml(detail)}</Message></Error>`,
});

interface Door {
  services: Map<string, LocalService>;
  accessKeyId: string | undefined;
  limitedKeys: readonly LimitedKey[];
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
    // Ignore a client that went away; after any other error it must not be left waiting.
    if (!gone.signal.aborted) console.error('local AWS front failed:', error);
    outgoing.destroy();
  }
}

async function route(
  { services, accessKeyId, limitedKeys }: Door,
  incoming: IncomingMessage,
  signal: AbortSignal,
): Promise<Response> {
  const host = incoming.headers.host ?? '';
  const authorization = incoming.headers.authorization;
  const scope = readScope(authorization);
  const url = URL.parse(`http://${host}${incoming.url ?? '/'}`);
  const refuse = refusalsOf(incoming, url, scope);
  if (!LOOPBACK_NAMES.has(host.replace(/:\d+$/, '').toLowerCase())) {
    return refuse(403, 'denied', 'this endpoint accepts loopback names only');
  }
  const method = incoming.method ?? 'GET';
  if (url === null) return refuse(400, 'bad_request', 'the request target is not a path');

  const isPlayback =
    authorization === undefined && PLAYBACK_METHODS.has(method) && url.pathname.startsWith(PLAYBACK_PATH);
  if (isPlayback && method === 'OPTIONS') return allowPlayback(new Response(null, { status: 204 }));

  if (scope === null && !isPlayback) return refuse(403, 'missing_token', 'Missing Authentication Token');
  const givenKeyId = scope?.accessKeyId ?? '';
  const limited = isPlayback ? undefined : limitedKeys.find((key) => isSame(givenKeyId, key.accessKeyId));
  if (accessKeyId !== undefined && !isPlayback && !limited && !isSame(givenKeyId, accessKeyId)) {
    return refuse(
      403,
      'unknown_key',
      'The security token included in the request is invalid: take the access key from the file aws-credentials in the data directory.',
    );
  }
  if (!isPlayback && hasDotSegments(incoming.url ?? '')) {
    return refuse(400, 'bad_request', 'the path must not contain dot segments or backslashes');
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
  if (limited) {
    const target = incoming.headers['x-amz-target']?.toString();
    const missing = findMissingPermission(limited.rules, { signingName, method, url, target, body });
    if (missing !== null) return refuse(403, 'denied', `the access key is not authorized to perform: ${missing}`);
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
  // Count from the end, because an access key id may contain a slash.
  const signingName = scope.at(-2);
  if (scope.length < 5 || scope.at(-1) !== 'aws4_request' || !signingName) return null;
  return { signingName, accessKeyId: scope.slice(0, -4).join('/') };
}

/**
 * Finds segments that URL resolution would remove: `/bucket/a/../b` would reach S3 as another key than the requested
 * one.
 */
function hasDotSegments(target: string): boolean {
  const path = target.split('?')[0]!;
  return path.includes('\\') || path.split('/').some((segment) => /^(\.|%2e){1,2}$/i.test(segment));
}

/** Compares in constant time. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** Reads the body; null as soon as it is too large, without reading the rest. */
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

/** Allows a page of another origin (the dashboard on its own port) to read playlists and segments, and nothing else. */
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

/** Creates refusals in the protocol of the request. A refusal of a HEAD has only a status. */
function refusalsOf(incoming: IncomingMessage, url: URL | null, scope: { signingName: string } | null): Refuse {
  const protocol = wireProtocolOf({
    signingName: scope?.signingName ?? null,
    headers: { get: (name) => incoming.headers[name]?.toString() ?? null },
    query: url?.searchParams ?? new URLSearchParams(),
  });
  return (status, cause, message, headers = {}) =>
    errorResponse(protocol, { status, code: commonCode(protocol, cause), message, headers });
}
