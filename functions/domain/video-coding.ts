/** How H.264 pictures are coded, in the numbers of ITU-T H.264 7.4.2.1. */
export interface CodingNumbers {
  profileIdc: number;
  levelIdc: number;
  chromaFormatIdc: number;
  bitDepth: number;
  isInterlaced: boolean;
}

/** The same in words. */
export interface VideoCoding {
  profile: string | null;
  level: string | null;
  chroma: string | null;
  bitDepth: number | null;
  scan: 'progressive' | 'interlaced' | null;
}

const PROFILES: Record<number, string> = {
  66: 'Baseline',
  77: 'Main',
  88: 'Extended',
  100: 'High',
  110: 'High 10',
  122: 'High 4:2:2',
  244: 'High 4:4:4',
};
const CHROMA_FORMATS = ['4:0:0', '4:2:0', '4:2:2', '4:4:4'];
const LEVEL_1B = 9;

/** Names how pictures are coded; every value is null while nothing is known. Pure. */
export function describeCoding(coding: CodingNumbers | null): VideoCoding {
  if (!coding) return { profile: null, level: null, chroma: null, bitDepth: null, scan: null };
  const { profileIdc, levelIdc, chromaFormatIdc, bitDepth, isInterlaced } = coding;
  return {
    profile: PROFILES[profileIdc] ?? `profile ${profileIdc}`,
    level: levelIdc === LEVEL_1B ? '1b' : (levelIdc / 10).toFixed(1),
    chroma: CHROMA_FORMATS[chromaFormatIdc] ?? null,
    bitDepth,
    scan: isInterlaced ? 'interlaced' : 'progressive',
  };
}
