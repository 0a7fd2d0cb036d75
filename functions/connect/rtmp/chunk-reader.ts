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
  /** Null for a message whose bytes are not needed: they are counted and discarded. */
  parts: Buffer[] | null;
  receivedBytes: number;
}

/** The message types a publisher has to understand. All others, of any size, are skipped. */
const NEEDED_TYPES = new Set<number>([
  MESSAGE_TYPE.setChunkSize,
  MESSAGE_TYPE.abort,
  MESSAGE_TYPE.acknowledgement,
  MESSAGE_TYPE.userControl,
  MESSAGE_TYPE.windowAcknowledgementSize,
  MESSAGE_TYPE.setPeerBandwidth,
  MESSAGE_TYPE.commandAmf0,
  MESSAGE_TYPE.commandAmf3,
]);
/** No command a publisher needs is larger; a larger one is skipped. */
const MESSAGE_BYTES_MAX = 64 * 1024;
/** Limit on all incomplete messages together. Only a hostile server exceeds it. */
const PARTIAL_BYTES_MAX = 1024 * 1024;
const CHUNK_STREAMS_MAX = 1024;
const HEADER_BYTES = [11, 7, 3, 0];

/**
 * Assembles the peer's chunks into messages. It applies Set Chunk Size and Abort itself, passes on the other types a
 * publisher needs and drops the rest. The returned function reads the bytes from the socket and throws when they cannot
 * be RTMP.
 */
export function createChunkReader(onMessage: (message: IncomingMessage) => void): (bytes: Buffer) => void {
  const streams = new Map<number, ChunkStream>();
  let chunkSizeBytes = 128;
  let buffered: Buffer = Buffer.alloc(0);
  let partialBytes = 0;
  /** The chunk whose payload is being read, and the number of bytes still missing. */
  let current: { stream: ChunkStream; leftBytes: number } | null = null;

  return (bytes) => {
    buffered = buffered.length === 0 ? bytes : Buffer.concat([buffered, bytes]);
    let at = 0;
    for (;;) {
      const used = current ? readPayload(at) : readHeader(at);
      if (used === 0) break;
      at += used;
    }
    buffered = buffered.subarray(at);
  };

  /** Bytes used by the header that begins at `start`, 0 when it is not complete yet. */
  function readHeader(start: number): number {
    if (buffered.length === start) return 0;
    const format = buffered[start]! >> 6;
    const shortId = buffered[start]! & 0x3f;
    const headerAt = start + (shortId === 0 ? 2 : shortId === 1 ? 3 : 1);
    let payloadAt = headerAt + HEADER_BYTES[format]!;
    if (buffered.length < payloadAt) return 0;
    const id = readChunkStreamId(buffered, start);
    const stream = streams.get(id) ?? open(id);
    const isExtended = format <= 2 ? buffered.readUIntBE(headerAt, 3) === 0xffffff : stream.extended;
    if (isExtended) payloadAt += 4;
    if (buffered.length < payloadAt) return 0;
    // A header of type 0 to 2 within a message starts another message.
    if (format <= 2 && stream.receivedBytes > 0) forget(stream);
    stream.extended = isExtended;
    if (format <= 1) {
      stream.lengthBytes = buffered.readUIntBE(headerAt + 3, 3);
      stream.typeId = buffered[headerAt + 6]!;
    }
    if (format === 0) stream.streamId = buffered.readUInt32LE(headerAt + 7);
    if (stream.receivedBytes === 0) stream.parts = isNeeded(stream) ? [] : null;
    current = { stream, leftBytes: Math.min(chunkSizeBytes, stream.lengthBytes - stream.receivedBytes) };
    if (current.leftBytes === 0) finishChunk(stream);
    return payloadAt - start;
  }

  /** Bytes consumed of the current payload, 0 when none have arrived. */
  function readPayload(start: number): number {
    const { stream, leftBytes } = current!;
    const part = buffered.subarray(start, start + leftBytes);
    if (part.length === 0) return 0;
    if (stream.parts) {
      partialBytes += part.length;
      if (partialBytes > PARTIAL_BYTES_MAX) throw new Error('the peer leaves too many messages unfinished');
      stream.parts.push(Buffer.from(part));
    }
    stream.receivedBytes += part.length;
    current!.leftBytes -= part.length;
    if (current!.leftBytes === 0) finishChunk(stream);
    return part.length;
  }

  function finishChunk(stream: ChunkStream): void {
    current = null;
    if (stream.receivedBytes < stream.lengthBytes) return;
    const body = stream.parts && Buffer.concat(stream.parts);
    forget(stream);
    if (body) deliver(stream, body);
  }

  function open(id: number): ChunkStream {
    if (streams.size >= CHUNK_STREAMS_MAX) throw new Error('the peer uses too many chunk streams');
    const stream = { typeId: 0, streamId: 0, lengthBytes: 0, extended: false, parts: null, receivedBytes: 0 };
    streams.set(id, stream);
    return stream;
  }

  function forget(stream: ChunkStream): void {
    if (stream.parts) partialBytes -= stream.receivedBytes;
    stream.parts = null;
    stream.receivedBytes = 0;
  }

  function deliver({ typeId, streamId }: ChunkStream, body: Buffer): void {
    if (typeId === MESSAGE_TYPE.setChunkSize) {
      chunkSizeBytes = readChunkSize(body);
    } else if (typeId === MESSAGE_TYPE.abort) {
      const aborted = body.length >= 4 ? streams.get(body.readUInt32BE()) : undefined;
      if (aborted) forget(aborted);
    } else {
      onMessage({ typeId, streamId, body });
    }
  }
}

/** Reads the id in one to three bytes of a complete header. */
function readChunkStreamId(bytes: Buffer, start: number): number {
  const shortId = bytes[start]! & 0x3f;
  if (shortId === 0) return 64 + bytes[start + 1]!;
  return shortId === 1 ? 64 + bytes[start + 1]! + 256 * bytes[start + 2]! : shortId;
}

function readChunkSize(body: Buffer): number {
  const size = body.length >= 4 ? body.readUInt32BE() & 0x7fffffff : 0;
  if (size < 1) throw new Error('the peer set a chunk size of zero');
  return size;
}

function isNeeded({ typeId, lengthBytes }: ChunkStream): boolean {
  return NEEDED_TYPES.has(typeId) && lengthBytes <= MESSAGE_BYTES_MAX;
}
