/** The bytes of one publisher's session: handshake, messages in both directions, acknowledgements. */
import { createMessageCollector, writeMessage, type ReceivedMessage } from './rtmp-wire.ts';
import type net from 'node:net';

/** Message types of the RTMP specification. */
export const TYPE = {
  chunkSize: 1,
  acknowledgement: 3,
  userControl: 4,
  windowSize: 5,
  peerBandwidth: 6,
  audio: 8,
  video: 9,
  data: 18,
  command: 20,
};
export const OUR_CHUNK_SIZE = 4096;
const HANDSHAKE_BYTES = 1536;

export interface SessionWire {
  /** Sends a message; `stream` 0 is the connection. No effect once the socket is destroyed. */
  say(type: number, stream: number, payload: Buffer): void;
}

/** Reads from a connected socket until its end. A publisher that does not speak RTMP is cut. */
export function openSessionWire(options: {
  socket: net.Socket;
  /** Bytes after which received ones are acknowledged. */
  windowBytes: number;
  onMessage: (message: ReceivedMessage) => void;
}): SessionWire {
  const { socket, windowBytes } = options;
  const collect = createMessageCollector(options.onMessage);
  let handshake: Buffer | null = Buffer.alloc(0);
  let handshakeAnswered = false;
  let receivedBytes = 0;
  let acknowledgedBytes = 0;

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

  return { say };
}

/** Encodes an unsigned number in four bytes, as control messages carry it. */
export function number32(value: number): Buffer {
  const encoded = Buffer.alloc(4);
  encoded.writeUInt32BE(value >>> 0);
  return encoded;
}
