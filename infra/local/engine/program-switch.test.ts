import { expect, it } from 'vitest';

import { silentLogger } from './engine-logger.ts';
import { createFrameHub } from './frame-hub.ts';
import type { Frame, ProgramFormat } from './program.ts';
import { createProgramSwitch } from './program-switch.ts';
import { makeAudioFrame, makeManualClock, makeVideoFrame } from '../../../test/support/rtmp.ts';
import { SAMPLE_FORMAT } from '../../../test/support/test-media.ts';

function setUp({ keepsTimes = false } = {}) {
  const clock = makeManualClock();
  const [first, second] = [createFrameHub({ logger: silentLogger }), createFrameHub({ logger: silentLogger })];
  first.setFormat(SAMPLE_FORMAT);
  second.setFormat({ ...SAMPLE_FORMAT });
  const control = createProgramSwitch({ clock, keepsTimes });
  const seen: Frame[] = [];
  const formats: ProgramFormat[] = [];
  let losses = 0;
  control.program.subscribe({
    onFormat: (format) => formats.push(format),
    onFrame: (frame) => seen.push(frame),
    onSourceLost() {
      losses += 1;
    },
  });
  return { clock, first, second, control, seen, formats, losses: () => losses };
}

it('keeps the old program until the new one has a keyframe, and continues its time', () => {
  const { clock, first, second, control, seen, formats } = setUp();
  control.select(first.program);
  first.push(makeVideoFrame(1_000, true));
  second.push(makeVideoFrame(800_000, true));
  control.select(second.program);
  expect(seen.map((frame) => frame.dtsMs)).toEqual([1_000]);
  clock.advance(40);
  first.push(makeVideoFrame(1_040, false));
  second.push(makeVideoFrame(800_040, false));
  clock.advance(40);
  second.push(makeVideoFrame(800_080, true));
  first.push(makeVideoFrame(1_080, false));
  clock.advance(40);
  second.push(makeVideoFrame(800_120, false));
  expect(seen.map((frame) => frame.dtsMs)).toEqual([1_000, 1_040, 1_080, 1_120]);
  expect(formats).toHaveLength(2);
  expect(first.subscribers()).toBe(0);
});

it('delivers the frames since the keyframe to a new subscriber', () => {
  const { first, control, seen } = setUp();
  first.push(makeVideoFrame(1_000, true));
  first.push(makeVideoFrame(1_040, false));
  control.select(first.program);
  expect(seen.map((frame) => frame.dtsMs)).toEqual([1_000, 1_040]);
});

it('notifies subscribers when it loses its source, but not if it had none', () => {
  const { first, control, losses } = setUp();
  control.select(first.program);
  control.select(null);
  expect(losses()).toBe(0);
  control.select(first.program);
  first.push(makeVideoFrame(1_000, true));
  control.select(null);
  expect(losses()).toBe(1);
  expect(first.subscribers()).toBe(0);
});

it('switches at once when the old program is lost, without going backwards', () => {
  const { clock, first, second, control, seen } = setUp();
  control.select(first.program);
  first.push(makeVideoFrame(50_000, true));
  first.sourceLost();
  clock.advance(2_000);
  second.push(makeVideoFrame(1_000, true));
  control.select(second.program);
  expect(seen.map((frame) => frame.dtsMs)).toEqual([50_000, 52_000]);
});

it.each([true, false])('leaves out sound that belongs before what was delivered (keeps times: %s)', (keepsTimes) => {
  const { clock, first, second, control, seen } = setUp({ keepsTimes });
  control.select(first.program);
  first.push(makeVideoFrame(1_000, true));
  // The sound of the first program is ahead of its pictures, that of the second one behind.
  for (const atMs of [1_000, 1_021, 1_043]) first.push(makeAudioFrame(atMs));
  control.select(second.program);
  clock.advance(40);
  second.push(makeVideoFrame(1_050, true));
  for (const atMs of [979, 1_000, 1_021, 1_043, 1_064, 1_085]) second.push(makeAudioFrame(atMs));
  const sounds = seen.filter(({ kind }) => kind === 'audio').map(({ dtsMs }) => dtsMs);
  expect(sounds).toEqual([...new Set(sounds)].toSorted((one, other) => one - other));
  expect(sounds.length).toBeGreaterThanOrEqual(5);
  expect(seen.filter(({ kind }) => kind === 'video')).toHaveLength(2);
});
