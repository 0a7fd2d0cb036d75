import { expect, it } from 'vitest';
import { describeCoding } from './video-coding.ts';

it('names profile, level, chroma and scan', () => {
  expect(
    describeCoding({ profileIdc: 122, levelIdc: 41, chromaFormatIdc: 2, bitDepth: 10, isInterlaced: true }),
  ).toEqual({ profile: 'High 4:2:2', level: '4.1', chroma: '4:2:2', bitDepth: 10, scan: 'interlaced' });
  expect(
    describeCoding({ profileIdc: 44, levelIdc: 9, chromaFormatIdc: 3, bitDepth: 8, isInterlaced: false }),
  ).toMatchObject({ profile: 'profile 44', level: '1b', scan: 'progressive' });
});

it('returns null for what is not known', () => {
  expect(new Set(Object.values(describeCoding(null)))).toEqual(new Set([null]));
});
