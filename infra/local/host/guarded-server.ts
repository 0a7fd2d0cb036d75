/**
 * Every HTTP server of the product is made here. It has limits that Node leaves open: for connections, for the time a
 * request may take to arrive and for silence. What is refused before there is a request is explained in the server's own
 * format. Beyond the limit the newest connection gets in and an idle one of the address with the most goes, so that
 * no client can keep others out by holding connections open.
 */
import { createServer, STATUS_CODES } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A request that was refused before it could be routed. */
export interface EarlyRefusal {
  status: 400 | 405 | 408 | 413 | 417 | 431;
  /** What was wrong, and what is allowed. */
  detail: string;
}

export interface GuardedServerOptions {
  listener: RequestListener;
  connectionsMax: number;
  /** How long a connection is kept between two requests. */
  keepAliveMs?: number;
  headersMs?: number;
  requestMs?: number;
  silenceMs?: number;
  /** The body of such a refusal, and headers beside those of the connection. */
  explain(refusal: EarlyRefusal): { headers: Record<string, string>; body: string };
}

const KEEP_ALIVE_MS = 5_000;
/** From the connection, or the end of the former request, to the last header. */
const HEADERS_MS = 10_000;
/** To the last byte of the body. */
const REQUEST_MS = 30_000;
/** Nothing sent and nothing taken: a reader that has stopped, too. */
const SILENCE_MS = 120_000;
const CHECKED_EVERY_MS = 1_000;

/** Makes the server; it does not listen yet. */
export function createGuardedServer(options: GuardedServerOptions): Server {
  const { headersMs = HEADERS_MS, requestMs = REQUEST_MS, silenceMs = SILENCE_MS } = options;
  const server = createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      keepAliveTimeout: options.keepAliveMs ?? KEEP_ALIVE_MS,
      connectionsCheckingInterval: Math.min(CHECKED_EVERY_MS, headersMs),
      // Refused by the listener, which can say why.
      requireHostHeader: false,
    },
    options.listener,
  );
  server.setTimeout(silenceMs);
  const responses = limitConnections(server, options.connectionsMax);

  const refuse = (socket: Socket, refusal: EarlyRefusal) => {
    // Between the halves of an answer there is no room for another one.
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
    refuse(socket as Socket, { status: 405, detail: 'CONNECT is not possible: this server is no proxy' }),
  );
  server.on('checkExpectation', (_request, response: ServerResponse) => {
    const { headers, body } = options.explain({ status: 417, detail: 'Expect may only be 100-continue' });
    response.writeHead(417, { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' }).end(body);
  });
  return server;
}

/** @returns the response each connection is busy with */
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
    // A request that has not arrived whole keeps no place.
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
      return { status: 408, detail: 'the request did not arrive whole in time' };
    default:
      return { status: 400, detail: 'the request is not HTTP as this server reads it' };
  }
}
