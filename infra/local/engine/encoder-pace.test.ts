import { describe, expect, it } from 'vitest';
import { createEncoderPace } from './encoder-pace.ts';

const STEP_MS = 50;

/** Feeds an encoder for a time; after its start-up it delivers `speed` seconds of 30 fps video per second. */
function feed(options: {
  seconds: number;
  speed: number;
  startMs?: number;
  waits?: boolean;
  pace?: ReturnType<typeof createEncoderPace>;
}) {
  const { seconds, speed, startMs = 0, waits = speed < 1 } = options;
  const pace = options.pace ?? createEncoderPace(0, 0);
  let slowAtMs: number | null = null;
  let pictures = 0;
  for (let nowMs = STEP_MS; nowMs <= seconds * 1000; nowMs += STEP_MS) {
    pace.fed(nowMs, waits ? 1_000 : 0);
    const due = Math.floor(((nowMs - startMs) / 1000) * speed * 30);
    for (; pictures < due; pictures += 1) pace.gave((pictures * 1000) / 30);
    if (pace.slow()) slowAtMs ??= nowMs;
  }
  return { pace, slowAtMs };
}

describe('an encoder', () => {
  it.each([0.08, 0.22, 0.5, 0.9])(
    'that delivers %d of the pictures in time is too slow within five seconds',
    (speed) => {
      const { pace, slowAtMs } = feed({ seconds: 5, speed });
      expect(slowAtMs).toBeLessThan(5_000);
      expect(pace.slow()!.framesPerSecond / 30).toBeCloseTo(speed, 1);
      expect(pace.healthyMs()).toBeLessThan(500);
    },
  );

  it.each([
    ['keeps up', { speed: 1 }],
    ['begins late and catches up', { speed: 1.5, startMs: 1_500, waits: true }],
    ['is fed by a source that is slow itself', { speed: 0.5, waits: false }],
  ])('that %s is not too slow', (_name, options) => {
    const { pace, slowAtMs } = feed({ seconds: 20, ...options });
    expect(slowAtMs).toBeNull();
    expect(pace.healthyMs()).toBeGreaterThan(19_000);
  });

  it('is not blamed for a pause of the source', () => {
    const pace = createEncoderPace(0, 0);
    for (let nowMs = 0; nowMs < 60_000; nowMs += 2_000) pace.fed(nowMs, 1_000);
    expect(pace.slow()).toBeNull();
    expect(pace.silentMs()).toBe(0);
  });

  it('that delivers no picture is silent, not slow', () => {
    const { pace } = feed({ seconds: 6, speed: 0 });
    expect(pace.slow()).toBeNull();
    expect(pace.silentMs()).toBe(6_000);
  });
});
