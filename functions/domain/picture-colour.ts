/** How the numbers of pictures mean colours, in the code points of ITU-T H.273; 2 is "unspecified". */
export interface ColourNumbers {
  colourPrimaries: number;
  transferCharacteristics: number;
  matrixCoefficients: number;
  /** Whether black is 0 instead of 16. */
  isFullRange: boolean;
}

/** The same in words; null for what the pictures do not state. */
export interface PictureColour {
  /** PQ and HLG are the two transfers of HDR. */
  dynamicRange: 'SDR' | 'PQ' | 'HLG' | null;
  primaries: string | null;
  range: 'limited' | 'full' | null;
}

/** What makes BT.709 of a picture: a tone mapping of one of the transfers of HDR, or other primaries alone. */
export type ColourConversion = 'pq' | 'hlg' | 'primaries';

const UNSPECIFIED = 2;
const PQ = 16;
const HLG = 18;

/** H.273 table 2, with the names that cameras and encoders use. */
const PRIMARIES: Record<number, string> = {
  1: 'BT.709',
  4: 'BT.470 M',
  5: 'BT.601 (625 lines)',
  6: 'BT.601 (525 lines)',
  7: 'SMPTE 240M',
  9: 'BT.2020',
  11: 'DCI-P3',
  12: 'Display P3',
};
/** Primaries that platforms do not show right. Those of SD are close to BT.709. */
const WIDE_PRIMARIES = new Set([9, 11, 12]);

/**
 * Returns what it takes to show pictures right where BT.709 is expected; null for nothing, also for pictures that do not
 * state their colours. Pure.
 */
export function colourConversion(colour: ColourNumbers): ColourConversion | null {
  if (colour.transferCharacteristics === PQ) return 'pq';
  if (colour.transferCharacteristics === HLG) return 'hlg';
  return WIDE_PRIMARIES.has(colour.colourPrimaries) ? 'primaries' : null;
}

/** Names the colours of pictures; every value is null while nothing is known. Pure. */
export function describeColour(colour: ColourNumbers | null): PictureColour {
  if (!colour) return { dynamicRange: null, primaries: null, range: null };
  const { colourPrimaries, isFullRange } = colour;
  const isStated = colourPrimaries !== UNSPECIFIED || colour.transferCharacteristics !== UNSPECIFIED;
  const primaries = PRIMARIES[colourPrimaries] ?? (colourPrimaries === UNSPECIFIED ? null : `H.273 ${colourPrimaries}`);
  return { dynamicRange: dynamicRangeOf(colour), primaries, range: rangeOf(isStated, isFullRange) };
}

function dynamicRangeOf({ transferCharacteristics }: ColourNumbers): PictureColour['dynamicRange'] {
  if (transferCharacteristics === PQ) return 'PQ';
  if (transferCharacteristics === HLG) return 'HLG';
  return transferCharacteristics === UNSPECIFIED ? null : 'SDR';
}

/** Video that states nothing is limited by convention, which is not a statement. */
function rangeOf(isStated: boolean, isFullRange: boolean): PictureColour['range'] {
  if (isFullRange) return 'full';
  return isStated ? 'limited' : null;
}
