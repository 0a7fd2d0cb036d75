/**
 * The part of an RTMP connection that needs no knowledge of publishing: socket, TLS, handshake, messages in both
 * directions, acknowledgements of received bytes, answers to pings.
 */
import { decodeAmf0, type Amf0Value } from './amf0.ts';
import { createChunkReader, type IncomingMessage } from './chunk-reader.ts';
import { MESSAGE_TYPE } from './chunk-writer.ts';
import { buildHandshakeOpening, readHandshakeAnswer } from './handshake.ts';
import { createMessageWriter, type MessageWriter } from './message-writer.ts';
import { createReceivedBytes } from './received-bytes.ts';
import { openRtmpSocket, type RtmpSocketOptions } from './rtmp-socket.ts';
import type net from 'node:net';

/** Runs an action once after a delay; what it returns cancels it. */
export interface Timer {
  after(delayMs: number, action: () => void): () => void;
}

export interface RtmpTransport {
  writer: MessageWriter;
  /** Returns how far it has come; `open` means that the handshake is done. */
  step(): 'tcp' | 'tls' | 'handshake' | 'open' | 'over';
  /** Returns whether any byte has been received. */
  hasAnswered(): boolean;
  /** Returns the socket's error; null without one. */
  error(): Error | null;
  /**
   * Ends the connection, and cuts it after one second. Resolves when the socket is closed.
   * @param sayGoodbye writes the last messages; null cuts the connection at once
   */
  close(sayGoodbye: (() => void) | null): Promise<void>;
  /** Cuts the connection at once. */
  cut(): void;
}

/** None of the callbacks follows `close` or `cut`. */
export interface RtmpTransportOptions extends Omit<RtmpSocketOptions, 'onTls' | 'onReady'> {
  clock: Timer;
  /** The socket is connected, with TLS where that is used. */
  onConnected(socket: net.Socket): void;
  /** The handshake is done; what is written now follows it in the same write. */
  onOpen(): void;
  /** A command: its name, transaction, command object, further values. */
  onCommand(command: Amf0Value[]): void;
  /** The peer has ended a message stream. */
  onStreamEnd(streamId: number): void;
  /** The peer acknowledges bytes up to this sequence number. */
  onAcknowledgement(sequence: number): void;
  /** The socket has accepted all data and is ready for more. */
  onDrain(): void;
  /** The peer's answer to the handshake is not RTMP. */
  onForeignAnswer(received: Buffer): void;
  /** The peer sent something unreadable after the handshake. */
  onUnreadable(): void;
  /** The peer or the network has ended the connection. */
  onGone(): void;
}

const CLOSE_LIMIT_MS = 1_000;
const STREAM_EOF = 1;
const PING_REQUEST = 6;
const PING_RESPONSE = 7;

/** Connects and begins the handshake. */
export function openRtmpTransport(options: RtmpTransportOptions): RtmpTransport {
  let step: ReturnType<RtmpTransport['step']> = 'tcp';
  let handshakeBytes: Buffer = Buffer.alloc(0);
  let error: Error | null = null;
  const read = createChunkReader(onMessage);
  const socket = openRtmpSocket({
    ...options,
    onTls() {
      if (step === 'tcp') step = 'tls';
    },
    onReady() {
      if (step === 'over') return;
      step = 'handshake';
      options.onConnected(socket);
      writer.raw(buildHandshakeOpening());
    },
  });
  const writer = createMessageWriter(socket);
  const received = createReceivedBytes(writer);
  socket.on('data', onData);
  socket.on('drain', () => {
    if (step !== 'over') options.onDrain();
  });
  socket.on('error', (failure) => {
    error = failure;
  });
  socket.once('end', onGone);
  socket.once('close', onGone);

  const isOpen = () => step === 'open';

  function onGone(): void {
    if (step !== 'over') options.onGone();
  }

  function onData(bytes: Buffer): void {
    if (step === 'over') return;
    received.add(bytes.length);
    try {
      if (step === 'open') read(bytes);
      else shakeHands(bytes);
    } catch {
      if (step === 'handshake') options.onForeignAnswer(handshakeBytes);
      else if (isOpen()) options.onUnreadable();
    }
    if (isOpen()) received.acknowledge();
  }

  function shakeHands(bytes: Buffer): void {
    handshakeBytes = Buffer.concat([handshakeBytes, bytes]);
    const answer = readHandshakeAnswer(handshakeBytes);
    if (answer === null) return;
    step = 'open';
    writer.inOneWrite(() => {
      writer.raw(answer.closing);
      writer.useLargeChunks();
      options.onOpen();
    });
    read(answer.rest);
  }

  function onMessage({ typeId, body }: IncomingMessage): void {
    if (step === 'over') return;
    if (typeId === MESSAGE_TYPE.commandAmf0) return options.onCommand(decodeAmf0(body));
    if (typeId === MESSAGE_TYPE.commandAmf3) return options.onCommand(decodeAmf0(body.subarray(1)));
    if (typeId === MESSAGE_TYPE.userControl && body.length >= 6) return onUserControl(body);
    if (body.length < 4) return;
    if (typeId === MESSAGE_TYPE.windowAcknowledgementSize) received.acknowledgeEvery(body.readUInt32BE());
    if (typeId === MESSAGE_TYPE.acknowledgement) options.onAcknowledgement(body.readUInt32BE());
  }

  function onUserControl(body: Buffer): void {
    const event = body.readUInt16BE();
    if (event === PING_REQUEST) {
      const pong = Buffer.from(body.subarray(0, 6));
      pong.writeUInt16BE(PING_RESPONSE);
      writer.control(MESSAGE_TYPE.userControl, pong);
    } else if (event === STREAM_EOF) options.onStreamEnd(body.readUInt32BE(2));
  }

  return {
    writer,
    step: () => step,
    hasAnswered: () => received.total() > 0,
    error: () => error,
    close(sayGoodbye) {
      if (!socket.destroyed) sayGoodbye?.();
      step = 'over';
      return closeSocket(socket, options.clock, { isGraceful: sayGoodbye !== null });
    },
    cut() {
      step = 'over';
      socket.destroy();
    },
  };
}

function closeSocket(socket: net.Socket, clock: Timer, { isGraceful }: { isGraceful: boolean }): Promise<void> {
  if (socket.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const cancelCut = clock.after(CLOSE_LIMIT_MS, () => socket.destroy());
    socket.once('close', () => {
      cancelCut();
      resolve();
    });
    if (isGraceful) socket.end();
    else socket.destroy();
  });
}
