import { describe, expect, it } from 'vitest';
import {
  makeAudioFrame,
  makeManualClock,
  makeTestHub,
  makeVideoFrame,
  SAMPLE_FORMAT,
} from '../../../test/support/rtmp.ts';
import type { FrameHub } from './frame-hub.ts';
import type { Frame, Program } from './program.ts';
import { createProgramSwitch } from './program-switch.ts';

/** One open group of pictures: the two after the keyframe are shown before it. */
const STEP_MS = 40;
const GROUP = [3, 0, 0, 3, 0, 0].map((offset) => offset * STEP_MS);

function pushGroup(hub: FrameHub, fromMs: number): void {
  GROUP.forEach((compositionOffsetMs, index) => {
    const frame = makeVideoFrame(fromMs + index * STEP_MS, index === 0);
    hub.push({ ...frame, compositionOffsetMs });
    hub.push(makeAudioFrame(fromMs + index * STEP_MS));
  });
}

function startHub(): FrameHub {
  const hub = makeTestHub();
  hub.setFormat({ ...SAMPLE_FORMAT });
  return hub;
}

function record(program: Program) {
  const frames: Frame[] = [];
  const nothing = () => {};
  program.subscribe({ onFormat: nothing, onFrame: (frame) => void frames.push(frame), onSourceLost: nothing });
  const timesOf = (kind: Frame['kind']) => frames.filter((frame) => frame.kind === kind).map(({ dtsMs }) => dtsMs);
  return { pictures: () => timesOf('video'), sounds: () => timesOf('audio') };
}

describe('the pictures that are shown before the first keyframe', () => {
  it.each([
    ['early', true],
    ['late', false],
  ])('are left out for a subscriber that comes %s, and those of the next group are not', (_when, isEarly) => {
    const hub = startHub();
    if (!isEarly) pushGroup(hub, 1_000);
    const { pictures, sounds } = record(hub.program);
    if (isEarly) pushGroup(hub, 1_000);
    pushGroup(hub, 2_000);
    expect(pictures()).toEqual([1_000, 1_120, 1_160, 1_200, 2_000, 2_040, 2_080, 2_120, 2_160, 2_200]);
    expect(sounds()).toHaveLength(12);
  });

  it('are left out after a change of the origin', () => {
    const [one, other] = [startHub(), startHub()];
    const control = createProgramSwitch({ clock: makeManualClock(), keepsTimes: true });
    control.select(one.program);
    const { pictures } = record(control.program);
    pushGroup(one, 1_000);
    control.select(other.program);
    pushGroup(other, 2_000);
    pushGroup(other, 3_000);
    expect(pictures().slice(4)).toEqual([2_000, 2_120, 2_160, 2_200, 3_000, 3_040, 3_080, 3_120, 3_160, 3_200]);
  });
});
