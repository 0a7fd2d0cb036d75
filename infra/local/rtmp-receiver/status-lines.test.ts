import { afterEach, expect, it, vi } from 'vitest';
import { createSessionFacts } from './session-facts.ts';
import { describeSession, printSessions } from './status-lines.ts';

afterEach(() => vi.useRealTimers());

const facts = {
  ...createSessionFacts(3, false, 0),
  app: 'live2',
  streamName: 'abcd-efgh-ijkl-9f2c?backup=1',
  state: 'publishing' as const,
  publishedAtMs: 0,
  videoCodec: 'h264',
  width: 1280,
  height: 720,
  audioCodec: 'aac',
  videoFrames: 450,
  framesPerSecond: 30,
  bitrateBps: 2_531_000,
  largestTimestampGapMs: 34,
};

it('describeSession reports in one line what arrives, with only the end of the stream key', () => {
  expect(describeSession(facts)).toBe(
    '#3 live2/****9f2c  h264 1280x720 30.0 fps, aac, 2.53 Mbit/s, 450 frames, largest gap 34 ms, 0 out of order',
  );
});

it('describeSession reports how a session ended, and hides a short key completely', () => {
  const ended = { ...facts, state: 'ended' as const, streamName: 'short', cleanUnpublish: true };
  expect(describeSession(ended)).toBe('#3 live2/****  ended cleanly after 450 frames');
});

it('printSessions prints the rates since the previous line, and stops after a session has ended', () => {
  vi.useFakeTimers();
  const lines: string[] = [];
  const session = { ...facts };
  const stop = printSessions([session], (line) => lines.push(line), 3);
  vi.advanceTimersByTime(3_000);
  Object.assign(session, { videoFrames: 525, mediaBytes: session.mediaBytes + 3_000_000 });
  vi.advanceTimersByTime(3_000);
  expect(lines[1]).toContain('25.0 fps, aac, 8.00 Mbit/s, 525 frames');
  Object.assign(session, { state: 'ended' });
  vi.advanceTimersByTime(30_000);
  expect(lines).toHaveLength(3);
  expect(lines[2]).toBe('#3 live2/****9f2c  disconnected after 525 frames');
  stop();
  expect(vi.getTimerCount()).toBe(0);
});

it('describeSession reports a refused publisher', () => {
  expect(describeSession({ ...facts, state: 'ended', publishedAtMs: null })).toBe('#3 live2/****9f2c  was refused');
});
