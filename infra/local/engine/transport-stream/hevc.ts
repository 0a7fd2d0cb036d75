import type { ColourNumbers } from '../../../../functions/domain/picture-colour.ts';
import { createBitReader, removeEmulationPrevention, type BitReader } from './bit-reader.ts';
import { COLOUR_NOT_STATED, readColourSignal } from './colour-signal.ts';

/** What a sequence parameter set of HEVC says. The fields have the meaning of H.264's. */
export interface HevcSequence {
  width: number;
  height: number;
  profileIdc: number;
  /** Thirty times the level's number. */
  levelIdc: number;
  chromaFormat: number;
  bitDepthLuma: number;
  bitDepthChroma: number;
  isProgressive: boolean;
  colour: ColourNumbers;
}

const NAL_HEADER_BYTES = 2;
/** ITU-T H.265 7.4.3.2.1 and 7.4.8; larger numbers are damage. */
const REFERENCE_SETS_MAX = 64;
const PICTURES_MAX = 16;
const LONG_TERM_MAX = 32;

/**
 * Reads a sequence parameter set up to the colours (NAL header included; ITU-T H.265 7.3.2.2.1).
 * @throws {RangeError} when the set is cut short or damaged
 */
export function parseHevcSequence(nalUnit: Buffer): HevcSequence {
  const bits = createBitReader(removeEmulationPrevention(nalUnit.subarray(NAL_HEADER_BYTES)));
  bits.skip(4);
  const subLayers = bits.bits(3);
  bits.skip(1);
  const profile = readProfile(bits, subLayers);
  bits.unsigned();
  const chromaFormat = bits.unsigned();
  const hasSeparatePlanes = chromaFormat === 3 && bits.flag();
  const size = readSize(bits, hasSeparatePlanes ? 0 : chromaFormat);
  const bitDepthLuma = 8 + bits.unsigned();
  const bitDepthChroma = 8 + bits.unsigned();
  skipCodingTools(bits, { subLayers, chromaFormat });
  const colour = bits.flag() ? readColourSignal(bits) : COLOUR_NOT_STATED;
  return { ...size, ...profile, chromaFormat, bitDepthLuma, bitDepthChroma, colour };
}

/** 7.3.3: the general part is used, those of the sub-layers are skipped. */
function readProfile(
  bits: BitReader,
  subLayers: number,
): Pick<HevcSequence, 'profileIdc' | 'levelIdc' | 'isProgressive'> {
  bits.skip(3);
  const profileIdc = bits.bits(5);
  bits.skip(32);
  const isProgressive = bits.flag();
  const isInterlaced = bits.flag();
  bits.skip(46);
  const levelIdc = bits.bits(8);
  const parts = Array.from({ length: subLayers }, () => ({ hasProfile: bits.flag(), hasLevel: bits.flag() }));
  if (subLayers > 0) bits.skip(2 * (8 - subLayers));
  for (const { hasProfile, hasLevel } of parts) bits.skip((hasProfile ? 88 : 0) + (hasLevel ? 8 : 0));
  return { profileIdc, levelIdc, isProgressive: isProgressive || !isInterlaced };
}

function readSize(bits: BitReader, chromaFormat: number): { width: number; height: number } {
  const unitX = chromaFormat === 1 || chromaFormat === 2 ? 2 : 1;
  const unitY = chromaFormat === 1 ? 2 : 1;
  let width = bits.unsigned();
  let height = bits.unsigned();
  if (bits.flag()) {
    width -= (bits.unsigned() + bits.unsigned()) * unitX;
    height -= (bits.unsigned() + bits.unsigned()) * unitY;
  }
  return { width, height };
}

/** Skips everything between the bit depths and the VUI. */
function skipCodingTools(
  bits: BitReader,
  { subLayers, chromaFormat }: { subLayers: number; chromaFormat: number },
): void {
  const orderBits = 4 + bits.unsigned();
  const layers = bits.flag() ? subLayers + 1 : 1;
  skipUnsigned(bits, layers * 3 + 6);
  if (bits.flag() && bits.flag()) skipScalingLists(bits, chromaFormat);
  bits.skip(2);
  if (bits.flag()) {
    bits.skip(8);
    skipUnsigned(bits, 2);
    bits.skip(1);
  }
  skipReferenceSets(bits);
  if (bits.flag()) bits.skip(atMost(bits.unsigned(), LONG_TERM_MAX) * (orderBits + 1));
  bits.skip(2);
}

/** 7.3.4. */
function skipScalingLists(bits: BitReader, chromaFormat: number): void {
  for (let size = 0; size < 4; size += 1) {
    const step = size === 3 && chromaFormat !== 3 ? 3 : 1;
    for (let matrix = 0; matrix < 6; matrix += step) {
      if (!bits.flag()) {
        bits.unsigned();
        continue;
      }
      if (size > 1) bits.signed();
      for (let left = Math.min(64, 1 << (4 + size * 2)); left > 0; left -= 1) bits.signed();
    }
  }
}

/** 7.3.7. A set may be predicted from the one before, so the number of pictures in each counts. */
function skipReferenceSets(bits: BitReader): void {
  const count = atMost(bits.unsigned(), REFERENCE_SETS_MAX);
  let pictures = 0;
  for (let index = 0; index < count; index += 1) {
    if (index > 0 && bits.flag()) {
      bits.skip(1);
      bits.unsigned();
      let kept = 0;
      for (let left = pictures + 1; left > 0; left -= 1) if (bits.flag() || bits.flag()) kept += 1;
      pictures = atMost(kept, PICTURES_MAX);
      continue;
    }
    pictures = atMost(bits.unsigned() + bits.unsigned(), PICTURES_MAX);
    for (let left = pictures; left > 0; left -= 1) {
      bits.unsigned();
      bits.skip(1);
    }
  }
}

function skipUnsigned(bits: BitReader, count: number): void {
  for (let left = count; left > 0; left -= 1) bits.unsigned();
}

function atMost(value: number, limit: number): number {
  if (value > limit) throw new RangeError(`a sequence parameter set has ${value} of at most ${limit}`);
  return value;
}
