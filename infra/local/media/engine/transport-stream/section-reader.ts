/** A table of a transport stream, and the packets it came in. */
export interface Section {
  /** From the table's number to its checksum. */
  data: Buffer;
  packets: Buffer;
}

const HEADER_BYTES = 3;
/** A table without a single entry; anything shorter is none. */
const SECTION_BYTES_MIN = 12;
const NOTHING = Buffer.alloc(0);

/**
 * Puts the sections of one table together (ISO/IEC 13818-1 2.4.4): with many audio tracks a PMT takes more than a packet.
 * The returned function takes the packets of one PID and gives the section that has become whole.
 */
export function createSectionReader(
  tableId: number,
): (packet: Buffer, payload: Buffer, starts: boolean) => Section | null {
  let data = NOTHING;
  let packets = NOTHING;
  let counter = 0;

  return (packet, payload, starts) => {
    const follows = packets.length > 0 && (packet[3]! & 15) === ((counter + 1) & 15);
    counter = packet[3]! & 15;
    if (!starts && !follows) {
      packets = NOTHING;
      return null;
    }
    data = Buffer.concat(starts ? [payload.subarray(1 + payload[0]!)] : [data, payload]);
    packets = Buffer.concat(starts ? [packet] : [packets, packet]);
    const end = data.length < HEADER_BYTES ? HEADER_BYTES : HEADER_BYTES + (data.readUInt16BE(1) & 0x0fff);
    if (data[0] === tableId && data.length < end) return null;
    const whole = { data: data.subarray(0, end), packets };
    packets = NOTHING;
    return data[0] === tableId && end >= SECTION_BYTES_MIN ? whole : null;
  };
}
