/**
 * SRT's packets, as the sending side of live mode writes and reads them.
 * @see https://datatracker.ietf.org/doc/html/draft-sharabayko-srt-01#section-3
 */

const HEADER_BYTES = 16;
/** The most an SRT live packet carries by default: seven packets of a transport stream. */
export const PAYLOAD_BYTES = 1316;

export const CONTROL = {
  handshake: 0,
  keepAlive: 1,
  acknowledgement: 2,
  lossReport: 3,
  shutdown: 5,
  acknowledgementReceived: 6,
  dropRequest: 7,
} as const;

const CONTROL_BIT = 0x8000_0000;
/** The packet is a whole message. */
const SOLO = 0xc000_0000;
const EVEN_KEY = 0x0800_0000;
const RETRANSMITTED = 0x0400_0000;
/** Sequence numbers have 31 bits, message numbers 26. */
const SEQUENCE_MASK = 0x7fff_ffff;
const MESSAGE_MASK = 0x03ff_ffff;
/** Bytes of a loss report after which a list is not read any further; a packet has at most 1500. */
const ENTRY_BYTES = 4;

export interface DataPacket {
  sequence: number;
  message: number;
  /** Microseconds since the call began, modulo 2^32. */
  timestamp: number;
  isEncrypted: boolean;
  isRetransmitted: boolean;
  payload: Buffer;
}

/** Writes a data packet. */
export function writeDataPacket(packet: DataPacket, socketId: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUInt32BE(packet.sequence, 0);
  const flags = SOLO + (packet.isEncrypted ? EVEN_KEY : 0) + (packet.isRetransmitted ? RETRANSMITTED : 0);
  header.writeUInt32BE((flags + packet.message) >>> 0, 4);
  header.writeUInt32BE(packet.timestamp >>> 0, 8);
  header.writeUInt32BE(socketId, 12);
  return Buffer.concat([header, packet.payload]);
}

export interface ControlPacket {
  /** One of `CONTROL`. */
  type: number;
  /** The field whose meaning depends on the type: an acknowledgement's number, a message number. */
  info?: number;
  body?: Buffer;
}

/** Writes a control packet. */
export function writeControlPacket(
  { type, info = 0, body = Buffer.alloc(0) }: ControlPacket,
  timestamp: number,
  socketId: number,
): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE((CONTROL_BIT + type * 0x1_0000) >>> 0, 0);
  header.writeUInt32BE(info, 4);
  header.writeUInt32BE(timestamp >>> 0, 8);
  header.writeUInt32BE(socketId, 12);
  return Buffer.concat([header, body]);
}

/** Reads a control packet; null for a data packet and for anything shorter than a header. */
export function readControlPacket(packet: Buffer): (Required<ControlPacket> & { socketId: number }) | null {
  if (packet.length < HEADER_BYTES || (packet[0]! & 0x80) === 0) return null;
  return {
    type: packet.readUInt16BE(0) & 0x7fff,
    info: packet.readUInt32BE(4),
    socketId: packet.readUInt32BE(12),
    body: packet.subarray(HEADER_BYTES),
  };
}

/** Reads a loss report: ranges of sequence numbers, both ends included. */
export function readLossReport(body: Buffer): [first: number, last: number][] {
  const ranges: [number, number][] = [];
  for (let offset = 0; offset + ENTRY_BYTES <= body.length; offset += ENTRY_BYTES) {
    const value = body.readUInt32BE(offset);
    if (value < CONTROL_BIT) {
      ranges.push([value, value]);
      continue;
    }
    offset += ENTRY_BYTES;
    if (offset + ENTRY_BYTES > body.length) break;
    ranges.push([value & SEQUENCE_MASK, body.readUInt32BE(offset) & SEQUENCE_MASK]);
  }
  return ranges;
}

/** Returns the sequence number that follows. */
export function nextSequence(sequence: number): number {
  return sequence === SEQUENCE_MASK ? 0 : sequence + 1;
}

/** Returns how far `to` is ahead of `from`, negative when it is behind; half of the numbers are ahead. */
export function sequenceDistance(from: number, to: number): number {
  const ahead = (to - from) & SEQUENCE_MASK;
  return ahead > SEQUENCE_MASK / 2 ? ahead - SEQUENCE_MASK - 1 : ahead;
}

/** Returns the message number that follows. Zero is reserved. */
export function nextMessage(message: number): number {
  return message === MESSAGE_MASK ? 1 : message + 1;
}
