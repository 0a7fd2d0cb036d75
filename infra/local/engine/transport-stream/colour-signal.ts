import type { ColourNumbers } from '../../../../functions/domain/picture-colour.ts';
import type { BitReader } from './bit-reader.ts';

/** What a stream says that says nothing. */
export const COLOUR_NOT_STATED: ColourNumbers = {
  colourPrimaries: 2,
  transferCharacteristics: 2,
  matrixCoefficients: 2,
  isFullRange: false,
};

/** Sample aspect ratio index that announces an explicit width and height (ITU-T H.273 table 12). */
const EXTENDED_SAR = 255;

/**
 * Reads the beginning of the VUI up to and including the colours, which H.264 (E.1.1) and H.265 (E.2.1) share.
 * @throws {RangeError} when the data ends
 */
export function readColourSignal(bits: BitReader): ColourNumbers {
  if (bits.flag() && bits.bits(8) === EXTENDED_SAR) bits.skip(32);
  if (bits.flag()) bits.skip(1);
  if (!bits.flag()) return COLOUR_NOT_STATED;
  bits.skip(3);
  const isFullRange = bits.flag();
  if (!bits.flag()) return { ...COLOUR_NOT_STATED, isFullRange };
  return {
    colourPrimaries: bits.bits(8),
    transferCharacteristics: bits.bits(8),
    matrixCoefficients: bits.bits(8),
    isFullRange,
  };
}
