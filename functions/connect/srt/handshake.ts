/**
 * The caller's half of SRT's handshake, version 5: an induction, whose answer carries a cookie, and a conclusion with the
 * extensions.
 * @see https://datatracker.ietf.org/doc/html/draft-sharabayko-srt-01#section-4.3.1
 */
const BODY_BYTES = 48;
const INDUCTION = 1;
const CONCLUSION = 0xffff_ffff;
/** Values from here on are reasons of a rejection. */
const REJECTION_MIN = 1000;
const REJECTION_MAX = 0x7fff_ffff;
/** In the induction: datagrams. The listener answers with the second, and SRT's magic number. */
const DATAGRAMS = 2;
const MAGIC = 0x4a17;
const MTU_BYTES = 1500;
/** Packets that may be in flight. */
export const FLOW_WINDOW = 8192;
const VERSION = 0x01_05_01;
/** Sends and receives by timestamp, knows encryption, drops what is too late, reports loss periodically, marks resent packets. */
const FLAGS = 0x3f;
const EXTENSION = { request: 1, response: 2, keyRequest: 3, keyResponse: 4, streamId: 5 } as const;
const HAS_REQUEST = 1;
const HAS_KEY = 2;
const HAS_CONFIGURATION = 4;
/** The length of an AES-128 key in the field for encryption, in units of eight bytes. */
const KEY_LENGTH = 2;

export interface Caller {
  socketId: number;
  /** Sequence number of the first data packet. */
  firstSequence: number;
  latencyMs: number;
  streamId: string | null;
  /** The key material; absent without encryption. */
  keyMessage?: Buffer;
}

/** Writes the first message. */
export function writeInduction({ socketId, firstSequence }: Caller): Buffer {
  return writeBody({ version: 4, field: DATAGRAMS, firstSequence, type: INDUCTION, socketId, cookie: 0 });
}

/** Writes the second message, which answers the listener's cookie. */
export function writeConclusion(caller: Caller, cookie: number): Buffer {
  const { socketId, firstSequence, latencyMs, streamId, keyMessage } = caller;
  const request = Buffer.alloc(12);
  request.writeUInt32BE(VERSION, 0);
  request.writeUInt32BE(FLAGS, 4);
  request.writeUInt16BE(latencyMs, 8);
  request.writeUInt16BE(latencyMs, 10);
  const field = HAS_REQUEST | (keyMessage ? HAS_KEY : 0) | (streamId === null ? 0 : HAS_CONFIGURATION);
  const encryption = keyMessage ? KEY_LENGTH : 0;
  return Buffer.concat([
    writeBody({ version: 5, encryption, field, firstSequence, type: CONCLUSION, socketId, cookie }),
    writeExtension(EXTENSION.request, request),
    ...(keyMessage ? [writeExtension(EXTENSION.keyRequest, keyMessage)] : []),
    ...(streamId === null ? [] : [writeExtension(EXTENSION.streamId, reverseWords(streamId))]),
  ]);
}

interface Body {
  version: number;
  encryption?: number;
  field: number;
  firstSequence: number;
  type: number;
  socketId: number;
  cookie: number;
}

function writeBody({ version, encryption = 0, field, firstSequence, type, socketId, cookie }: Body): Buffer {
  const body = Buffer.alloc(BODY_BYTES);
  body.writeUInt32BE(version, 0);
  body.writeUInt16BE(encryption, 4);
  body.writeUInt16BE(field, 6);
  body.writeUInt32BE(firstSequence, 8);
  body.writeUInt32BE(MTU_BYTES, 12);
  body.writeUInt32BE(FLOW_WINDOW, 16);
  body.writeUInt32BE(type, 20);
  body.writeUInt32BE(socketId, 24);
  body.writeUInt32BE(cookie, 28);
  // The address of the peer, as libsrt writes 127.0.0.1; listeners do not read it.
  body.writeUInt32LE(0x7f00_0001, 32);
  return body;
}

function writeExtension(type: number, content: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16BE(type, 0);
  header.writeUInt16BE(content.length / 4, 2);
  return Buffer.concat([header, content]);
}

/** Writes a text as SRT does: filled up to words of four bytes, each in reverse order. */
function reverseWords(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  const words = Buffer.alloc(Math.ceil(bytes.length / 4) * 4);
  bytes.copy(words);
  return words.swap32();
}

export type HandshakeAnswer =
  | { kind: 'induction'; cookie: number }
  | { kind: 'accepted'; socketId: number; latencyMs: number; window: number }
  /** `reason` is SRT's, or 0 when the listener lacks the right passphrase without saying so. */
  | { kind: 'rejected'; reason: number };

/** Reads a listener's answer; null when the packet is something else. */
export function readHandshakeAnswer(body: Buffer, isEncrypted: boolean): HandshakeAnswer | null {
  if (body.length < BODY_BYTES) return null;
  const type = body.readUInt32BE(20);
  if (type >= REJECTION_MIN && type <= REJECTION_MAX) return { kind: 'rejected', reason: type };
  if (body.readUInt32BE(0) !== 5) return null;
  if (type === INDUCTION) {
    return body.readUInt16BE(6) === MAGIC ? { kind: 'induction', cookie: body.readUInt32BE(28) } : null;
  }
  if (type !== CONCLUSION) return null;
  const extensions = readExtensions(body.subarray(BODY_BYTES));
  const response = extensions.get(EXTENSION.response);
  if (response === undefined || response.length < 12) return null;
  const key = extensions.get(EXTENSION.keyResponse);
  // A listener that cannot read the key, but is set to accept callers anyway, answers with one word: what went wrong.
  if (isEncrypted && (key === undefined || key.length <= 4)) return { kind: 'rejected', reason: 0 };
  return {
    kind: 'accepted',
    socketId: body.readUInt32BE(24),
    latencyMs: response.readUInt16BE(8),
    window: Math.min(FLOW_WINDOW, body.readUInt32BE(16)),
  };
}

function readExtensions(bytes: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let offset = 0; offset + 4 <= bytes.length;) {
    const length = bytes.readUInt16BE(offset + 2) * 4;
    found.set(bytes.readUInt16BE(offset), bytes.subarray(offset + 4, offset + 4 + length));
    offset += 4 + length;
  }
  return found;
}
