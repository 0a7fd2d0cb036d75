import { describe, expect, it } from 'vitest';
import type { Frame } from './program.ts';
import { createRunSplice } from './run-splice.ts';

const frame = (kind: Frame['kind'], dtsMs: number, keyframe = false): Frame => ({
  kind,
  dtsMs,
  keyframe,
  compositionOffsetMs: 0,
  flvBody: Buffer.alloc(0),
});

describe('joining two runs of an encoder', () => {
  it('leaves out pictures until a new keyframe, and sound that was delivered', () => {
    const splice = createRunSplice();
    splice.beginRun();
    const first = [frame('video', 0, true), frame('video', 40), frame('audio', 50)];
    expect(first.map(splice.accepts)).toEqual([false, false, false]);
    const delivered = [frame('video', 80, true), frame('audio', 75), frame('video', 120), frame('audio', 120)];
    expect(delivered.map(splice.accepts)).toEqual([true, true, true, true]);
    splice.beginRun();
    const repeated = [frame('video', 80, true), frame('audio', 130), frame('video', 160, true), frame('audio', 120)];
    expect(repeated.map(splice.accepts)).toEqual([false, false, true, false]);
    expect(splice.accepts(frame('audio', 141))).toBe(true);
  });
});
