import { computeSectionCrc } from './section-crc.ts';

/** A section of a table that is in force, its CRC checked (ISO/IEC 13818-1 2.4.4). */
export interface Section {
  tableId: number;
  /** The transport stream's id in a PAT, the program's number in a PMT. */
  tableIdExtension: number;
  version: number;
  number: number;
  lastNumber: number;
  /** The bytes between the header and the CRC. */
  body: Buffer;
}

const LENGTH_BYTES = 3;
const HEADER_BYTES = 8;
const CRC_BYTES = 4;
const STUFFING = 0xff;
const NOTHING = Buffer.alloc(0);

/**
 * Assembles the sections of one PID. They may share a packet, follow one another without a gap, and span several
 * packets. A section that is damaged or only announced (`current_next_indicator` 0) is skipped.
 * @returns the function that reads the packets of the PID in order
 */
export function createSectionReader(
  onSection: (section: Section) => void,
): (packet: Buffer, payload: Buffer, starts: boolean) => void {
  let data = NOTHING;
  /** Whether `data` is the start of a section. */
  let isOpen = false;
  let previous: Buffer | null = null;

  function drain(): void {
    while (data.length >= LENGTH_BYTES && data[0] !== STUFFING) {
      const end = LENGTH_BYTES + (data.readUInt16BE(1) & 0x0fff);
      if (data.length < end) return;
      const section = parseSection(data.subarray(0, end));
      data = data.subarray(end);
      if (section) onSection(section);
    }
    // Behind stuffing, or where a section ends with the packet, the next one has another pointer.
    if (data.length === 0 || data[0] === STUFFING) isOpen = false;
  }

  function append(part: Buffer): void {
    data = Buffer.concat([data, part]);
    drain();
  }

  return (packet, payload, starts) => {
    const before = previous;
    previous = Buffer.from(packet);
    const pointer = starts ? (payload[0] ?? 0) : 0;
    // A packet may be sent twice (2.4.3.3). Without a rest in front it can be read again; some muxers never count.
    const isRepeated = before?.equals(packet) ?? false;
    if (isRepeated && (!starts || pointer > 0)) return;
    const follows = before !== null && (packet[3]! & 15) === ((before[3]! + 1) & 15);
    if (!follows) isOpen = false;
    if (!starts) {
      if (isOpen) append(payload);
      return;
    }
    if (isOpen) append(payload.subarray(1, 1 + pointer));
    isOpen = true;
    data = NOTHING;
    append(payload.subarray(1 + pointer));
  };
}

function parseSection(data: Buffer): Section | null {
  const hasLongHeader = data.length >= HEADER_BYTES + CRC_BYTES && (data[1]! & 0x80) !== 0;
  if (!hasLongHeader || (data[5]! & 1) === 0 || computeSectionCrc(data) !== 0) return null;
  return {
    tableId: data[0]!,
    tableIdExtension: data.readUInt16BE(3),
    version: (data[5]! >> 1) & 31,
    number: data[6]!,
    lastNumber: data[7]!,
    body: data.subarray(HEADER_BYTES, data.length - CRC_BYTES),
  };
}
