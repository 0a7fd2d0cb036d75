import { expect, it } from 'vitest';
import { createRateMeter } from './rate-meter.ts';

/** Returns the rate of each second, for frames with 30 fps timestamps sent at `perSecond(second)` a second. */
function rates(perSecond: (second: number) => number): number[] {
  const meter = createRateMeter();
  meter.restart({ atMs: 0, bytes: 0, frames: 0, mediaMs: 0 });
  let frames = 0;
  return Array.from({ length: 12 }, (_, index) => {
    frames += perSecond(index + 1);
    const atMs = (index + 1) * 1000;
    meter.sample({ atMs, bytes: frames * 1_000, frames, mediaMs: (frames * 1000) / 30 });
    return meter.rates(atMs).framesPerSecond;
  });
}

it('shows 30 frames per second from the first second on, while an encoder catches up or jitters', () => {
  expect(new Set(rates((second) => (second < 4 ? 36 : 30)))).toEqual(new Set([30]));
  expect(new Set(rates((second) => (second % 2 ? 28 : 32)))).toEqual(new Set([30]));
});

it('shows the sent rate when it is below the rate of the timestamps', () => {
  expect(new Set(rates(() => 6.6))).toEqual(new Set([6.6]));
  expect(rates((second) => (second < 6 ? 30 : 0)).at(-1)).toBe(0);
});

it('can be reset, and shows zero without a recent sample', () => {
  const meter = createRateMeter();
  meter.restart({ atMs: 0, bytes: 5_000_000, frames: 90, mediaMs: 3_000 });
  meter.sample({ atMs: 1_000, bytes: 5_125_000, frames: 120, mediaMs: 4_000 });
  expect(meter.rates(1_000)).toEqual({ bitrateBps: 1_000_000, framesPerSecond: 30 });
  expect(meter.rates(4_100)).toEqual({ bitrateBps: 0, framesPerSecond: 0 });
});
