import { describe, expect, it } from 'vitest';
import { onlyWhileFitting } from './fitting-program.ts';
import { SAMPLE_FORMAT } from '../../../test/support/test-media.ts';
import type { Frame, ProgramFormat, ProgramSubscriber } from './program.ts';

/** Subscribes to a program that the test drives, and notes what gets through. */
function begin() {
  let source!: ProgramSubscriber;
  let fits = true;
  let isSubscribed = true;
  const got: string[] = [];
  const program = {
    subscribe(subscriber: ProgramSubscriber) {
      source = subscriber;
      return () => (isSubscribed = false);
    },
  };
  const unsubscribe = onlyWhileFitting(program, () => fits).subscribe({
    onFormat: ({ audio }) => got.push(`format ${audio?.sampleRateHz}`),
    onFrame: ({ kind, keyframe, dtsMs }) => got.push(`${keyframe ? 'key' : kind} ${dtsMs}`),
    onSourceLost: () => got.push('lost'),
  });
  const frame = (kind: Frame['kind'], dtsMs: number, keyframe = false) =>
    source.onFrame({ kind, dtsMs, keyframe, compositionOffsetMs: 0, flvBody: Buffer.of(0) });
  return {
    got,
    unsubscribe,
    isSubscribed: () => isSubscribed,
    key: (dtsMs: number) => frame('video', dtsMs, true),
    picture: (dtsMs: number) => frame('video', dtsMs),
    sound: (dtsMs: number) => frame('audio', dtsMs),
    lose: () => source.onSourceLost(),
    change(isFit: boolean, sampleRateHz: number, video: ProgramFormat['video'] = SAMPLE_FORMAT.video) {
      fits = isFit;
      source.onFormat({ video, audio: { ...SAMPLE_FORMAT.audio!, sampleRateHz } });
    },
  };
}

describe('a program that is passed on only while it fits', () => {
  it('passes everything on while it fits', () => {
    const show = begin();
    show.change(true, 48_000);
    show.key(0);
    show.sound(5);
    show.change(true, 44_100);
    show.sound(10);
    show.lose();
    expect(show.got).toEqual(['format 48000', 'key 0', 'audio 5', 'format 44100', 'audio 10', 'lost']);
    show.unsubscribe();
    expect(show.isSubscribed()).toBe(false);
  });

  it('keeps back every frame and header of what does not fit, and the loss of the source does not', () => {
    const show = begin();
    show.change(true, 48_000);
    show.key(0);
    show.change(false, 96_000);
    show.key(40);
    show.sound(45);
    show.lose();
    expect(show.got).toEqual(['format 48000', 'key 0', 'lost']);
  });

  it('continues with the next keyframe when it fits again', () => {
    const show = begin();
    show.change(true, 48_000);
    show.key(0);
    show.change(false, 96_000);
    show.key(40);
    show.change(true, 48_000);
    show.sound(80);
    show.picture(80);
    show.key(120);
    show.sound(125);
    expect(show.got).toEqual(['format 48000', 'key 0', 'format 48000', 'key 120', 'audio 125']);
  });

  it('continues at once when it has no pictures', () => {
    const show = begin();
    show.change(false, 96_000, null);
    show.sound(0);
    show.change(true, 48_000, null);
    show.sound(20);
    expect(show.got).toEqual(['format 48000', 'audio 20']);
  });
});
