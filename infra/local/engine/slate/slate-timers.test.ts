import { describe, expect, it } from 'vitest';
import { makeAudioFrame, makeManualClock, makeVideoFrame, SAMPLE_FORMAT } from '../../../../test/support/rtmp.ts';
import type { EngineLogger } from '../engine-logger.ts';
import { silentLogger } from '../engine-logger.ts';
import { createFrameHub } from '../frame-hub.ts';
import type { Frame } from '../program.ts';
import { createSlateProgram } from './slate-program.ts';
import { createSlateTimers } from './slate-timers.ts';

const STEP_MS = 20;

/** Starts copied destinations of one source. */
function setUp(destinations: number, options: { logger?: EngineLogger; onFrame?: (index: number) => void } = {}) {
  const clock = makeManualClock();
  let wakeUps = 0;
  const counted = {
    now: clock.now,
    after: (delayMs: number, action: () => void) =>
      clock.after(delayMs, () => {
        wakeUps += 1;
        action();
      }),
  };
  const hub = createFrameHub({ logger: silentLogger });
  hub.setFormat(SAMPLE_FORMAT);
  const timers = createSlateTimers({ clock: counted, logger: options.logger ?? silentLogger });
  const received = Array.from({ length: destinations }, (_, index): Frame[] => {
    const slate = createSlateProgram({
      ...{ program: hub.program, clock: counted, timers, studio: { loop: () => null } },
      inputLoss: { repeatMs: null, blackMs: 0, image: { kind: 'colour', rgb: '112233' } },
      isCopied: () => true,
      onChange() {},
    });
    const frames: Frame[] = [];
    const onFrame = (frame: Frame) => {
      options.onFrame?.(index);
      frames.push(frame);
    };
    slate.program.subscribe({ onFormat() {}, onFrame, onSourceLost() {} });
    return frames;
  });
  let fromMs = 10_000;
  /** Returns the wake-ups in these seconds. */
  const run = (seconds: number, isLive: boolean) => {
    wakeUps = 0;
    for (let at = 0; at < seconds * 1_000; at += STEP_MS) {
      if (isLive && at % 40 === 0) {
        hub.push(makeVideoFrame(fromMs, at % 1_000 === 0));
        hub.push(makeAudioFrame(fromMs));
      }
      fromMs += STEP_MS;
      clock.advance(STEP_MS);
    }
    return wakeUps;
  };
  return { received, run };
}

describe('the timers of all slates', () => {
  it('wake the process no more often for 20 destinations than for one', () => {
    const [one, many] = [setUp(1), setUp(20)];
    // 350 ms after the newest frame of 310 to 340 ms ago.
    const copying = many.run(10, true);
    expect(copying).toBe(one.run(10, true));
    expect(copying).toBeLessThanOrEqual(40);
    for (const { run } of [one, many]) run(1, false);
    // One tick every 80 ms.
    const filling = many.run(8, false);
    expect(filling).toBe(100);
    expect(one.run(8, false)).toBe(filling);
    expect(many.received.every((frames) => frames.length === one.received[0]!.length)).toBe(true);
    expect(one.received[0]!.filter(({ kind }) => kind === 'audio').length).toBeGreaterThan(600);
  });

  it('keep a destination supplied while another one throws, which is logged', () => {
    const errors: string[] = [];
    const logger = { ...silentLogger, error: (message: string) => void errors.push(message) };
    let isBroken = false;
    const onFrame = (index: number) => {
      if (isBroken && index === 0) throw new Error('broken');
    };
    const { received, run } = setUp(2, { logger, onFrame });
    run(1, true);
    run(1, false);
    isBroken = true;
    const before = received[1]!.length;
    run(1, false);
    expect(received[1]!.length).toBeGreaterThan(before + 40);
    expect(errors[0]).toBe('an output failed to accept its slate');
  });
});
