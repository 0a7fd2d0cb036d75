import { expect, it } from 'vitest';
import { usualBitrate } from './usual-bitrate.ts';

const after = (before: number, bitrateBps: number, seconds: number) =>
  Array.from({ length: seconds }).reduce<number | null>((usual) => usualBitrate(usual, bitrateBps, 1), before)!;

it('the first figure is the usual bitrate, and a missing one changes nothing', () => {
  expect(usualBitrate(null, 4_000_000, 1)).toBe(4_000_000);
  expect([usualBitrate(4_000_000, null, 60), usualBitrate(4_000_000, 0, 60), usualBitrate(null, null, 1)]).toEqual([
    4_000_000,
    4_000_000,
    null,
  ]);
});

it('an encoder set to another bitrate has a new usual one within minutes', () => {
  expect(after(4_000_000, 6_000_000, 180)).toBeGreaterThan(5_800_000);
  expect(after(4_000_000, 3_000_000, 180)).toBeLessThan(3_100_000);
});

it('a collapse stays one for minutes, however it is sampled, and is the usual one in the end', () => {
  expect(1_000_000 / after(4_000_000, 1_000_000, 120)).toBeLessThan(0.5);
  expect(usualBitrate(4_000_000, 1_000_000, 60)).toBeCloseTo(after(4_000_000, 1_000_000, 60), -4);
  expect(1_000_000 / after(4_000_000, 1_000_000, 1800)).toBeGreaterThan(0.5);
});
