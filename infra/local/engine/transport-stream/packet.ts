export const PACKET_BYTES = 188;
const SYNC_BYTE = 0x47;
/** PID of null packets, which carry no data. */
export const NULL_PID = 0x1fff;

/** Header and adaptation field of a transport packet (ISO/IEC 13818-1 2.4.3). */
export interface PacketHeader {
  pid: number;
  isDamaged: boolean;
  /** Whether a PES packet or a section starts in it. */
  starts: boolean;
  counter: number;
  /** Whether the muxer marked it as a place to start decoding. */
  randomAccess: boolean;
  discontinuity: boolean;
  /** Whether its adaptation field holds stuffing. */
  stuffed: boolean;
  /** Empty for a packet without a payload. */
  payload: Buffer;
}

export function readPacket(packet: Buffer): PacketHeader {
  const control = (packet[3]! >> 4) & 3;
  const hasAdaptation = (control & 2) !== 0;
  const length = hasAdaptation ? packet[4]! : 0;
  const flags = length > 0 ? packet[5]! : 0;
  const used = length === 0 ? 0 : 1 + (flags & 0x10 ? 6 : 0) + (flags & 0x08 ? 6 : 0) + (flags & 0x04 ? 1 : 0);
  const payloadAt = hasAdaptation ? 5 + length : 4;
  return {
    pid: packet.readUInt16BE(1) & 0x1fff,
    isDamaged: (packet[1]! & 0x80) !== 0,
    starts: (packet[1]! & 0x40) !== 0,
    counter: packet[3]! & 15,
    discontinuity: (flags & 0x80) !== 0,
    randomAccess: (flags & 0x40) !== 0,
    stuffed: hasAdaptation && (flags & 0x03) === 0 && (length === 0 || length > used),
    payload: packet.subarray((control & 1) === 0 ? PACKET_BYTES : payloadAt),
  };
}

/** Returns whether a packet starts at the offset. */
export function hasSync(data: Buffer, at: number): boolean {
  return data[at] === SYNC_BYTE;
}

/** Finds a sync byte that is followed by another one packet later, else the last candidate. */
export function findSync(data: Buffer): number {
  for (let at = 0; at < data.length; at += 1) {
    if (hasSync(data, at) && (at + PACKET_BYTES >= data.length || hasSync(data, at + PACKET_BYTES))) return at;
  }
  return data.length;
}
