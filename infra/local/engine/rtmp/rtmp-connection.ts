/**
 * One attempt to publish: socket, TLS, handshake, the commands up to `publish`, and then messages until either side
 * ends it. It is unaware of programs and retries; it notifies its owner once when publishing begins and once why it
 * ended.
 */
import { createAcknowledgements } from './acknowledgements.ts';
import { decodeAmf0 } from './amf0.ts';
import { createChunkReader } from './chunk-reader.ts';
import { MESSAGE_TYPE } from './chunk-writer.ts';
import { describeClosing, describeForeignAnswer, describeSilence, type Step } from './connection-endings.ts';
import { buildHandshakeOpening, readHandshakeAnswer } from './handshake.ts';
import { createMessageWriter, number32 } from './message-writer.ts';
import { openRtmpSocket, type DialRules } from './rtmp-socket.ts';
import { toShownText } from './server-text.ts';
import { isError, readServerWord, type ServerWord } from './server-words.ts';
import type { Amf0Value } from './amf0.ts';
import type { IncomingMessage } from './chunk-reader.ts';
import type { OutgoingMessage } from './chunk-writer.ts';
import type { ConnectionFailure } from './connection-failure.ts';
import type { KernelSendQueues } from './kernel-send-queues.ts';
import type { RtmpTarget } from './rtmp-target.ts';
import type { Link } from './send-queue.ts';
import type { Clock } from '../../host/clock.ts';

export interface RtmpConnectionOptions {
  target: RtmpTarget;
  streamKey: string;
  dial: DialRules;
  verifyCertificate: boolean;
  /** PEM certificates to trust besides the public ones. */
  certificateAuthorities?: string[];
  clock: Clock;
  /** Reports the bytes the peer's system has confirmed; without it, bytes accepted by the local system count. */
  sendQueues?: KernelSendQueues;
  /** The server has accepted the stream. */
  onPublishing(): void;
  /** The socket has accepted all data and is ready for more. */
  onDrain(): void;
  /** The connection has ended by itself. Not called after `close` or `abandon`. */
  onFailed(failure: ConnectionFailure): void;
}

export interface RtmpConnection extends Link {
  /** Combines everything `action` sends into one write. */
  inOneWrite(action: () => void): void;
  /** Returns the bytes written since the connection began. */
  handedOverBytes(): number;
  /** Returns how long the server's acknowledgements have been overdue; null when they cannot be judged. */
  acknowledgementOverdueMs(): number | null;
  /** Asks the server to acknowledge this often. */
  askAcknowledgementEvery(bytes: number): void;
  /** Ends the stream as RTMP requires, and cuts the connection after one second. Resolves when the socket is closed. */
  close(): Promise<void>;
  /** Cuts the connection at once. */
  abandon(): void;
}

const CONNECT_LIMIT_MS = 10_000;
const CLOSE_LIMIT_MS = 1_000;
/**
 * Time media waits for a close right after the server's acceptance: node-media-server and others accept a wrong key
 * and then hang up. Always real time, because the wait is for the network.
 */
const ACCEPTED_HOLD_MS = 50;
/** Maximum written ahead of the kernel; small, so that progress on a slow line shows within the stall limit. */
const WRITE_AHEAD_BYTES = 256 * 1024;
/** A system that has not listed a connection within this time does not list it at all. */
const CONFIRMED_WITHIN_MS = 3_000;
/** The acknowledgement window until the bitrate is known. */
const ACKNOWLEDGE_EVERY_BYTES = 256 * 1024;

const TRANSACTION = {
  connect: 1,
  releaseStream: 2,
  fcPublish: 3,
  createStream: 4,
  publish: 5,
  fcUnpublish: 6,
} as const;
const STREAM_EOF = 1;
const PING_REQUEST = 6;
const PING_RESPONSE = 7;

/** Opens a connection and drives it until it publishes, fails or is closed. */
export function openRtmpConnection(options: RtmpConnectionOptions): RtmpConnection {
  const { streamKey, clock } = options;
  let step: Step = 'tcp';
  let streamId = 0;
  let watchedSinceMs: number | null = null;
  let confirmed: { bytes: number; atMs: number } | null = null;
  let receivedBytes = 0;
  let acknowledgedBytes = 0;
  let acknowledgeEveryBytes = 0;
  let publishingSinceMs: number | null = null;
  let handshakeBytes: Buffer = Buffer.alloc(0);
  let lastError: Error | null = null;
  let lastWords = '';
  let unwatch = () => {};
  const acknowledgements = createAcknowledgements();
  const read = createChunkReader(onMessage);
  let cancelLimit = limitAnswer();
  const socket = openRtmpSocket({
    ...options,
    onTls() {
      if (step === 'tcp') step = 'tls';
    },
    onReady() {
      if (step === 'over') return;
      step = 'handshake';
      const watch = options.sendQueues?.watch(socket, onUnsent);
      if (watch) {
        unwatch = watch;
        watchedSinceMs = clock.now();
      }
      writer.raw(buildHandshakeOpening());
    },
  });
  const writer = createMessageWriter(socket);
  socket.on('data', (bytes: Buffer) => {
    if (step !== 'over') onData(bytes);
  });
  socket.on('drain', () => {
    if (step === 'publishing') options.onDrain();
  });
  socket.on('error', (error) => {
    lastError = error;
  });
  socket.once('end', onGone);
  socket.once('close', () => {
    unwatch();
    onGone();
  });

  function limitAnswer(): () => void {
    return clock.after(CONNECT_LIMIT_MS, () => fail(describeSilence(step)));
  }

  function fail(failure: ConnectionFailure): void {
    if (step === 'over') return;
    abandon();
    options.onFailed(failure);
  }

  function abandon(): void {
    step = 'over';
    cancelLimit();
    unwatch();
    socket.destroy();
  }

  function onGone(): void {
    if (step === 'over') return;
    const publishingForMs = publishingSinceMs === null ? null : clock.now() - publishingSinceMs;
    fail(describeClosing({ step, error: lastError, publishingForMs, hasAnswered: receivedBytes > 0, lastWords }));
  }

  function onUnsent(bytes: number): void {
    const delivered = writer.handedOverBytes() - socket.writableLength - bytes;
    confirmed = { bytes: Math.max(confirmed?.bytes ?? 0, delivered), atMs: clock.now() };
  }

  function onData(bytes: Buffer): void {
    receivedBytes += bytes.length;
    try {
      if (step !== 'handshake') return read(bytes);
      handshakeBytes = Buffer.concat([handshakeBytes, bytes]);
      const answer = readHandshakeAnswer(handshakeBytes);
      if (answer === null) return;
      beginCommands(answer.closing);
      read(answer.rest);
    } catch {
      if (step === 'handshake') return fail(describeForeignAnswer(handshakeBytes));
      const code = publishingSinceMs === null ? 'not_rtmp' : 'connection_lost';
      fail({ code, detail: 'the server does not speak RTMP as expected', rejection: 'none' });
    } finally {
      acknowledge();
    }
  }

  function beginCommands(handshakeClosing: Buffer): void {
    cancelLimit();
    cancelLimit = limitAnswer();
    step = 'connect';
    writer.inOneWrite(() => {
      writer.raw(handshakeClosing);
      writer.useLargeChunks();
      writer.control(MESSAGE_TYPE.windowAcknowledgementSize, number32(ACKNOWLEDGE_EVERY_BYTES));
      writer.command(0, 'connect', TRANSACTION.connect, {
        app: options.target.app,
        type: 'nonprivate',
        flashVer: 'FMLE/3.0 (compatible; Sluice)',
        tcUrl: options.target.tcUrl,
      });
    });
  }

  function onMessage({ typeId, body }: IncomingMessage): void {
    if (step === 'over') return;
    if (typeId === MESSAGE_TYPE.commandAmf0) return onCommand(decodeAmf0(body));
    if (typeId === MESSAGE_TYPE.commandAmf3) return onCommand(decodeAmf0(body.subarray(1)));
    if (typeId === MESSAGE_TYPE.userControl && body.length >= 6) return onUserControl(body);
    if (body.length < 4) return;
    if (typeId === MESSAGE_TYPE.windowAcknowledgementSize) acknowledgeEveryBytes = body.readUInt32BE();
    if (typeId === MESSAGE_TYPE.acknowledgement) acknowledgements.heard(body.readUInt32BE(), writer.handedOverBytes());
  }

  function onUserControl(body: Buffer): void {
    const event = body.readUInt16BE();
    if (event === PING_REQUEST) {
      const pong = Buffer.from(body.subarray(0, 6));
      pong.writeUInt16BE(PING_RESPONSE);
      writer.control(MESSAGE_TYPE.userControl, pong);
    } else if (event === STREAM_EOF && body.readUInt32BE(2) === streamId) over('StreamEOF');
  }

  function onCommand([name, transaction, , info]: Amf0Value[]): void {
    if (name === '_result' && transaction === TRANSACTION.connect && step === 'connect') {
      step = 'createStream';
      return writer.inOneWrite(() => {
        writer.command(0, 'releaseStream', TRANSACTION.releaseStream, null, streamKey);
        writer.command(0, 'FCPublish', TRANSACTION.fcPublish, null, streamKey);
        writer.command(0, 'createStream', TRANSACTION.createStream, null);
      });
    }
    if (name === '_result' && transaction === TRANSACTION.createStream && step === 'createStream') {
      streamId = typeof info === 'number' ? info : 1;
      step = 'publish';
      return writer.command(streamId, 'publish', TRANSACTION.publish, null, streamKey, 'live');
    }
    if (name === 'onStatus') return onWord(readServerWord(info), isError(info) && step === 'publish');
    if (name === 'close') return over('close');
    if (name === 'onFCUnpublish') return over('onFCUnpublish');
    // Many servers answer releaseStream and FCPublish with an error that has no meaning.
    if (name === '_error' && transaction === TRANSACTION.publish) onWord(readServerWord(info), true);
    if (name === '_error' && (transaction === TRANSACTION.connect || transaction === TRANSACTION.createStream)) {
      onWord(readServerWord(info), true);
    }
  }

  /** @param isFinal whether the server answers one of our requests with an error of any code */
  function onWord(word: ServerWord, isFinal: boolean): void {
    if (word.kind === 'publish_started') return onAccepted();
    const said = toShownText(word.said, streamKey);
    if (word.kind === 'remark' && !isFinal) {
      lastWords = said;
      return;
    }
    if (word.kind === 'authentication_wanted') {
      const detail = `the server requires a user name and a password${said && ` (${said})`}`;
      return fail({ code: 'authentication_unsupported', detail, rejection: 'explicit' });
    }
    if (word.kind === 'over' && !isFinal) return over(said);
    const isKey = word.kind === 'key_refused' || (word.kind !== 'application_refused' && step === 'publish');
    const code = isKey ? 'stream_key_rejected' : 'application_rejected';
    const subject = isKey ? 'the stream key' : 'the application in the URL';
    fail({ code, detail: `the server refused ${subject}${said && ` (${said})`}`, rejection: 'explicit' });
  }

  /** Handles the server's end of the stream; some servers leave the socket open and read on forever. */
  function over(said: string): void {
    if (publishingSinceMs === null) return;
    fail({ code: 'ended_by_server', detail: `the server ended the stream (${said})`, rejection: 'none' });
  }

  function onAccepted(): void {
    if (step !== 'publish') return;
    step = 'accepted';
    cancelLimit();
    const timer = setTimeout(() => {
      if (step !== 'accepted') return;
      step = 'publishing';
      publishingSinceMs = clock.now();
      options.onPublishing();
    }, ACCEPTED_HOLD_MS);
    cancelLimit = () => clearTimeout(timer);
  }

  function acknowledge(): void {
    if (acknowledgeEveryBytes === 0 || receivedBytes - acknowledgedBytes < acknowledgeEveryBytes) return;
    if (step === 'over' || step === 'handshake') return;
    acknowledgedBytes = receivedBytes;
    writer.control(MESSAGE_TYPE.acknowledgement, number32(receivedBytes));
  }

  return {
    send(message: OutgoingMessage) {
      if (step !== 'publishing') return writer.handedOverBytes();
      message.streamId = streamId;
      writer.message(message);
      return writer.handedOverBytes();
    },
    inOneWrite: writer.inOneWrite,
    isReady: () => socket.writableLength < WRITE_AHEAD_BYTES,
    unsentBytes: () => socket.writableLength,
    handedOverBytes: writer.handedOverBytes,
    delivered() {
      const nowMs = clock.now();
      if (confirmed) return confirmed;
      if (watchedSinceMs !== null && nowMs - watchedSinceMs < CONFIRMED_WITHIN_MS) return { bytes: 0, atMs: nowMs };
      return { bytes: writer.handedOverBytes() - socket.writableLength, atMs: nowMs };
    },
    acknowledgementOverdueMs() {
      acknowledgements.mark(clock.now(), writer.handedOverBytes());
      return acknowledgements.overdueMs(clock.now(), confirmed?.bytes ?? 0);
    },
    askAcknowledgementEvery(bytes) {
      acknowledgements.forgetStep();
      writer.control(MESSAGE_TYPE.windowAcknowledgementSize, number32(bytes));
    },
    close() {
      unwatch();
      if (socket.destroyed) {
        abandon();
        return Promise.resolve();
      }
      const said = step === 'publishing' || step === 'accepted' || step === 'publish';
      if (said) {
        writer.inOneWrite(() => {
          writer.command(0, 'FCUnpublish', TRANSACTION.fcUnpublish, null, streamKey);
          writer.command(0, 'deleteStream', 0, null, streamId);
        });
      }
      step = 'over';
      cancelLimit();
      return new Promise((resolve) => {
        const cancelCut = clock.after(CLOSE_LIMIT_MS, () => socket.destroy());
        socket.once('close', () => {
          cancelCut();
          resolve();
        });
        if (said) socket.end();
        else socket.destroy();
      });
    },
    abandon,
  };
}
