import { expect, it } from 'vitest';
import { describeCoding } from './video-coding.ts';

const BT_709 = { colourPrimaries: 1, transferCharacteristics: 1, matrixCoefficients: 1, isFullRange: false };

it('names profile, level, chroma, scan and colour', () => {
  const interlaced = { profileIdc: 122, levelIdc: 41, chromaFormatIdc: 2, bitDepth: 10, isInterlaced: true };
  expect(describeCoding({ ...interlaced, ...BT_709 }, 'h264')).toEqual({
    ...{ profile: 'High 4:2:2', level: '4.1', chroma: '4:2:2', bitDepth: 10, scan: 'interlaced' },
    ...{ dynamicRange: 'SDR', primaries: 'BT.709', range: 'limited' },
  });
  const odd = { profileIdc: 44, levelIdc: 9, chromaFormatIdc: 3, bitDepth: 8, isInterlaced: false };
  const expected = { profile: 'profile 44', level: '1b', scan: 'progressive' };
  expect(describeCoding({ ...odd, ...BT_709 }, 'h264')).toMatchObject(expected);
});

it.each(['hevc', 'H265', 'H.265'])(
  'names the profiles and levels of %s, whose numbers have another meaning',
  (codec) => {
    const coding = { profileIdc: 2, levelIdc: 123, chromaFormatIdc: 1, bitDepth: 10, isInterlaced: false };
    expect(describeCoding({ ...coding, ...BT_709 }, codec)).toMatchObject({ profile: 'Main 10', level: '4.1' });
  },
);

it('returns null for what is not known', () => {
  expect(new Set(Object.values(describeCoding(null, 'h264')))).toEqual(new Set([null]));
});
