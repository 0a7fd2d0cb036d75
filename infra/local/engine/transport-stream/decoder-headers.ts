/**
 * Finds the headers a decoder needs before a picture of HEVC or MPEG-2, and the pictures where decoding can start. A
 * source may send the headers once; decoders that join later get them from here.
 */
import { splitAnnexB } from './h264.ts';
import { parseHevcSequence, type HevcSequence } from './hevc.ts';

export interface DecoderHeaders {
  /** Reads a PES packet; returns whether decoding can start with it, and the headers it lacks. */
  read(data: Buffer): { isKeyframe: boolean; missing: Buffer };
  /** Returns the newest sequence of HEVC; null for others, and until one can be read. */
  sequence(): HevcSequence | null;
  clear(): void;
}

const NOTHING = Buffer.alloc(0);
const START_CODE = Buffer.from([0, 0, 0, 1]);

/** @returns null for an unsupported codec */
export function createDecoderHeaders(streamType: number): DecoderHeaders | null {
  if (streamType === 0x24) return createHevcHeaders();
  return streamType === 0x01 || streamType === 0x02 ? createMpeg2Headers() : null;
}

/** NAL unit types 16 to 21 are random access pictures, 32 to 34 the parameter sets (ITU-T H.265 table 7-1). */
function createHevcHeaders(): DecoderHeaders {
  const SEQUENCE = 33;
  const typeOf = (unit: Buffer) => (unit[0]! >> 1) & 0x3f;
  const isSet = (unit: Buffer) => typeOf(unit) >= 32 && typeOf(unit) <= 34;
  let sets: Buffer[] = [];
  let read: { unit: Buffer; sequence: HevcSequence | null } | null = null;

  return {
    sequence() {
      const unit = sets.find((set) => typeOf(set) === SEQUENCE);
      if (!unit) return null;
      if (!read?.unit.equals(unit)) read = { unit, sequence: readSequence(unit) };
      return read.sequence;
    },
    read(data) {
      const units = splitAnnexB(data);
      const brought = units.filter(isSet);
      const bringsSequence = brought.some((unit) => typeOf(unit) === SEQUENCE);
      if (bringsSequence) sets = [];
      for (const unit of brought) if (!sets.some((known) => known.equals(unit))) sets.push(Buffer.from(unit));
      sets.sort((one, other) => typeOf(one) - typeOf(other));
      return {
        isKeyframe: units.some((unit) => typeOf(unit) >= 16 && typeOf(unit) <= 21),
        missing: bringsSequence ? NOTHING : Buffer.concat(sets.flatMap((unit) => [START_CODE, unit])),
      };
    },
    clear() {
      sets = [];
    },
  };
}

function readSequence(unit: Buffer): HevcSequence | null {
  try {
    return parseHevcSequence(unit);
  } catch {
    return null;
  }
}

/** ISO/IEC 13818-2 6.2.2: sequence header and its extensions, up to a group of pictures or a picture. */
function createMpeg2Headers(): DecoderHeaders {
  const SEQUENCE_HEADER = Buffer.from([0, 0, 1, 0xb3]);
  const GROUP_HEADER = Buffer.from([0, 0, 1, 0xb8]);
  const PICTURE_HEADER = Buffer.from([0, 0, 1, 0]);
  const CODED_ALONE = 1;
  let header = NOTHING;
  return {
    read(data) {
      const begin = data.indexOf(SEQUENCE_HEADER);
      const picture = data.indexOf(PICTURE_HEADER);
      if (begin >= 0) {
        const group = data.indexOf(GROUP_HEADER, begin);
        const ends = [group, data.indexOf(PICTURE_HEADER, begin)].filter((at) => at > begin);
        header = Buffer.from(data.subarray(begin, ends.length > 0 ? Math.min(...ends) : data.length));
      }
      const type = picture >= 0 ? ((data[picture + 5] ?? 0) >> 3) & 7 : 0;
      return { isKeyframe: begin >= 0 || type === CODED_ALONE, missing: begin >= 0 ? NOTHING : header };
    },
    sequence: () => null,
    clear() {
      header = NOTHING;
    },
  };
}
