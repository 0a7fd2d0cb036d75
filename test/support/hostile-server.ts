/** A scriptable RTMP server for tests, on bare sockets, which shares no code with the publisher. */
import net from 'node:net';
import tls from 'node:tls';
import type { AddressInfo } from 'node:net';

export interface HostileServer {
  port: number;
  connections(): number;
  /** Returns the bytes received since the newest connection began. */
  receivedBytes(): number;
  /** Writes to the newest connection. */
  say(bytes: Buffer): void;
  /** Ends the newest connection. */
  hangUp(): void;
  /** Stops and starts reading. */
  read(isReading: boolean): void;
  close(): Promise<void>;
}

/** The server's behaviour at each point; without an entry it behaves like a friendly server. */
export interface HostileBehaviour {
  tls?: { key: string; cert: string } & tls.TlsOptions;
  onConnection?(socket: net.Socket): 'ignore' | void;
  onConnect?(socket: net.Socket): 'ignore' | void;
  onPublish?(socket: net.Socket): 'ignore' | void;
  onFirstVideo?(socket: net.Socket): void;
  /** Acknowledges after this many bytes; never when absent. */
  acknowledgeEveryBytes?: number;
}

const HANDSHAKE_BYTES = 1536;

/** Starts the server on a free port of 127.0.0.1. */
export async function startHostileServer(behaviour: HostileBehaviour = {}): Promise<HostileServer> {
  const sockets = new Set<net.Socket>();
  const state = { connections: 0, receivedBytes: 0, newest: null as net.Socket | null, reading: true };
  const accept = (socket: net.Socket) => {
    state.connections += 1;
    state.receivedBytes = 0;
    state.newest = socket;
    socket.on('error', () => {});
    if (behaviour.onConnection?.(socket) !== 'ignore') serve(socket);
  };
  const server = behaviour.tls ? tls.createServer(behaviour.tls, accept) : net.createServer(accept);
  server.on('tlsClientError', () => {});
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  function serve(socket: net.Socket): void {
    const seen = new Set<string>();
    let acknowledged = 0;
    let tail = Buffer.alloc(0);
    /** Runs an action once, when the text arrives. */
    const at = (words: string, action: () => void) => {
      if (seen.has(words) || !tail.includes(words)) return;
      seen.add(words);
      action();
    };
    socket.on('data', (bytes: Buffer) => {
      const before = state.receivedBytes;
      state.receivedBytes += bytes.length;
      if (before === 0) socket.write(Buffer.concat([Buffer.of(3), Buffer.alloc(2 * HANDSHAKE_BYTES)]));
      tail = Buffer.concat([tail, bytes]).subarray(-512 * 1024);
      at('connect', () => {
        if (behaviour.onConnect?.(socket) !== 'ignore') socket.write(command('_result', number(1), NULL, NULL));
      });
      at('createStream', () => socket.write(command('_result', number(4), NULL, number(1))));
      at('publish', () => {
        if (behaviour.onPublish?.(socket) !== 'ignore') socket.write(status('NetStream.Publish.Start'));
      });
      if (seen.has('publish')) {
        at('onMetaData', () => {});
        if (seen.has('onMetaData')) at('\u0017\u0001', () => behaviour.onFirstVideo?.(socket));
      }
      const every = behaviour.acknowledgeEveryBytes;
      if (every && state.receivedBytes - acknowledged >= every) {
        acknowledged = state.receivedBytes;
        const sequence = Buffer.alloc(4);
        sequence.writeUInt32BE(acknowledged);
        socket.write(message(3, sequence));
      }
    });
  }

  return {
    port: (server.address() as AddressInfo).port,
    connections: () => state.connections,
    receivedBytes: () => state.receivedBytes,
    say: (bytes) => void state.newest?.write(bytes),
    hangUp: () => void state.newest?.destroy(),
    read: (isReading) => void (isReading ? state.newest?.resume() : state.newest?.pause()),
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** AMF0 null. */
export const NULL = Buffer.of(5);

/** Encodes an AMF0 number. */
export function number(value: number): Buffer {
  const encoded = Buffer.alloc(9);
  encoded.writeDoubleBE(value, 1);
  return encoded;
}

/** Encodes an AMF0 string without its type. */
export function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes]);
}

/** Encodes an AMF0 object of strings. */
export function object(entries: Record<string, string>): Buffer {
  const parts = Object.entries(entries).flatMap(([name, value]) => [text(name), Buffer.of(2), text(value)]);
  return Buffer.concat([Buffer.of(3), ...parts, Buffer.of(0, 0, 9)]);
}

/** Builds a command message of AMF0 values. */
export function command(name: string, ...values: Buffer[]): Buffer {
  return message(20, Buffer.concat([Buffer.of(2), text(name), ...values]));
}

/** Builds an onStatus command. */
export function status(code: string, level = 'status', description = ''): Buffer {
  return command('onStatus', number(0), NULL, object({ level, code, description }));
}

/** Builds an RTMP message on chunk stream 3, in chunks of 128 bytes. */
export function message(typeId: number, body: Buffer): Buffer {
  const header = Buffer.from([
    3,
    0,
    0,
    0,
    body.length >> 16,
    (body.length >> 8) & 0xff,
    body.length & 0xff,
    typeId,
    1,
    0,
    0,
    0,
  ]);
  const parts = [header, body.subarray(0, 128)];
  for (let at = 128; at < body.length; at += 128) parts.push(Buffer.of(0xc3), body.subarray(at, at + 128));
  return Buffer.concat(parts);
}
