/**
 * An RTMP and RTMPS server for any encoder. It records facts about what it receives. It replaces a platform in
 * rehearsals, the demo, tests and benchmarks, and can misbehave like one: refuse a key with or without a reason, stop
 * reading, drop connections. It shares no code with the engine's publisher.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import net from 'node:net';
import tls from 'node:tls';
import { createFactsKeeper, createSessionFacts } from './session-facts.ts';
import { createFlvRecorder } from './flv-recorder.ts';
import { createMessageCollector, readCommandValues, writeCommand, writeMessage } from './rtmp-wire.ts';
import type { AddressInfo } from 'node:net';
import type { FlvRecorder } from './flv-recorder.ts';
import type { ReceivedMessage } from './rtmp-wire.ts';
import type { SessionFacts } from './session-facts.ts';

/**
 * The verdict on a stream key. `reject_bad_name` responds with an error status; `close_silently` disconnects on
 * `publish` (nginx-rtmp with on_publish); `close_after_start` accepts first and then disconnects (node-media-server).
 */
export type KeyVerdict = 'accept' | 'reject_bad_name' | 'close_silently' | 'close_after_start';

export interface RtmpReceiverOptions {
  /** 0 selects a free port. */
  port: number;
  /** 127.0.0.1 when absent. */
  host?: string;
  /** PEM; makes it an RTMPS receiver. */
  tls?: { key: string; cert: string };
  /** Without it every key is accepted. */
  acceptKey?: (app: string, streamKey: string) => KeyVerdict;
  /** Bytes after which each side acknowledges; 2.5 MB when absent. */
  windowBytes?: number;
  /** The description in a refusal by `reject_bad_name`. */
  statusDescription?: string;
  /** False refuses the `connect` command. */
  acceptApp?: (app: string) => boolean;
  /** Records each session there as `session-<number>.flv`. Created if missing. */
  recordDirectory?: string;
  /** Receives every media message after it was counted in the facts. */
  onMedia?: (session: SessionFacts, kind: 'video' | 'audio', timestampMs: number, payload: Buffer) => void;
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

const TYPE = { acknowledgement: 3, userControl: 4, windowSize: 5, peerBandwidth: 6, audio: 8, video: 9, data: 18 };
const COMMAND = 20;
const HANDSHAKE_BYTES = 1536;
const OUR_CHUNK_SIZE = 4096;
const DEFAULT_WINDOW_BYTES = 2_500_000;
const PING_EVERY_MS = 1_000;

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

function serveSession(
  socket: net.Socket,
  facts: SessionFacts,
  options: RtmpReceiverOptions,
  onRecording: (finished: Promise<void>) => void,
): void {
  const windowBytes = options.windowBytes ?? DEFAULT_WINDOW_BYTES;
  const keeper = createFactsKeeper(facts);
  const collect = createMessageCollector(onMessage);
  let handshake: Buffer | null = Buffer.alloc(0);
  let handshakeAnswered = false;
  let receivedBytes = 0;
  let acknowledgedBytes = 0;
  let recorder: FlvRecorder | null = null;
  let pings: NodeJS.Timeout | null = null;

  socket.setNoDelay(true);
  socket.on('data', (bytes: Buffer) => {
    receivedBytes += bytes.length;
    try {
      if (handshake) shakeHands(bytes);
      else collect(bytes);
    } catch {
      socket.destroy();
    }
    if (receivedBytes - acknowledgedBytes >= windowBytes) {
      acknowledgedBytes = receivedBytes;
      say(TYPE.acknowledgement, 0, number32(receivedBytes));
    }
  });
  socket.on('error', () => {});
  socket.once('end', () => socket.end());
  socket.once('close', () => {
    if (pings) clearInterval(pings);
    facts.state = 'ended';
    facts.endedAtMs = Date.now();
    if (recorder) onRecording(recorder.close());
    recorder = null;
  });

  /** Performs the plain handshake: S1 is zeros, S2 echoes the publisher's C1. */
  function shakeHands(bytes: Buffer): void {
    handshake = Buffer.concat([handshake!, bytes]);
    if (handshake[0] !== 3) throw new Error('not RTMP version 3');
    if (!handshakeAnswered && handshake.length >= 1 + HANDSHAKE_BYTES) {
      handshakeAnswered = true;
      const echo = handshake.subarray(1, 1 + HANDSHAKE_BYTES);
      socket.write(Buffer.concat([Buffer.from([3]), Buffer.alloc(HANDSHAKE_BYTES), echo]));
    }
    if (handshake.length < 1 + 2 * HANDSHAKE_BYTES) return;
    const rest = handshake.subarray(1 + 2 * HANDSHAKE_BYTES);
    handshake = null;
    collect(rest);
  }

  function say(type: number, stream: number, payload: Buffer): void {
    if (!socket.destroyed) socket.write(writeMessage(type, stream, payload, OUR_CHUNK_SIZE));
  }

  function sayStatus(level: string, code: string, description: string): void {
    say(COMMAND, 1, writeCommand('onStatus', 0, null, { level, code, description }));
  }

  function onMessage({ type, timestamp, payload }: ReceivedMessage): void {
    if (type === TYPE.video || type === TYPE.audio) return onMedia(type, timestamp, payload);
    if (type === COMMAND) return onCommand(readCommandValues(payload));
    if (type === TYPE.data) {
      const [first, second, third] = readCommandValues(payload);
      const data = first === '@setDataFrame' ? third : second;
      if (data !== null && typeof data === 'object') facts.metadata = data as Record<string, unknown>;
      recorder?.write(TYPE.data, timestamp, first === '@setDataFrame' ? payload.subarray(16) : payload);
    }
    if (type === TYPE.acknowledgement) facts.acknowledgements += 1;
    if (type === TYPE.userControl && payload.readUInt16BE(0) === 7) facts.pongs += 1;
  }

  function onMedia(type: number, timestamp: number, payload: Buffer): void {
    if (facts.publishedAtMs === null || payload.length === 0) return;
    const isVideo = type === TYPE.video;
    if (isVideo) keeper.noteVideo(timestamp, payload, performance.now(), Date.now());
    else keeper.noteAudio(timestamp, payload);
    recorder?.write(type, timestamp, payload);
    options.onMedia?.(facts, isVideo ? 'video' : 'audio', timestamp, payload);
  }

  function onCommand([name, transaction, object, argument]: unknown[]): void {
    const id = typeof transaction === 'number' ? transaction : 0;
    if (name === 'connect') return onConnect(id, object);
    if (name === 'createStream') return say(COMMAND, 0, writeCommand('_result', id, null, 1));
    if (name === 'publish') return onPublish(String(argument));
    if (name === 'FCPublish') return say(COMMAND, 0, writeCommand('onFCPublish', 0, null));
    if (name === 'releaseStream') return say(COMMAND, 0, writeCommand('_result', id, null));
    if (name === 'FCUnpublish' || name === 'deleteStream') {
      facts.cleanUnpublish = true;
      facts.goodbye.push(name);
    }
  }

  function onConnect(transaction: number, object: unknown): void {
    facts.app = String((object as Record<string, unknown> | null)?.app ?? '');
    say(TYPE.windowSize, 0, number32(windowBytes));
    say(TYPE.peerBandwidth, 0, Buffer.concat([number32(windowBytes), Buffer.from([2])]));
    say(1, 0, number32(OUR_CHUNK_SIZE));
    const accepted = options.acceptApp?.(facts.app) ?? true;
    const code = accepted ? 'NetConnection.Connect.Success' : 'NetConnection.Connect.Rejected';
    const description = accepted ? 'Connection succeeded.' : 'No such application.';
    const information = { level: accepted ? 'status' : 'error', code, description, objectEncoding: 0 };
    say(
      COMMAND,
      0,
      writeCommand(accepted ? '_result' : '_error', transaction, { fmsVer: 'FMS/3,0,1,123' }, information),
    );
    if (!accepted) socket.end();
  }

  function onPublish(streamKey: string): void {
    facts.streamName = streamKey;
    const verdict = options.acceptKey?.(facts.app, streamKey) ?? 'accept';
    if (verdict === 'close_silently') return void socket.destroy();
    if (verdict === 'reject_bad_name') {
      sayStatus('error', 'NetStream.Publish.BadName', options.statusDescription ?? 'Stream name is not accepted.');
      return void socket.end();
    }
    say(TYPE.userControl, 0, Buffer.from([0, 0, 0, 0, 0, 1]));
    sayStatus('status', 'NetStream.Publish.Start', 'Publishing started.');
    if (verdict === 'close_after_start') return void socket.end();
    facts.publishedAtMs = Date.now();
    facts.state = 'publishing';
    if (options.recordDirectory)
      recorder = createFlvRecorder(join(options.recordDirectory, `session-${facts.number}.flv`));
    const ping = () => say(TYPE.userControl, 0, Buffer.concat([Buffer.from([0, 6]), number32(Date.now())]));
    ping();
    pings = setInterval(ping, PING_EVERY_MS).unref();
  }
}

function number32(value: number): Buffer {
  const encoded = Buffer.alloc(4);
  encoded.writeUInt32BE(value >>> 0);
  return encoded;
}
