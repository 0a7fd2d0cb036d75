/** Message type ids of RTMP (section 5.4, 6 and 7 of the RTMP 1.0 specification). */
export const MESSAGE_TYPE = {
  setChunkSize: 1,
  abort: 2,
  acknowledgement: 3,
  userControl: 4,
  windowAcknowledgementSize: 5,
  setPeerBandwidth: 6,
  audio: 8,
  video: 9,
  dataAmf0: 18,
  commandAmf3: 17,
  commandAmf0: 20,
} as const;

export interface OutgoingMessage {
  typeId: number;
  /** Chunk stream the message travels on, 2 to 63. */
  chunkStreamId: number;
  /** Message stream: 0 for the connection, else the number the peer assigned at createStream. */
  streamId: number;
  /** Milliseconds; the lower 32 bits are sent. */
  timestampMs: number;
  body: Buffer;
}

/** From this value on, the 24-bit field is all ones and the timestamp follows in 32 bits, in every chunk. */
const EXTENDED_FROM = 0xffffff;

/**
 * Cuts a message into the buffers to write, in order. The body's bytes are referenced, never copied, so one body can be
 * on its way to many peers at once. Each message starts with a full (type 0) header: it adds a few bytes, and neither
 * side has to remember the previous message.
 */
export function toChunks(message: OutgoingMessage, chunkSizeBytes: number): Buffer[] {
  const { body } = message;
  const timestamp = message.timestampMs >>> 0;
  const extended = timestamp >= EXTENDED_FROM;
  const header = Buffer.allocUnsafe(extended ? 16 : 12);
  header[0] = message.chunkStreamId;
  header.writeUIntBE(extended ? EXTENDED_FROM : timestamp, 1, 3);
  header.writeUIntBE(body.length, 4, 3);
  header[7] = message.typeId;
  header.writeUInt32LE(message.streamId, 8);
  if (extended) header.writeUInt32BE(timestamp, 12);
  if (body.length <= chunkSizeBytes) return [header, body];

  const continuation = Buffer.allocUnsafe(extended ? 5 : 1);
  continuation[0] = 0xc0 | message.chunkStreamId;
  if (extended) continuation.writeUInt32BE(timestamp, 1);
  const parts = [header, body.subarray(0, chunkSizeBytes)];
  for (let at = chunkSizeBytes; at < body.length; at += chunkSizeBytes) {
    parts.push(continuation, body.subarray(at, at + chunkSizeBytes));
  }
  return parts;
}
