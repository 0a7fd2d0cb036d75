import { PACKET_BYTES } from './packet.ts';
import { writeTime } from './pes-time.ts';

export interface WrittenPes {
  pid: number;
  kind: 'video' | 'audio';
  /** 33-bit, 90 kHz. */
  pts: number;
  /** Null if equal to the presentation time. */
  dts: number | null;
  payload: Buffer;
  /** Program clock reference, 90 kHz; null writes none. */
  clock: number | null;
  randomAccess: boolean;
  /** Whether neither clock nor counters continue those before it (ISO/IEC 13818-1 2.4.3.5). */
  isDiscontinuous?: boolean;
}

/** Writes one PES packet as transport packets. @param nextCounter returns the continuity counter of the next packet */
export function writePes(pes: WrittenPes, nextCounter: () => number): Buffer {
  const { pid, clock, randomAccess, isDiscontinuous = false } = pes;
  const data = Buffer.concat([buildPesHeader(pes), pes.payload]);
  const firstAdaptation = clock !== null ? 8 : randomAccess || isDiscontinuous ? 2 : 0;
  const count = Math.ceil((data.length + firstAdaptation) / (PACKET_BYTES - 4));
  const out = Buffer.alloc(count * PACKET_BYTES, 0xff);
  let read = 0;
  for (let index = 0; index < count; index += 1) {
    const at = index * PACKET_BYTES;
    const minimum = index === 0 ? firstAdaptation : 0;
    const size = Math.min(PACKET_BYTES - 4 - minimum, data.length - read);
    const adaptation = PACKET_BYTES - 4 - size;
    out[at] = 0x47;
    out.writeUInt16BE(pid | (index === 0 ? 0x4000 : 0), at + 1);
    out[at + 3] = (adaptation > 0 ? 0x30 : 0x10) | nextCounter();
    if (adaptation > 0) {
      out[at + 4] = adaptation - 1;
      if (adaptation > 1) out[at + 5] = 0;
      if (index === 0 && firstAdaptation > 0) {
        out[at + 5] = (isDiscontinuous ? 0x80 : 0) | (randomAccess ? 0x40 : 0) | (clock !== null ? 0x10 : 0);
        if (clock !== null) writeClock(out, at + 6, clock);
      }
    }
    read += data.copy(out, at + PACKET_BYTES - size, read, read + size);
  }
  return out;
}

function writeClock(out: Buffer, at: number, clock: number): void {
  out.writeUInt32BE(Math.floor(clock / 2), at);
  out[at + 4] = ((clock % 2) << 7) | 0x7e;
  out[at + 5] = 0;
}

function buildPesHeader({ kind, pts, dts, payload }: WrittenPes): Buffer {
  const isVideo = kind === 'video';
  const header = Buffer.alloc(dts === null ? 14 : 19);
  header.writeUInt32BE(isVideo ? 0x1e0 : 0x1c0, 0);
  const length = payload.length + header.length - 6;
  header.writeUInt16BE(isVideo || length > 0xffff ? 0 : length, 4);
  header[6] = 0x84;
  header[7] = dts === null ? 0x80 : 0xc0;
  header[8] = header.length - 9;
  writeTime(header, 9, dts === null ? 2 : 3, pts);
  if (dts !== null) writeTime(header, 14, 1, dts);
  return header;
}
