/**
 * Creates every HTTP server of the product, with limits that Node leaves open: the number of connections, the time a
 * request may take to arrive, and silence. Refusals before there is a request use the server's own error format. At the
 * connection limit the newest connection is admitted and an idle one of the address with the most is closed, so that no
 * client can lock others out by holding connections open.
 */
import { createServer, STATUS_CODES } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A request that was refused before it could be routed. */
export interface EarlyRefusal {
  status: 400 | 405 | 408 | 413 | 417 | 431;
  /** The error, and what is allowed. */
  detail: string;
}

export interface GuardedServerOptions {
  listener: RequestListener;
  connectionsMax: number;
  headersMs?: number;
  requestMs?: number;
  silenceMs?: number;
  /** Returns the body of such a refusal, and headers besides those of the connection. */
  explain(refusal: EarlyRefusal): { headers: Record<string, string>; body: string };
}

/**
 * Between two requests. Longer than clients keep a connection or wait between two polls: a request that is sent while
 * the server closes the connection fails at the client. The connection limit holds regardless, see `evict`.
 */
const KEEP_ALIVE_MS = 65_000;
/** From the start of the connection, or the end of the previous request, to the last header. */
const HEADERS_MS = 10_000;
/** To the last byte of the body. */
const REQUEST_MS = 30_000;
/** Without a byte in either direction; this also ends a client that stopped reading. */
const SILENCE_MS = 120_000;
const CHECKED_EVERY_MS = 1_000;

/** Creates the server. It does not listen yet. */
export function createGuardedServer(options: GuardedServerOptions): Server {
  const { headersMs = HEADERS_MS, requestMs = REQUEST_MS, silenceMs = SILENCE_MS } = options;
  const server = createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: Math.min(CHECKED_EVERY_MS, headersMs),
      // The listener refuses a missing Host, because it can explain the refusal.
      requireHostHeader: false,
    },
    options.listener,
  );
  server.setTimeout(silenceMs);
  const responses = limitConnections(server, options.connectionsMax);

  const refuse = (socket: Socket, refusal: EarlyRefusal) => {
    // A refusal cannot be inserted into a response that has begun.
    if (!socket.writable || responses.get(socket)?.headersSent) return void socket.destroy();
    const { headers, body } = options.explain(refusal);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const { status } = refusal;
    socket.end(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}` +
        `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      () => socket.destroy(),
    );
  };
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuse(socket as Socket, refusalOf(error)));
  server.on('connect', (_request, socket) =>
    refuse(socket as Socket, { status: 405, detail: 'CONNECT is not supported: this server is not a proxy' }),
  );
  server.on('checkExpectation', (_request, response: ServerResponse) => {
    const { headers, body } = options.explain({ status: 417, detail: 'Expect may only be 100-continue' });
    response.writeHead(417, { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' }).end(body);
  });
  return server;
}

/** Enforces the connection limit. @returns the response that each connection is busy with */
function limitConnections(server: Server, connectionsMax: number): Map<Socket, ServerResponse | null> {
  const responses = new Map<Socket, ServerResponse | null>();
  const requests = new Map<Socket, IncomingMessage>();
  server.on('connection', (socket: Socket) => {
    responses.set(socket, null);
    socket.once('close', () => {
      responses.delete(socket);
      requests.delete(socket);
    });
    if (responses.size > connectionsMax) evict(socket);
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    responses.set(socket, response);
    requests.set(socket, request);
    response.once('close', () => {
      if (responses.get(socket) !== response) return;
      responses.set(socket, null);
      requests.delete(socket);
    });
  });

  function evict(newest: Socket): void {
    // A connection whose request has not fully arrived counts as idle.
    const idle = [...responses.keys()].filter((socket) => socket !== newest && !requests.get(socket)?.complete);
    const counts = new Map<string | undefined, number>();
    for (const { remoteAddress } of responses.keys()) counts.set(remoteAddress, (counts.get(remoteAddress) ?? 0) + 1);
    const countOf = (socket: Socket) => counts.get(socket.remoteAddress) ?? 0;
    const most = Math.max(0, ...idle.map(countOf));
    const victim = idle.find((socket) => countOf(socket) === most) ?? newest;
    victim.destroy();
    responses.delete(victim);
  }
  return responses;
}

function refusalOf({ code }: NodeJS.ErrnoException): EarlyRefusal {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, detail: 'the headers are larger than 16 KiB' };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { status: 413, detail: 'the chunk extensions are larger than 16 KiB' };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, detail: 'the request did not arrive completely in time' };
    default:
      return { status: 400, detail: 'the request is not valid HTTP' };
  }
}
