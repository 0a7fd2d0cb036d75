import { randomBytes } from 'node:crypto';

const VERSION = 3;
const BLOCK_BYTES = 1536;

/** Builds C0 and C1 of the plain handshake: version, zero time, zero, random filling. */
export function buildHandshakeOpening(): Buffer {
  const opening = Buffer.alloc(1 + BLOCK_BYTES);
  opening[0] = VERSION;
  randomBytes(BLOCK_BYTES - 8).copy(opening, 9);
  return opening;
}

/**
 * Reads the server's side (S0, S1, S2) from the bytes received so far.
 * @returns null while incomplete; then the C2 to send and the bytes that follow the handshake
 * @throws {Error} when the peer does not speak RTMP version 3
 */
export function readHandshakeAnswer(received: Buffer): { closing: Buffer; rest: Buffer } | null {
  if (received.length > 0 && received[0] !== VERSION) throw new Error('the peer does not speak RTMP');
  const lengthBytes = 1 + 2 * BLOCK_BYTES;
  if (received.length < lengthBytes) return null;
  // S2 is not compared with C1: several servers answer the plain handshake with a digest instead of an echo.
  return { closing: Buffer.from(received.subarray(1, 1 + BLOCK_BYTES)), rest: received.subarray(lengthBytes) };
}
