/** Rates over the last few seconds, from counters sampled about once a second. */
export interface RateMeter {
  /** Forgets what was and starts from these counts. */
  restart(sample: RateSample): void;
  sample(sample: RateSample): void;
  /** Both 0 when nothing has been sampled lately. */
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
/** Frames that leave this much slower than their own times say are late; less is the jitter of a sample. */
const LATE_BELOW = 0.9;

/**
 * A meter whose window is five seconds long. Frames are counted by their own times, so that the burst with which an encoder
 * begins is no rate, unless they leave slower than that.
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
