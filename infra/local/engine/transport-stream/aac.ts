/** Sampling frequencies by index (ISO/IEC 14496-3 table 1.18). */
const SAMPLE_RATES_HZ = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];

const HEADER_BYTES = 7;
const CRC_BYTES = 2;
/** Positions of the further access units in an ADTS frame. */
const POSITION_BYTES = 2;

/** Samples in one AAC access unit. */
export const AAC_FRAME_SAMPLES = 1024;

export interface AdtsFrame {
  /** Position of the frame's header in the data. */
  offset: number;
  /** Raw access unit without the ADTS header. */
  data: Buffer;
  /**
   * Number of access units in `data`: more than one if their limits are unknown, so that they cannot be sent singly.
   */
  blocks: number;
  objectType: number;
  sampleRateIndex: number;
  sampleRateHz: number;
  channels: number;
}

/**
 * Cuts ADTS (ISO/IEC 13818-7 6.2) into access units; bytes that are no header are skipped.
 * @returns `rest` is the start of an incomplete frame
 */
export function splitAdts(data: Buffer): { frames: AdtsFrame[]; rest: Buffer } {
  const frames: AdtsFrame[] = [];
  let offset = 0;
  while (offset + HEADER_BYTES <= data.length) {
    const isHeader = data[offset] === 0xff && (data[offset + 1]! & 0xf6) === 0xf0;
    const length = ((data[offset + 3]! & 3) << 11) | (data[offset + 4]! << 3) | (data[offset + 5]! >> 5);
    const isProtected = (data[offset + 1]! & 1) === 0;
    const headerLength = isProtected ? HEADER_BYTES + CRC_BYTES : HEADER_BYTES;
    const sampleRateIndex = (data[offset + 2]! >> 2) & 15;
    const sampleRateHz = SAMPLE_RATES_HZ[sampleRateIndex];
    if (!isHeader || length < headerLength || sampleRateHz === undefined) {
      offset += 1;
      continue;
    }
    if (offset + length > data.length) break;
    const channels = ((data[offset + 2]! & 1) << 2) | (data[offset + 3]! >> 6);
    const objectType = (data[offset + 2]! >> 6) + 1;
    for (const part of splitBlocks(data.subarray(offset, offset + length), isProtected))
      frames.push({ offset, ...part, objectType, sampleRateIndex, sampleRateHz, channels });
    offset += length;
  }
  return { frames, rest: data.subarray(offset) };
}

/** Reads the positions of up to four access units in a frame; only a frame with checksums states them. */
function splitBlocks(frame: Buffer, isProtected: boolean): Pick<AdtsFrame, 'data' | 'blocks'>[] {
  const blocks = (frame[6]! & 3) + 1;
  if (!isProtected) return [{ data: frame.subarray(HEADER_BYTES), blocks }];
  const first = HEADER_BYTES + (blocks - 1) * POSITION_BYTES + CRC_BYTES;
  if (blocks === 1) return [{ data: frame.subarray(first), blocks }];
  const starts = Array.from({ length: blocks }, (_, index) =>
    index === 0
      ? first
      : first + (frame.length >= first ? frame.readUInt16BE(HEADER_BYTES + (index - 1) * POSITION_BYTES) : 0),
  );
  const ends = [...starts.slice(1), frame.length];
  const parts = starts.map((start, index) => ({ data: frame.subarray(start, ends[index]! - CRC_BYTES), blocks: 1 }));
  const isSound = ends.every((end, index) => end - CRC_BYTES > starts[index]! && end <= frame.length);
  return isSound ? parts : [];
}

/** Builds the two-byte AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1). */
export function buildAudioSpecificConfig(
  frame: Pick<AdtsFrame, 'objectType' | 'sampleRateIndex' | 'channels'>,
): Buffer {
  return Buffer.from([
    (frame.objectType << 3) | (frame.sampleRateIndex >> 1),
    ((frame.sampleRateIndex & 1) << 7) | (frame.channels << 3),
  ]);
}

/** Reads object type, sampling frequency and channels; an explicit frequency (index 15) is read too. */
export function readAudioSpecificConfig(
  config: Buffer,
): Pick<AdtsFrame, 'objectType' | 'sampleRateIndex' | 'sampleRateHz' | 'channels'> {
  const sampleRateIndex = ((config[0]! & 7) << 1) | (config[1]! >> 7);
  const objectType = config[0]! >> 3;
  if (sampleRateIndex === 15) {
    const sampleRateHz = ((config[1]! & 0x7f) << 17) | (config[2]! << 9) | (config[3]! << 1) | (config[4]! >> 7);
    return { objectType, sampleRateIndex, sampleRateHz, channels: (config[4]! >> 3) & 15 };
  }
  return {
    objectType,
    sampleRateIndex,
    sampleRateHz: SAMPLE_RATES_HZ[sampleRateIndex] ?? 0,
    channels: (config[1]! >> 3) & 15,
  };
}

/** Builds the 7-byte ADTS header of one access unit of `length` bytes. */
export function buildAdtsHeader(config: Buffer, length: number): Buffer {
  const { objectType, sampleRateIndex, channels } = readAudioSpecificConfig(config);
  const total = length + 7;
  return Buffer.from([
    0xff,
    0xf1,
    ((Math.min(4, objectType) - 1) << 6) | (sampleRateIndex << 2) | (channels >> 2),
    ((channels & 3) << 6) | (total >> 11),
    (total >> 3) & 0xff,
    ((total & 7) << 5) | 0x1f,
    0xfc,
  ]);
}

/** Builds the FLV audio tag body: AAC header and raw access unit (FLV 10.1, E.4.2). */
export function buildAacTagBody(data: Buffer): Buffer {
  const body = Buffer.allocUnsafe(data.length + 2);
  body[0] = 0xaf;
  body[1] = 1;
  data.copy(body, 2);
  return body;
}
