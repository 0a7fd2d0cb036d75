import type { ColourNumbers } from '../../../../functions/domain/picture-colour.ts';
import { createBitReader, removeEmulationPrevention, type BitReader } from './bit-reader.ts';
import { COLOUR_NOT_STATED, readColourSignal } from './colour-signal.ts';

/** The supported H.264 NAL unit types (ITU-T H.264 table 7-1). */
const NAL_SLICE = 1;
export const NAL_IDR = 5;
export const NAL_SPS = 7;
export const NAL_PPS = 8;
export const NAL_ACCESS_UNIT_DELIMITER = 9;

/** Frame type, packet type and composition offset (FLV 10.1, E.4.3). */
const AVC_TAG_HEADER_BYTES = 5;
const START_CODE = Buffer.from([0, 0, 1]);
/** The part of a slice header that is read is shorter than this. */
const SLICE_HEADER_BYTES = 32;

/**
 * Splits an Annex B byte stream into NAL units without start codes. Views into `data`, no copies.
 */
export function splitAnnexB(data: Buffer): Buffer[] {
  const units: Buffer[] = [];
  let start = data.indexOf(START_CODE);
  while (start >= 0) {
    const begin = start + 3;
    const next = data.indexOf(START_CODE, begin);
    let end = next < 0 ? data.length : next;
    // A NAL unit never ends in a zero byte: trailing zeros belong to the next start code or are padding.
    while (end > begin && data[end - 1] === 0) end -= 1;
    if (end > begin) units.push(data.subarray(begin, end));
    start = next;
  }
  return units;
}

/**
 * Groups NAL units into access units, for encoders that put several pictures into one PES packet. A new access unit
 * begins at a delimiter, at parameter sets or SEI after a slice, or at a slice whose first macroblock is 0.
 */
export function splitAccessUnits(units: Buffer[]): Buffer[][] {
  const accessUnits: Buffer[][] = [];
  let current: Buffer[] = [];
  let hasSlice = false;
  for (const unit of units) {
    const type = unit[0]! & 0x1f;
    const isPart = type >= NAL_SLICE && type <= NAL_IDR;
    // first_mb_in_slice is the first ue(v) after the header byte: a leading 1 bit means 0.
    const beginsPicture = isPart
      ? (unit[1] ?? 0) >= 0x80 && type !== 3 && type !== 4
      : type >= 6 && type <= NAL_ACCESS_UNIT_DELIMITER;
    if (hasSlice && beginsPicture) {
      accessUnits.push(current);
      current = [];
      hasSlice = false;
    }
    current.push(unit);
    hasSlice ||= isPart;
  }
  if (current.length > 0) accessUnits.push(current);
  return accessUnits;
}

export interface SequenceParameters {
  id: number;
  width: number;
  height: number;
  profile: string;
  profileIdc: number;
  /** Ten times the level's number: 41 for 4.1; level 1b is 9. */
  level: number;
  /** From the VUI; null when the stream does not state it. */
  framesPerSecond: number | null;
  /** From the VUI. */
  colour: ColourNumbers;
  /** ITU-T H.264 table 6-1: 0 is monochrome, 1 is 4:2:0, 2 is 4:2:2, 3 is 4:4:4. */
  chromaFormat: number;
  bitDepthLuma: number;
  bitDepthChroma: number;
  /** False when pictures may hold two fields. */
  isProgressive: boolean;
  /** Values required to read a slice header. */
  slice: { frameNumberBits: number; hasSeparatePlanes: boolean };
}

const PROFILES: Record<number, string> = {
  66: 'baseline',
  77: 'main',
  88: 'extended',
  100: 'high',
  110: 'high10',
  122: 'high422',
  244: 'high444',
};
const PROFILES_WITH_CHROMA = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** The profiles that write level 1b as 1.1 with a constraint flag (ITU-T H.264 A.3.1). */
const PROFILES_OF_LEVEL_1B = new Set([66, 77, 88]);
const LEVEL_1B = 9;

/**
 * Reads a sequence parameter set (header byte included; ITU-T H.264 7.3.2.1.1 and E.1.1).
 * @throws {RangeError} when the set is cut short
 */
export function parseSequenceParameters(nalUnit: Buffer): SequenceParameters {
  const bits = createBitReader(removeEmulationPrevention(nalUnit.subarray(1)));
  const profileIdc = bits.bits(8);
  const constraints = bits.bits(8);
  const levelIdc = bits.bits(8);
  const id = bits.unsigned();
  let chromaFormat = 1;
  let bitDepthLuma = 8;
  let bitDepthChroma = 8;
  let separatePlanes = false;
  if (PROFILES_WITH_CHROMA.has(profileIdc)) {
    chromaFormat = bits.unsigned();
    if (chromaFormat === 3) separatePlanes = bits.flag();
    bitDepthLuma = 8 + bits.unsigned();
    bitDepthChroma = 8 + bits.unsigned();
    bits.skip(1);
    if (bits.flag()) skipScalingMatrices(bits, chromaFormat === 3 ? 12 : 8);
  }
  const frameNumberBits = 4 + bits.unsigned();
  const orderType = bits.unsigned();
  if (orderType === 0) bits.unsigned();
  else if (orderType === 1) {
    bits.skip(1);
    bits.signed();
    bits.signed();
    for (let left = bits.unsigned(); left > 0; left -= 1) bits.signed();
  }
  bits.unsigned();
  bits.skip(1);
  const widthMacroblocks = bits.unsigned() + 1;
  const heightMapUnits = bits.unsigned() + 1;
  const framesOnly = bits.flag();
  if (!framesOnly) bits.skip(1);
  bits.skip(1);
  const fieldFactor = framesOnly ? 1 : 2;
  let width = widthMacroblocks * 16;
  let height = heightMapUnits * 16 * fieldFactor;
  if (bits.flag()) {
    const sampled = chromaFormat === 0 || separatePlanes;
    const unitX = sampled || chromaFormat === 3 ? 1 : 2;
    const unitY = (sampled || chromaFormat !== 1 ? 1 : 2) * fieldFactor;
    width -= (bits.unsigned() + bits.unsigned()) * unitX;
    height -= (bits.unsigned() + bits.unsigned()) * unitY;
  }
  const hasVui = bits.flag();
  const colour = hasVui ? readColourSignal(bits) : COLOUR_NOT_STATED;
  const framesPerSecond = hasVui ? readFrameRate(bits) : null;
  const constrained = profileIdc === 66 && (constraints & 0x40) !== 0 ? 'constrained_baseline' : null;
  const is1b = levelIdc === 11 && PROFILES_OF_LEVEL_1B.has(profileIdc) && (constraints & 0x10) !== 0;
  return {
    id,
    width,
    height,
    profile: constrained ?? PROFILES[profileIdc] ?? `profile_${profileIdc}`,
    profileIdc,
    level: is1b ? LEVEL_1B : levelIdc,
    framesPerSecond,
    colour,
    chromaFormat,
    bitDepthLuma,
    bitDepthChroma,
    isProgressive: framesOnly,
    slice: { frameNumberBits, hasSeparatePlanes: separatePlanes },
  };
}

/** Reads what follows the colours in the VUI. */
function readFrameRate(bits: BitReader): number | null {
  if (bits.flag()) {
    bits.unsigned();
    bits.unsigned();
  }
  if (!bits.flag()) return null;
  const unitsInTick = bits.bits(32);
  const timeScale = bits.bits(32);
  return unitsInTick > 0 && timeScale > 0 ? timeScale / (2 * unitsInTick) : null;
}

function skipScalingMatrices(bits: BitReader, count: number): void {
  for (let list = 0; list < count; list += 1) {
    if (!bits.flag()) continue;
    let last = 8;
    let next = 8;
    for (let index = 0; index < (list < 6 ? 16 : 64) && next !== 0; index += 1) {
      next = (last + bits.signed() + 256) % 256;
      if (next !== 0) last = next;
    }
  }
}

/** Reads the ids of a picture parameter set (header byte included) and of its sequence; null for a truncated set. */
export function readPictureParameterIds(nalUnit: Buffer): { id: number; sequenceId: number } | null {
  try {
    const bits = createBitReader(nalUnit.subarray(1));
    return { id: bits.unsigned(), sequenceId: bits.unsigned() };
  } catch {
    return null;
  }
}

export function isSlice(nalUnit: Buffer): boolean {
  const type = nalUnit[0]! & 0x1f;
  return type === NAL_SLICE || type === NAL_IDR;
}

/** Reads the id of the picture parameter set a slice (header byte included) uses; null for a truncated slice. */
export function readSliceParameterId(nalUnit: Buffer): number | null {
  try {
    const bits = createBitReader(removeEmulationPrevention(nalUnit.subarray(1, 1 + SLICE_HEADER_BYTES)));
    bits.unsigned();
    bits.unsigned();
    return bits.unsigned();
  } catch {
    return null;
  }
}

/** Returns whether a slice (header byte included) belongs to a single field (ITU-T H.264 7.3.3). */
export function isFieldSlice(nalUnit: Buffer, parameters: SequenceParameters): boolean {
  if (parameters.isProgressive) return false;
  try {
    const bits = createBitReader(removeEmulationPrevention(nalUnit.subarray(1, 1 + SLICE_HEADER_BYTES)));
    for (let left = 3; left > 0; left -= 1) bits.unsigned();
    bits.skip((parameters.slice.hasSeparatePlanes ? 2 : 0) + parameters.slice.frameNumberBits);
    return bits.flag();
  } catch {
    return false;
  }
}

/** Builds the AVCDecoderConfigurationRecord (ISO/IEC 14496-15 5.3.3.1) of one SPS and its PPS. */
export function buildAvcConfiguration(sps: Buffer, pps: readonly Buffer[]): Buffer {
  const parts = [
    Buffer.from([1, sps[1]!, sps[2]!, sps[3]!, 0xff, 0xe1]),
    encodeLength(sps.length),
    sps,
    Buffer.from([pps.length]),
    ...pps.flatMap((unit) => [encodeLength(unit.length), unit]),
  ];
  if (PROFILES_WITH_CHROMA.has(sps[1]!)) {
    const { chromaFormat, bitDepthLuma, bitDepthChroma } = parseSequenceParameters(sps);
    parts.push(Buffer.from([0xfc | chromaFormat, 0xf8 | (bitDepthLuma - 8), 0xf8 | (bitDepthChroma - 8), 0]));
  }
  return Buffer.concat(parts);
}

function encodeLength(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

/** Reads the SPS and PPS NAL units from an AVCDecoderConfigurationRecord. */
export function readAvcConfiguration(configuration: Buffer): { sps: Buffer[]; pps: Buffer[] } {
  let offset = 5;
  const take = (count: number) => {
    const units: Buffer[] = [];
    for (let index = 0; index < count; index += 1) {
      const length = configuration.readUInt16BE(offset);
      units.push(configuration.subarray(offset + 2, offset + 2 + length));
      offset += 2 + length;
    }
    return units;
  };
  const sps = take(configuration[offset++]! & 0x1f);
  const pps = take(configuration[offset++]!);
  return { sps, pps };
}

/**
 * Builds the FLV video tag body of one access unit: AVC header and length-prefixed NAL units (FLV 10.1, E.4.3).
 */
export function buildAvcTagBody(units: Buffer[], keyframe: boolean, compositionOffsetMs: number): Buffer {
  const body = Buffer.allocUnsafe(units.reduce((sum, unit) => sum + 4 + unit.length, 5));
  body[0] = keyframe ? 0x17 : 0x27;
  body[1] = 1;
  body.writeIntBE(Math.max(-0x800000, Math.min(0x7fffff, compositionOffsetMs)), 2, 3);
  let offset = 5;
  for (const unit of units) {
    offset = body.writeUInt32BE(unit.length, offset);
    offset += unit.copy(body, offset);
  }
  return body;
}

/**
 * Returns the FLV tag body of a keyframe with the sets of its AVCDecoderConfigurationRecord in front of its NAL units;
 * the same body if it has them.
 */
export function withParameterSets(body: Buffer, configuration: Buffer): Buffer {
  const lengthBytes = (configuration[4]! & 3) + 1;
  for (let at = AVC_TAG_HEADER_BYTES; at + lengthBytes < body.length;) {
    if ((body[at + lengthBytes]! & 0x1f) === NAL_SPS) return body;
    at += lengthBytes + body.readUIntBE(at, lengthBytes);
  }
  const { sps, pps } = readAvcConfiguration(configuration);
  const sets = [...sps, ...pps].flatMap((unit) => {
    const length = Buffer.alloc(lengthBytes);
    length.writeUIntBE(unit.length, 0, lengthBytes);
    return [length, unit];
  });
  return Buffer.concat([body.subarray(0, AVC_TAG_HEADER_BYTES), ...sets, body.subarray(AVC_TAG_HEADER_BYTES)]);
}
