import { expect, it } from 'vitest';
import { colourConversion, describeColour } from './picture-colour.ts';

const colour = (colourPrimaries: number, transferCharacteristics: number, isFullRange = false) => ({
  ...{ colourPrimaries, transferCharacteristics, isFullRange },
  matrixCoefficients: colourPrimaries,
});

it.each([
  ['PQ', colour(9, 16), 'pq'],
  ['PQ without primaries', colour(2, 16), 'pq'],
  ['HLG', colour(9, 18), 'hlg'],
  ['BT.2020 without HDR', colour(9, 14), 'primaries'],
  ['Display P3', colour(12, 13), 'primaries'],
])('%s has to be converted for platforms', (_name, seen, expected) => {
  expect(colourConversion(seen)).toBe(expected);
});

it.each([
  ['BT.709', colour(1, 1)],
  ['BT.601', colour(6, 6)],
  ['a source that states nothing', colour(2, 2)],
  ['a source that states its range alone', colour(2, 2, true)],
])('%s needs no conversion', (_name, seen) => {
  expect(colourConversion(seen)).toBeNull();
});

it('names what a source states, and nothing else', () => {
  expect(describeColour(colour(9, 16))).toEqual({ dynamicRange: 'PQ', primaries: 'BT.2020', range: 'limited' });
  expect(describeColour(colour(1, 1, true))).toEqual({ dynamicRange: 'SDR', primaries: 'BT.709', range: 'full' });
  expect(describeColour(colour(9, 18))).toMatchObject({ dynamicRange: 'HLG' });
  expect(describeColour(colour(22, 2))).toMatchObject({ dynamicRange: null, primaries: 'H.273 22' });
  const nothing = { dynamicRange: null, primaries: null, range: null };
  expect(describeColour(colour(2, 2))).toEqual(nothing);
  expect(describeColour(null)).toEqual(nothing);
});
