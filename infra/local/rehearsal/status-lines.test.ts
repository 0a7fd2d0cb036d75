import { expect, it } from 'vitest';
import { makeSessionFacts } from './session-facts.ts';
import { describeSession } from './status-lines.ts';

const facts = {
  ...makeSessionFacts(3, false, 0),
  app: 'live2',
  streamName: 'abcd-efgh-ijkl-9f2c?backup=1',
  state: 'publishing' as const,
  videoCodec: 'h264',
  width: 1280,
  height: 720,
  audioCodec: 'aac',
  videoFrames: 450,
  framesPerSecond: 30,
  bitrateBps: 2_531_000,
  largestTimestampGapMs: 34,
};

it('says in one line what arrives, with the end of the stream key only', () => {
  expect(describeSession(facts)).toBe(
    '#3 live2/****9f2c  h264 1280x720 30.0 fps, aac, 2.53 Mbit/s, 450 frames, largest gap 34 ms, 0 out of order',
  );
});

it('says how a session ended, and shows nothing of a short key', () => {
  const ended = { ...facts, state: 'ended' as const, streamName: 'short', cleanUnpublish: true };
  expect(describeSession(ended)).toBe('#3 live2/****  ended cleanly after 450 frames');
});
