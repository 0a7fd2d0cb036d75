/**
 * One attempt to publish: socket, TLS, handshake, the commands up to `publish`, and then messages until somebody ends
 * it. It knows nothing of programs and retries; it tells its owner once that it is publishing and once why it ended.
 */
import net from 'node:net';
import tls from 'node:tls';
import { decodeAmf0, encodeAmf0 } from './amf0.ts';
import { createChunkReader } from './chunk-reader.ts';
import { MESSAGE_TYPE, toChunks } from './chunk-writer.ts';
import { toConnectionFailure, toShownText } from './connection-failure.ts';
import { buildHandshakeOpening, readHandshakeAnswer } from './handshake.ts';
import type { Amf0Value } from './amf0.ts';
import type { IncomingMessage } from './chunk-reader.ts';
import type { OutgoingMessage } from './chunk-writer.ts';
import type { ConnectionFailure } from './connection-failure.ts';
import type { RtmpTarget } from './rtmp-target.ts';
import type { Clock } from '../../../clock.ts';

export interface RtmpConnectionOptions {
  target: RtmpTarget;
  streamKey: string;
  verifyCertificate: boolean;
  /** PEM certificates to trust besides the public ones. */
  certificateAuthorities?: string[];
  clock: Clock;
  /** The server has said that publishing may begin. */
  onPublishing(): void;
  /** The socket has taken everything and wants more. */
  onDrain(): void;
  /** The connection is over for a reason of its own. Not called after `close` or `abandon`. */
  onFailed(failure: ConnectionFailure): void;
}

export interface RtmpConnection {
  /** Writes one message on the published stream. `streamId` is filled in. */
  send(message: OutgoingMessage): void;
  /** Lets everything `action` sends leave in one write. */
  inOneWrite(action: () => void): void;
  isReady(): boolean;
  unsentBytes(): number;
  /** Bytes the operating system has accepted since the connection began. */
  acceptedBytes(): number;
  /** Says goodbye as RTMP wants it and ends; cut after one second. Resolves when the socket is gone. */
  close(): Promise<void>;
  /** Cuts at once. */
  abandon(): void;
}

const CONNECT_LIMIT_MS = 10_000;
const CLOSE_LIMIT_MS = 1_000;
const OUT_CHUNK_BYTES = 60_000;
/** How soon after `publish` a close without a word means that the key was refused. Learned from nginx-rtmp and others. */
const SUSPICIOUS_CLOSE_MS = 3_000;
/** Written ahead of the kernel at most; small, so that progress on a slow line shows within the stall limit. */
const WRITE_AHEAD_BYTES = 256 * 1024;
/** Node's default gives each address 250 ms, less than a round trip to the far side of the earth may need. */
const ADDRESS_ATTEMPT_MS = 2_500;

const COMMAND_CHUNK_STREAM = 3;
const CONTROL_CHUNK_STREAM = 2;
const TRANSACTION = {
  connect: 1,
  releaseStream: 2,
  fcPublish: 3,
  createStream: 4,
  publish: 5,
  fcUnpublish: 6,
} as const;
const PING_REQUEST = 6;
const PING_RESPONSE = 7;

type Step = 'tcp' | 'tls' | 'handshake' | 'connect' | 'createStream' | 'publish' | 'publishing' | 'over';

/** Opens a connection and goes on by itself until it publishes, fails or is closed. */
export function openRtmpConnection(options: RtmpConnectionOptions): RtmpConnection {
  const { target, streamKey, clock } = options;
  let step: Step = 'tcp';
  let streamId = 0;
  let handedOverBytes = 0;
  let receivedBytes = 0;
  let acknowledgedBytes = 0;
  let acknowledgeEveryBytes = 0;
  let outChunkBytes = 128;
  let publishingSinceMs = 0;
  let handshakeBytes: Buffer = Buffer.alloc(0);
  let lastError: Error | null = null;
  const read = createChunkReader(onMessage);
  let cancelLimit = limitConnect('the host did not answer');
  const socket = openSocket();

  function openSocket(): net.Socket {
    const { host, port } = target;
    const address = { host, port, autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS };
    if (!target.secure) return listen(net.connect(address), 'connect');
    const secured = tls.connect({
      ...address,
      // SNI carries names only; for an address literal the certificate is checked against the address itself.
      ...(net.isIP(host) === 0 && { servername: host }),
      rejectUnauthorized: options.verifyCertificate,
      ...(options.certificateAuthorities && {
        ca: [...tls.rootCertificates, ...options.certificateAuthorities],
      }),
    });
    secured.once('connect', () => {
      if (step === 'tcp') step = 'tls';
    });
    return listen(secured, 'secureConnect');
  }

  function listen(stream: net.Socket, readyEvent: 'connect' | 'secureConnect'): net.Socket {
    stream.setNoDelay(true);
    stream.once(readyEvent, () => {
      if (step === 'over') return;
      step = 'handshake';
      write([buildHandshakeOpening()]);
    });
    stream.on('data', (bytes: Buffer) => {
      if (step !== 'over') onData(bytes);
    });
    stream.on('drain', () => {
      if (step === 'publishing') options.onDrain();
    });
    stream.on('error', (error) => {
      lastError = error;
    });
    stream.once('end', () => onGone());
    stream.once('close', () => onGone());
    return stream;
  }

  function limitConnect(detail: string): () => void {
    return clock.after(CONNECT_LIMIT_MS, () => fail({ code: 'connect_timeout', detail, rejection: 'none' }));
  }

  function fail(failure: ConnectionFailure): void {
    if (step === 'over') return;
    abandon();
    options.onFailed(failure);
  }

  function abandon(): void {
    step = 'over';
    cancelLimit();
    socket.destroy();
  }

  function onGone(): void {
    if (step === 'over') return;
    const suspicious =
      step === 'publish' || (step === 'publishing' && clock.now() - publishingSinceMs < SUSPICIOUS_CLOSE_MS);
    if (suspicious) {
      const detail = 'the server closed the connection right after it was given the stream key';
      return fail({ code: 'connection_lost', detail, rejection: 'suspected' });
    }
    if (lastError) return fail(toConnectionFailure(lastError, step === 'tcp' || step === 'tls' ? step : 'rtmp'));
    if (step === 'tls') {
      return fail({ code: 'tls_failed', detail: 'the server closed during the TLS handshake', rejection: 'none' });
    }
    fail({ code: 'connection_lost', detail: 'the server closed the connection', rejection: 'none' });
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
      const code = step === 'publishing' ? 'connection_lost' : 'application_rejected';
      fail({ code, detail: 'the server does not speak RTMP as expected', rejection: 'none' });
    } finally {
      acknowledge();
    }
  }

  function beginCommands(handshakeClosing: Buffer): void {
    cancelLimit();
    cancelLimit = limitConnect('the server did not answer the request to publish');
    step = 'connect';
    const setChunkSize = Buffer.alloc(4);
    setChunkSize.writeUInt32BE(OUT_CHUNK_BYTES);
    inOneWrite(() => {
      write([handshakeClosing]);
      sendControl(MESSAGE_TYPE.setChunkSize, setChunkSize);
      outChunkBytes = OUT_CHUNK_BYTES;
      sendCommand('connect', TRANSACTION.connect, {
        app: target.app,
        type: 'nonprivate',
        flashVer: 'FMLE/3.0 (compatible; Sluice)',
        tcUrl: target.tcUrl,
      });
    });
  }

  function onMessage(message: IncomingMessage): void {
    if (step === 'over') return;
    const { typeId, body } = message;
    if (typeId === MESSAGE_TYPE.windowAcknowledgementSize && body.length >= 4) {
      acknowledgeEveryBytes = body.readUInt32BE();
    } else if (typeId === MESSAGE_TYPE.setPeerBandwidth && body.length >= 4) {
      sendControl(MESSAGE_TYPE.windowAcknowledgementSize, Buffer.from(body.subarray(0, 4)));
    } else if (typeId === MESSAGE_TYPE.userControl && body.length >= 6 && body.readUInt16BE() === PING_REQUEST) {
      const pong = Buffer.from(body.subarray(0, 6));
      pong.writeUInt16BE(PING_RESPONSE);
      sendControl(MESSAGE_TYPE.userControl, pong);
    } else if (typeId === MESSAGE_TYPE.commandAmf0) {
      onCommand(decodeAmf0(body));
    } else if (typeId === MESSAGE_TYPE.commandAmf3) {
      onCommand(decodeAmf0(body.subarray(1)));
    }
  }

  function onCommand([name, transaction, , info]: Amf0Value[]): void {
    if (name === 'onStatus') return onStatus(info);
    if (name === '_result' && transaction === TRANSACTION.connect && step === 'connect') {
      step = 'createStream';
      return inOneWrite(() => {
        sendCommand('releaseStream', TRANSACTION.releaseStream, null, streamKey);
        sendCommand('FCPublish', TRANSACTION.fcPublish, null, streamKey);
        sendCommand('createStream', TRANSACTION.createStream, null);
      });
    }
    if (name === '_result' && transaction === TRANSACTION.createStream && step === 'createStream') {
      streamId = typeof info === 'number' ? info : 1;
      step = 'publish';
      return sendCommand('publish', TRANSACTION.publish, null, streamKey, 'live');
    }
    // Many servers answer releaseStream and FCPublish with an error and mean nothing by it.
    if (name !== '_error') return;
    if (transaction === TRANSACTION.publish) return reject('stream_key_rejected', info);
    if (transaction === TRANSACTION.connect || transaction === TRANSACTION.createStream) {
      return reject('application_rejected', info);
    }
  }

  function onStatus(info: Amf0Value): void {
    const code = textOf(info, 'code');
    if (textOf(info, 'level') === 'error' || /\.(BadName|Denied|Rejected|BadAuth)$/.test(code)) {
      return reject('stream_key_rejected', info);
    }
    if (code === 'NetStream.Publish.Start' && step === 'publish') {
      step = 'publishing';
      cancelLimit();
      publishingSinceMs = clock.now();
      // Apart from the reading of the server's bytes, whose errors are the server's.
      queueMicrotask(() => {
        if (step === 'publishing') options.onPublishing();
      });
    }
  }

  function reject(code: 'stream_key_rejected' | 'application_rejected', info: Amf0Value): void {
    const said = [textOf(info, 'code'), textOf(info, 'description')].filter((text) => text !== '').join(': ');
    const subject = code === 'stream_key_rejected' ? 'the stream key' : 'the application in the URL';
    const reason = toShownText(said, streamKey);
    fail({ code, detail: `the server refused ${subject}${reason && ` (${reason})`}`, rejection: 'explicit' });
  }

  function acknowledge(): void {
    if (acknowledgeEveryBytes === 0 || receivedBytes - acknowledgedBytes < acknowledgeEveryBytes) return;
    if (step === 'over' || step === 'handshake') return;
    acknowledgedBytes = receivedBytes;
    const sequence = Buffer.alloc(4);
    sequence.writeUInt32BE(receivedBytes >>> 0);
    sendControl(MESSAGE_TYPE.acknowledgement, sequence);
  }

  function sendControl(typeId: number, body: Buffer): void {
    write(toChunks({ typeId, chunkStreamId: CONTROL_CHUNK_STREAM, streamId: 0, timestampMs: 0, body }, outChunkBytes));
  }

  function sendCommand(name: string, transaction: number, ...values: Amf0Value[]): void {
    const body = encodeAmf0(name, transaction, ...values);
    const onStream = name === 'publish' ? streamId : 0;
    const message = { typeId: MESSAGE_TYPE.commandAmf0, chunkStreamId: COMMAND_CHUNK_STREAM, timestampMs: 0, body };
    write(toChunks({ ...message, streamId: onStream }, outChunkBytes));
  }

  function write(parts: Buffer[]): void {
    for (const part of parts) {
      handedOverBytes += part.length;
      socket.write(part);
    }
  }

  function inOneWrite(action: () => void): void {
    socket.cork();
    try {
      action();
    } finally {
      socket.uncork();
    }
  }

  return {
    send(message) {
      if (step !== 'publishing') return;
      message.streamId = streamId;
      socket.cork();
      write(toChunks(message, outChunkBytes));
      socket.uncork();
    },
    inOneWrite,
    isReady: () => socket.writableLength < WRITE_AHEAD_BYTES,
    unsentBytes: () => socket.writableLength,
    acceptedBytes: () => handedOverBytes - socket.writableLength,
    close() {
      if (socket.destroyed) {
        abandon();
        return Promise.resolve();
      }
      const said = step === 'publishing' || step === 'publish';
      if (said) {
        inOneWrite(() => {
          sendCommand('FCUnpublish', TRANSACTION.fcUnpublish, null, streamKey);
          sendCommand('deleteStream', 0, null, streamId);
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

function textOf(info: Amf0Value, name: string): string {
  if (info === null || typeof info !== 'object' || Array.isArray(info)) return '';
  const value = info[name];
  return typeof value === 'string' ? value : '';
}
