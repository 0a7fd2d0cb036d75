import { expect, it } from 'vitest';

import { makeManualClock } from '../rtmp/test-support.ts';
import { createTimeline, tickDistance } from './timeline.ts';

const WRAP = 2 ** 33;

it('counts on over the 33-bit edge', () => {
  const timeline = createTimeline(makeManualClock());
  const first = timeline.toMs(WRAP - 9_000);
  expect(timeline.toMs(0) - first).toBe(100);
  expect(timeline.toMs(9_000) - first).toBe(200);
});

it('lets audio be a little earlier than the video before it', () => {
  const timeline = createTimeline(makeManualClock());
  const first = timeline.toMs(90_000);
  expect(timeline.toMs(90_000 - 1_800) - first).toBe(-20);
  expect(timeline.toMs(93_000) - first).toBeCloseTo(33.33, 1);
});

it('continues by the wall-clock gap after a restart, wherever the new source begins', () => {
  const clock = makeManualClock();
  const timeline = createTimeline(clock);
  const before = timeline.toMs(500_000);
  clock.advance(3_000);
  timeline.restart();
  expect(timeline.toMs(17) - before).toBe(3_000);
  expect(timeline.toMs(17 + 9_000) - before).toBe(3_100);
});

it('does so too when the new source happens to begin at nearly the same time', () => {
  const clock = makeManualClock();
  const timeline = createTimeline(clock);
  const before = timeline.toMs(500_000);
  clock.advance(3_000);
  timeline.restart();
  expect(timeline.toMs(499_000) - before).toBe(3_000);
});

it('takes a jump of the source for another timeline, even without a new connection', () => {
  const clock = makeManualClock();
  const timeline = createTimeline(clock);
  const before = timeline.toMs(90_000);
  clock.advance(40);
  expect(timeline.toMs(90_000 + 3_600 * 90_000) - before).toBe(40);
});

it('measures distances the short way round', () => {
  expect(tickDistance(WRAP - 1, 1)).toBe(2);
  expect(tickDistance(1, WRAP - 1)).toBe(-2);
});
