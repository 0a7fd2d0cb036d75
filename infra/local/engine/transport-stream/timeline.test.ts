import { expect, it } from 'vitest';

import { makeManualClock } from '../../../../test/support/rtmp.ts';
import { createTimeline, tickDistance, type LineKind } from './timeline.ts';

const WRAP = 2 ** 33;
const SECOND = 90_000;

/** A source of 25 pictures and 50 audio frames a second, by default in time with the clock. */
function play(
  seconds: number,
  ticksOf: (kind: LineKind, second: number) => number | null,
  clockRate = 1,
): Record<LineKind, number[]> & { tookMs: number } {
  const clock = makeManualClock();
  const timeline = createTimeline(clock);
  const times: Record<LineKind, number[]> = { video: [], audio: [] };
  const startedAtMs = clock.now();
  for (let step = 0; step < seconds * 50; step += 1) {
    for (const kind of step % 2 === 0 ? (['video', 'audio'] as const) : (['audio'] as const)) {
      const ticks = ticksOf(kind, step / 50);
      if (ticks !== null) times[kind].push(timeline.toMs(kind, ((ticks % WRAP) + WRAP) % WRAP));
    }
    clock.advance(20 * clockRate);
  }
  return { ...times, tookMs: clock.now() - startedAtMs };
}

const span = (times: number[]) => times.at(-1)! - times[0]!;

it('starts at the time of day', () => {
  const clock = makeManualClock();
  expect(createTimeline(clock).toMs('video', 17)).toBe(clock.now());
});

it('continues past the 33-bit limit', () => {
  const timeline = createTimeline(makeManualClock());
  const first = timeline.toMs('video', WRAP - 9_000);
  expect(timeline.toMs('video', 0) - first).toBe(100);
  expect(timeline.toMs('audio', WRAP - 900) - first).toBe(90);
  expect(timeline.toMs('audio', 9_000) - first).toBe(200);
  expect(timeline.toMs('video', 9_000) - first).toBe(200);
});

it.each([0.04, -0.9, 3, -4])('keeps the position of sound that is %d s from the picture', (apart) => {
  const { video, audio } = play(20, (kind, second) => (second + 100 + (kind === 'audio' ? apart : 0)) * SECOND);
  expect(audio[0]! - video[0]!).toBeCloseTo(apart * 1_000, 0);
  expect(audio.at(-1)! - video.at(-1)!).toBeCloseTo(apart * 1_000 + 20, 0);
});

it.each([7, -7, 25 * 3_600, -60])(
  'places sound that is %d s from the picture beside it, and both run with the clock',
  (apart) => {
    const { video, audio, tookMs } = play(
      60,
      (kind, second) => (second + 90_100 + (kind === 'audio' ? apart : 0)) * SECOND,
    );
    expect(Math.abs(audio[0]! - video[0]!)).toBeLessThan(50);
    for (const line of [video, audio]) expect(Math.abs(span(line) - tookMs)).toBeLessThan(100);
  },
);

it.each([
  ['further on', 3_600],
  ['back', -3_600],
  ['a little back, as a short file that is played again', -3],
])('continues with the clock when both jump %s, and keeps them together', (_name, jump) => {
  const { video, audio, tookMs } = play(30, (kind, second) => {
    // The sound follows 0.3 s later.
    const hasJumped = second >= (kind === 'video' ? 10 : 10.3);
    return (second + 10_000 + (hasJumped ? jump : 0)) * SECOND;
  });
  for (const line of [video, audio]) {
    expect(line).toEqual(line.toSorted((a, b) => a - b));
    expect(Math.abs(span(line) - tookMs)).toBeLessThan(500);
    expect(new Set(line.map(Math.round)).size).toBeGreaterThan(line.length - 20);
  }
  expect(Math.abs(audio.at(-1)! - video.at(-1)!)).toBeLessThan(500);
});

it('does not gain time through repeated jumps', () => {
  const { video, audio, tookMs } = play(60, (_kind, second) => (second + Math.floor(second) * 100) * SECOND);
  for (const line of [video, audio]) expect(Math.abs(span(line) - tookMs)).toBeLessThan(500);
});

it('does not freeze when a file of three seconds is played over and over', () => {
  const { video, audio, tookMs } = play(60, (_kind, second) => (1_000 + (second % 3)) * SECOND);
  for (const line of [video, audio]) {
    expect(Math.abs(span(line) - tookMs)).toBeLessThan(500);
    expect(Math.max(...line.slice(1).map((ms, index) => ms - line[index]!))).toBeLessThan(100);
  }
});

it.each([1.48, 0.5])('keeps to the clock when the source counts %d times as fast', (rate) => {
  const { video, audio, tookMs } = play(120, (_kind, second) => second * rate * SECOND);
  for (const line of [video, audio]) {
    expect(Math.abs(span(line) - tookMs)).toBeLessThanOrEqual(10_200);
    expect(line).toEqual(line.toSorted((a, b) => a - b));
  }
});

it('follows an oscillator that is 0.01 % off without a step', () => {
  const { video } = play(3_600, (_kind, second) => second * 1.0001 * SECOND);
  const steps = video.slice(1).map((ms, index) => ms - video[index]!);
  expect(Math.max(...steps) - Math.min(...steps)).toBeLessThan(0.01);
});

it('accepts delayed packets that arrive in a burst', () => {
  const clock = makeManualClock();
  const timeline = createTimeline(clock);
  const first = timeline.toMs('video', 0);
  clock.advance(3_000);
  for (let picture = 1; picture <= 75; picture += 1) timeline.toMs('video', picture * 3_600);
  expect(timeline.toMs('video', 76 * 3_600) - first).toBe(3_040);
});

it('follows one picture every eight seconds', () => {
  const clock = makeManualClock();
  const timeline = createTimeline(clock);
  const first = timeline.toMs('video', 0);
  for (let picture = 1; picture < 5; picture += 1) {
    clock.advance(8_000);
    expect(timeline.toMs('video', picture * 8 * SECOND) - first).toBe(picture * 8_000);
  }
});

it('does not follow a clock that is set', () => {
  for (const set of [-3_600_000, 3_600_000]) {
    let nowMs = 1_800_000_000_000;
    const timeline = createTimeline({ now: () => nowMs, after: () => () => {} });
    const first = timeline.toMs('video', 0);
    nowMs += set + 40;
    expect(timeline.toMs('video', 3_600) - first).toBe(40);
    nowMs += 40;
    expect(timeline.toMs('video', 7_200) - first).toBe(80);
  }
});

it('continues by the wall-clock gap after a restart, wherever the new source begins', () => {
  for (const [gapMs, ticks] of [
    [3_000, 17],
    [3_000, 499_000],
    [7_200_000, 500_000],
  ] as const) {
    const clock = makeManualClock();
    const timeline = createTimeline(clock);
    const before = timeline.toMs('video', 500_000);
    timeline.restart();
    clock.advance(gapMs);
    expect(timeline.toMs('audio', ticks) - before).toBe(gapMs);
    expect(timeline.toMs('video', ticks + 9_000) - before).toBe(gapMs + 100);
  }
});

it('measures distances the short way round', () => {
  expect(tickDistance(WRAP - 1, 1)).toBe(2);
  expect(tickDistance(1, WRAP - 1)).toBe(-2);
});
