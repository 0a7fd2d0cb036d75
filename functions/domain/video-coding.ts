import { describeColour, type ColourNumbers, type PictureColour } from './picture-colour.ts';

/** How pictures of H.264 or HEVC are coded, in the numbers of ITU-T H.264 7.4.2.1, H.265 7.4.3.2 and H.273. */
export interface CodingNumbers extends ColourNumbers {
  profileIdc: number;
  /** H.264: 41 for level 4.1, and 9 for level 1b. HEVC: 123 for level 4.1. */
  levelIdc: number;
  chromaFormatIdc: number;
  bitDepth: number;
  /** Whether pictures may hold two fields. */
  isInterlaced: boolean;
}

/** The same in words. */
export interface VideoCoding extends PictureColour {
  profile: string | null;
  level: string | null;
  chroma: string | null;
  bitDepth: number | null;
  scan: 'progressive' | 'interlaced' | null;
}

const H264_PROFILES: Record<number, string> = {
  66: 'Baseline',
  77: 'Main',
  88: 'Extended',
  100: 'High',
  110: 'High 10',
  122: 'High 4:2:2',
  244: 'High 4:4:4',
};
const HEVC_PROFILES: Record<number, string> = {
  1: 'Main',
  2: 'Main 10',
  3: 'Main Still Picture',
  4: 'Range Extensions',
};
const CHROMA_FORMATS = ['4:0:0', '4:2:0', '4:2:2', '4:4:4'];
const LEVEL_1B = 9;

/** Names how pictures of a codec are coded; every value is null while nothing is known. Pure. */
export function describeCoding(coding: CodingNumbers | null, codec: string): VideoCoding {
  if (!coding) return { profile: null, level: null, chroma: null, bitDepth: null, scan: null, ...describeColour(null) };
  const { profileIdc, levelIdc, chromaFormatIdc, bitDepth, isInterlaced } = coding;
  const isHevc = /hevc|h\.?265/i.test(codec);
  return {
    profile: (isHevc ? HEVC_PROFILES : H264_PROFILES)[profileIdc] ?? `profile ${profileIdc}`,
    level: isHevc ? (levelIdc / 30).toFixed(1) : h264Level(levelIdc),
    chroma: CHROMA_FORMATS[chromaFormatIdc] ?? null,
    bitDepth,
    scan: isInterlaced ? 'interlaced' : 'progressive',
    ...describeColour(coding),
  };
}

function h264Level(levelIdc: number): string {
  return levelIdc === LEVEL_1B ? '1b' : (levelIdc / 10).toFixed(1);
}
