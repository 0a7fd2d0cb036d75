import { describe, expect, it } from 'vitest';
import { makeAudioFrame, makeManualClock, makeVideoFrame, SAMPLE_FORMAT } from '../../../../test/support/rtmp.ts';
import type { InputLoss } from '../contract.ts';
import { silentLogger } from '../engine-logger.ts';
import { createFrameHub } from '../frame-hub.ts';
import type { Frame, ProgramFormat } from '../program.ts';
import type { PictureLoop } from './picture-loop.ts';
import { createSlateProgram } from './slate-program.ts';
import { createSlateTimers } from './slate-timers.ts';

const HOLD: InputLoss = { repeatMs: 1_000, blackMs: 0, image: { kind: 'colour', rgb: '112233' } };
const loopOf = (name: string): PictureLoop => ({
  video: { ...SAMPLE_FORMAT.video!, avcConfiguration: Buffer.concat([SAMPLE_FORMAT.video!.avcConfiguration]) },
  pictures: [true, false, false].map((keyframe) => ({ keyframe, flvBody: Buffer.from(`loop ${name}`) })),
  stepMs: 40,
});

function setUp(options: { inputLoss?: InputLoss; isCopied?: boolean } = { inputLoss: HOLD }) {
  const clock = makeManualClock();
  const hub = createFrameHub({ logger: silentLogger });
  hub.setFormat(SAMPLE_FORMAT);
  const loops = new Map<string, PictureLoop>();
  const slate = createSlateProgram({
    program: hub.program,
    clock,
    timers: createSlateTimers({ clock, logger: silentLogger }),
    studio: {
      loop(image) {
        const name = image.kind === 'colour' ? image.rgb : image.path;
        if (!loops.has(name)) loops.set(name, loopOf(name));
        return loops.get(name)!;
      },
    },
    inputLoss: options.inputLoss,
    isCopied: () => options.isCopied ?? false,
    onChange() {},
  });
  const frames: Frame[] = [];
  const formats: ProgramFormat[] = [];
  const counts = { lost: 0, other: 0 };
  const unsubscribe = slate.program.subscribe({
    onFormat: (format) => formats.push(format),
    onFrame: (frame) => frames.push(frame),
    onSourceLost: () => (counts.lost += 1),
    onOtherFormat: () => (counts.other += 1),
  });
  /** Sends a second of pictures and sound, one picture every 40 ms. */
  const live = (fromMs: number, ms = 1_000) => {
    for (let at = 0; at < ms; at += 40) {
      hub.push(makeVideoFrame(fromMs + at, at === 0));
      hub.push(makeAudioFrame(fromMs + at));
      clock.advance(40);
    }
  };
  const wait = (ms: number) => {
    for (let at = 0; at < ms; at += 20) clock.advance(20);
  };
  const since = () => frames.splice(0);
  return { clock, counts, formats, frames, hub, live, since, slate, unsubscribe, wait };
}

const pictures = (frames: Frame[]) => frames.filter(({ kind }) => kind === 'video');
const sounds = (frames: Frame[]) => frames.filter(({ kind }) => kind === 'audio');
const gaps = (frames: Frame[]) => frames.slice(1).map(({ dtsMs }, index) => dtsMs - frames[index]!.dtsMs);

describe('a program without a source', () => {
  it('repeats the last keyframe with silence, and does not report the loss', () => {
    const { counts, live, since, slate, wait } = setUp({ inputLoss: HOLD, isCopied: true });
    live(10_000);
    const keyframe = pictures(since())[0]!;
    wait(5_000);
    const filled = since();
    expect(slate.showing()).toBe('input_loss');
    expect(counts.lost).toBe(0);
    const shown = pictures(filled);
    expect(shown.length).toBeGreaterThanOrEqual(5);
    expect(shown.every(({ compositionOffsetMs, keyframe: isKey }) => isKey && compositionOffsetMs === 0)).toBe(true);
    expect(shown[0]!.flvBody.subarray(5)).toEqual(keyframe.flvBody.subarray(5));
    // 1024 samples at 48 kHz, never rounded twice.
    expect(new Set(gaps(sounds(filled)))).toEqual(new Set([21, 22]));
  });

  it.each([
    ['copied', true],
    ['encoded', false],
  ])('leaves a receiver of a %s channel half a second without a frame at most, in and out', (_mode, isCopied) => {
    const { counts, frames, live, slate, wait } = setUp({ inputLoss: HOLD, isCopied });
    for (let round = 0; round < 10; round += 1) {
      live(10_000 * (round + 1));
      live(10_000 * (round + 1) + 1_000);
      expect(slate.showing()).toBeUndefined();
      wait(3_000);
      expect(slate.showing()).toBe('input_loss');
    }
    expect(Math.max(...gaps(frames))).toBeLessThanOrEqual(500);
    for (const kind of [pictures(frames), sounds(frames)]) expect(Math.min(...gaps(kind))).toBeGreaterThan(0);
    expect(counts).toEqual({ lost: 0, other: 0 });
  });

  it('begins within half a second, and its times never run backwards', () => {
    const { frames, live, wait } = setUp();
    live(10_000);
    const lastMs = frames.at(-1)!.dtsMs;
    wait(3_000);
    const next = pictures(frames).find(({ dtsMs }) => dtsMs > lastMs)!;
    expect(next.dtsMs - lastMs).toBeLessThanOrEqual(500);
    for (const kind of [pictures(frames), sounds(frames)]) expect(Math.min(...gaps(kind))).toBeGreaterThan(0);
  });

  it.each([0, 40, 300])('its sound never runs backwards when it returns %i ms behind its pictures', (lagMs) => {
    const { clock, hub, live, since, slate, wait } = setUp();
    live(10_000);
    wait(3_000);
    for (let at = 0; at < 3_000; at += 40) {
      hub.push(makeVideoFrame(14_000 + at, at % 1_000 === 0));
      hub.push(makeAudioFrame(14_000 + at - lagMs));
      clock.advance(40);
    }
    expect(slate.showing()).toBeUndefined();
    const heard = sounds(since());
    expect(Math.min(...gaps(heard))).toBeGreaterThan(0);
    // The silence that was sent ahead replaces what comes late, and nothing more.
    expect(Math.max(...gaps(heard))).toBeLessThanOrEqual(450);
  });

  it('shows an encoded channel the picture, then black, then the slate', () => {
    const { live, since, wait } = setUp({ inputLoss: { ...HOLD, repeatMs: 1_000, blackMs: 1_000 } });
    live(10_000);
    since();
    wait(5_000);
    const bodies = pictures(since()).map(({ flvBody }) => flvBody.toString('latin1'));
    const order = bodies.filter((body, index) => body !== bodies[index - 1]);
    expect(order.slice(-2)).toEqual(['loop 000000', 'loop 112233']);
  });

  it('returns at a keyframe, after a longer loss only once the source has lasted a second', () => {
    const { hub, live, since, slate, wait } = setUp();
    live(10_000);
    wait(4_000);
    since();
    hub.push(makeVideoFrame(15_000, true, 77));
    wait(100);
    expect(pictures(since()).some(({ flvBody }) => flvBody.length === 77)).toBe(false);
    live(15_100);
    expect(slate.showing()).toBe('input_loss');
    live(16_100);
    expect(slate.showing()).toBeUndefined();
  });

  it('returns at the first keyframe after a brief loss', () => {
    const { live, slate, wait } = setUp();
    live(10_000);
    wait(600);
    expect(slate.showing()).toBe('input_loss');
    live(11_600);
    expect(slate.showing()).toBeUndefined();
  });

  it('returns without the pictures of an open group that are shown before its keyframe', () => {
    const { hub, live, since, wait } = setUp();
    live(10_000);
    wait(600);
    since();
    [120, 0, 0, 120].forEach((compositionOffsetMs, index) => {
      hub.push({ ...makeVideoFrame(11_600 + index * 40, index === 0, 77), compositionOffsetMs });
    });
    expect(pictures(since()).map(({ compositionOffsetMs }) => compositionOffsetMs)).toEqual([120, 120]);
  });

  it('asks for another session when the source returns in another size', () => {
    const { counts, hub, live, wait } = setUp();
    live(10_000);
    wait(600);
    hub.setFormat({ ...SAMPLE_FORMAT, video: { ...SAMPLE_FORMAT.video!, width: 320, height: 180 } });
    live(11_600);
    expect(counts.other).toBe(1);
    live(12_600);
    expect(counts.other).toBe(1);
  });

  it('has nothing to show before the source was there once', () => {
    const { frames, slate, wait } = setUp();
    wait(5_000);
    expect(frames).toEqual([]);
    expect(slate.showing()).toBeUndefined();
  });

  it('is silent without the setting, and reports the loss', () => {
    const { counts, frames, hub, live, wait } = setUp({});
    live(10_000);
    const sent = frames.length;
    wait(3_000);
    hub.sourceLost();
    expect(frames).toHaveLength(sent);
    expect(counts.lost).toBe(1);
  });

  it('stops sending when its subscriber leaves', () => {
    const { frames, live, slate, unsubscribe, wait } = setUp();
    live(10_000);
    wait(1_000);
    unsubscribe();
    const sent = frames.length;
    wait(1_000);
    expect(frames).toHaveLength(sent);
    expect(slate.showing()).toBeUndefined();
  });
});

describe('a static image', () => {
  const IMAGE = { kind: 'file' as const, path: 'own' };

  it('replaces every picture and leaves the sound', () => {
    const { live, since, slate } = setUp({});
    live(10_000);
    since();
    slate.cover(IMAGE);
    live(11_000);
    const covered = since();
    expect(pictures(covered).every(({ flvBody }) => flvBody.toString() === 'loop own')).toBe(true);
    expect(pictures(covered)[0]!.keyframe).toBe(true);
    expect(sounds(covered)).toHaveLength(25);
    expect(slate.showing()).toBe('image');
  });

  it('ends at a keyframe, with the headers of the source', () => {
    const { formats, hub, live, since, slate } = setUp({});
    live(10_000);
    slate.cover(IMAGE);
    live(11_000);
    since();
    slate.cover(null);
    hub.push(makeVideoFrame(12_000, false, 66));
    hub.push(makeVideoFrame(12_040, true, 77));
    const [before, after] = pictures(since());
    expect([before!.flvBody.toString(), after!.flvBody.length]).toEqual(['loop own', 77]);
    expect(formats.at(-1)).toBe(SAMPLE_FORMAT);
    expect(slate.showing()).toBeUndefined();
  });

  it('ends without the pictures of an open group that are shown before its keyframe', () => {
    const { hub, live, since, slate } = setUp({});
    live(10_000);
    slate.cover(IMAGE);
    live(11_000);
    since();
    slate.cover(null);
    [120, 0, 0, 120].forEach((compositionOffsetMs, index) => {
      hub.push({ ...makeVideoFrame(12_000 + index * 40, index === 0, 77), compositionOffsetMs });
    });
    expect(pictures(since()).map(({ compositionOffsetMs }) => compositionOffsetMs)).toEqual([120, 120]);
  });

  it('stays while the source is lost, and after it has returned', () => {
    const { live, since, slate, wait } = setUp();
    live(10_000);
    slate.cover(IMAGE);
    live(11_000);
    since();
    wait(3_000);
    live(15_000);
    live(16_000);
    live(17_000);
    const shown = pictures(since());
    expect(new Set(shown.map(({ flvBody }) => flvBody.toString()))).toEqual(new Set(['loop own']));
    expect(Math.min(...gaps(shown))).toBeGreaterThan(0);
    expect(slate.showing()).toBe('image');
  });
});
