/**
 * An RTMP and RTMPS server for any encoder. It records facts about what it receives. It replaces a platform in
 * rehearsals, the demo, tests and benchmarks, and can misbehave like one: refuse a key with or without a reason, stop
 * reading, drop connections. It shares no code with the engine's publisher.
 */
import { mkdirSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';
import { serveSession } from './serve-session.ts';
import { createSessionFacts } from './session-facts.ts';
import type { AddressInfo } from 'node:net';
import type { SessionOptions } from './serve-session.ts';
import type { SessionFacts } from './session-facts.ts';

export interface RtmpReceiverOptions extends SessionOptions {
  /** 0 selects a free port. */
  port: number;
  /** 127.0.0.1 when absent. */
  host?: string;
  /** PEM; makes it an RTMPS receiver. */
  tls?: { key: string; cert: string };
}

export interface RtmpReceiver {
  port: number;
  /** `rtmp://host:port` or `rtmps://host:port`. */
  baseUrl: string;
  /** Live objects, oldest first, including ended sessions. */
  sessions: SessionFacts[];
  /** Stops reading from present and future connections, so the senders' buffers fill up. */
  pause(): void;
  resume(): void;
  /** Breaks all present connections, as a crash would. */
  kill(): void;
  /** Stops listening, breaks the remaining connections and finishes the recordings. */
  close(): Promise<void>;
}

/** Starts the receiver. Resolves when the port is bound; rejects when it cannot be. */
export async function startRtmpReceiver(options: RtmpReceiverOptions): Promise<RtmpReceiver> {
  const host = options.host ?? '127.0.0.1';
  if (options.recordDirectory) mkdirSync(options.recordDirectory, { recursive: true });
  const sessions: SessionFacts[] = [];
  /**
   * `sockets` are below TLS and are destroyed; `readers` are above it and are paused. Without TLS they are the same.
   */
  const sockets = new Set<net.Socket>();
  const readers = new Set<net.Socket>();
  const recordings = new Set<Promise<void>>();
  let paused = false;

  const accept = (socket: net.Socket) => {
    readers.add(socket);
    const facts = createSessionFacts(sessions.length + 1, options.tls !== undefined, Date.now());
    sessions.push(facts);
    serveSession(socket, facts, options, (recording) => recordings.add(recording));
    if (paused) socket.pause();
    socket.once('close', () => readers.delete(socket));
  };
  const server = options.tls ? tls.createServer(options.tls, accept) : net.createServer(accept);
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  // Ignore a peer that aborts the TLS handshake.
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, host, resolve);
  });
  const { port } = server.address() as AddressInfo;

  const kill = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    baseUrl: `${options.tls ? 'rtmps' : 'rtmp'}://${host}:${port}`,
    sessions,
    pause() {
      paused = true;
      for (const socket of readers) socket.pause();
    },
    resume() {
      paused = false;
      for (const socket of readers) socket.resume();
    },
    kill,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const ended = [...readers].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      kill();
      await Promise.all([closed, ...ended]);
      await Promise.all(recordings);
    },
  };
}
