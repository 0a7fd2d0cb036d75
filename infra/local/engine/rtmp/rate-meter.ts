/** Computes rates over the last few seconds, from counters sampled about once a second. */
export interface RateMeter {
  /** Resets the meter to these counts. */
  restart(sample: RateSample): void;
  sample(sample: RateSample): void;
  /** Returns the rates; both 0 without a recent sample. */
  rates(nowMs: number): { bitrateBps: number; framesPerSecond: number };
}

export interface RateSample {
  atMs: number;
  bytes: number;
  frames: number;
  /** Media time of the newest frame counted. */
  mediaMs: number;
}

const WINDOW_MS = 5_000;
const STALE_AFTER_MS = 3_000;
/** Frames sent this much slower than their timestamps are late; a smaller difference is sampling jitter. */
const LATE_BELOW = 0.9;

/**
 * Creates a meter with a window of five seconds. It counts frames by their timestamps, so that an encoder's initial
 * burst does not raise the rate, unless frames are sent more slowly than that.
 */
export function createRateMeter(): RateMeter {
  let samples: RateSample[] = [];
  return {
    restart(sample) {
      samples = [sample];
    },
    sample(sample) {
      if (sample.atMs <= (samples.at(-1)?.atMs ?? -1)) return;
      samples.push(sample);
      while (samples.length > 2 && sample.atMs - samples[1]!.atMs >= WINDOW_MS) samples.shift();
    },
    rates(nowMs) {
      const first = samples[0];
      const last = samples.at(-1);
      if (!first || !last || last.atMs <= first.atMs || nowMs - last.atMs > STALE_AFTER_MS) {
        return { bitrateBps: 0, framesPerSecond: 0 };
      }
      const seconds = (last.atMs - first.atMs) / 1000;
      const mediaSeconds = (last.mediaMs - first.mediaMs) / 1000;
      const frames = last.frames - first.frames;
      const onTheClock = frames / seconds;
      const byTheirTimes = mediaSeconds > 0 ? frames / mediaSeconds : onTheClock;
      const rate = onTheClock < byTheirTimes * LATE_BELOW ? onTheClock : byTheirTimes;
      return {
        bitrateBps: Math.max(0, Math.round(((last.bytes - first.bytes) * 8) / seconds)),
        framesPerSecond: Math.round(rate * 10) / 10,
      };
    },
  };
}
