import { MESSAGE_TYPE } from './chunk-writer.ts';

export interface IncomingMessage {
  typeId: number;
  streamId: number;
  body: Buffer;
}

interface ChunkStream {
  typeId: number;
  streamId: number;
  lengthBytes: number;
  extended: boolean;
  parts: Buffer[];
  receivedBytes: number;
}

/** A server answers a publisher with commands and control messages only; anything larger is not RTMP or not friendly. */
const MESSAGE_BYTES_MAX = 256 * 1024;
const CHUNK_STREAMS_MAX = 64;
const HEADER_BYTES = [11, 7, 3, 0];

/**
 * Puts the peer's chunks together into messages. Obeys Set Chunk Size and Abort itself and passes everything else on.
 * The returned function takes what the socket delivered and throws when it cannot be RTMP.
 */
export function createChunkReader(onMessage: (message: IncomingMessage) => void): (bytes: Buffer) => void {
  const streams = new Map<number, ChunkStream>();
  let chunkSizeBytes = 128;
  let buffered: Buffer = Buffer.alloc(0);

  return (bytes) => {
    buffered = buffered.length === 0 ? bytes : Buffer.concat([buffered, bytes]);
    let at = 0;
    for (;;) {
      const used = readChunk(at);
      if (used === 0) break;
      at += used;
    }
    buffered = buffered.subarray(at);
  };

  /** Bytes used by the chunk that begins at `start`, 0 when it is not complete yet. */
  function readChunk(start: number): number {
    if (buffered.length === start) return 0;
    const first = buffered[start]!;
    const format = first >> 6;
    const shortId = first & 0x3f;
    const basicBytes = shortId === 0 ? 2 : shortId === 1 ? 3 : 1;
    const headerAt = start + basicBytes;
    let payloadAt = headerAt + HEADER_BYTES[format]!;
    if (buffered.length < payloadAt) return 0;
    const id =
      shortId === 0
        ? 64 + buffered[start + 1]!
        : shortId === 1
          ? 64 + buffered[start + 1]! + 256 * buffered[start + 2]!
          : shortId;

    const stream = streams.get(id) ?? open(id);
    const next = { ...stream };
    if (format <= 2) next.extended = buffered.readUIntBE(headerAt, 3) === 0xffffff;
    if (format <= 1) {
      next.lengthBytes = buffered.readUIntBE(headerAt + 3, 3);
      next.typeId = buffered[headerAt + 6]!;
    }
    if (format === 0) next.streamId = buffered.readUInt32LE(headerAt + 7);
    if (next.lengthBytes > MESSAGE_BYTES_MAX) throw new Error('the peer sent a message too large to be a command');
    if (next.extended) payloadAt += 4;
    const payloadBytes = Math.min(chunkSizeBytes, next.lengthBytes - next.receivedBytes);
    const end = payloadAt + payloadBytes;
    if (buffered.length < end) return 0;

    Object.assign(stream, next);
    stream.parts.push(buffered.subarray(payloadAt, end));
    stream.receivedBytes += payloadBytes;
    if (stream.receivedBytes >= stream.lengthBytes) deliver(stream);
    return end - start;
  }

  function open(id: number): ChunkStream {
    if (streams.size >= CHUNK_STREAMS_MAX) throw new Error('the peer uses too many chunk streams');
    const stream = { typeId: 0, streamId: 0, lengthBytes: 0, extended: false, parts: [], receivedBytes: 0 };
    streams.set(id, stream);
    return stream;
  }

  function deliver(stream: ChunkStream): void {
    const body = Buffer.concat(stream.parts);
    stream.parts = [];
    stream.receivedBytes = 0;
    if (stream.typeId === MESSAGE_TYPE.setChunkSize) {
      const size = body.length >= 4 ? body.readUInt32BE() & 0x7fffffff : 0;
      if (size < 1) throw new Error('the peer set a chunk size of zero');
      chunkSizeBytes = size;
      return;
    }
    if (stream.typeId === MESSAGE_TYPE.abort) {
      const aborted = body.length >= 4 ? streams.get(body.readUInt32BE()) : undefined;
      if (aborted) {
        aborted.parts = [];
        aborted.receivedBytes = 0;
      }
      return;
    }
    onMessage({ typeId: stream.typeId, streamId: stream.streamId, body });
  }
}
