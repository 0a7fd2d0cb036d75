/** Rates over the last few seconds, from counters sampled about once a second. */
export interface RateMeter {
  /** Forgets what was and starts from these counts. */
  restart(nowMs: number, bytes: number, frames: number): void;
  sample(nowMs: number, bytes: number, frames: number): void;
  /** Both 0 when nothing has been sampled lately. */
  rates(nowMs: number): { bitrateBps: number; framesPerSecond: number };
}

const WINDOW_MS = 5_000;
const STALE_AFTER_MS = 3_000;

/** A meter whose window is five seconds long. */
export function createRateMeter(): RateMeter {
  let samples: { atMs: number; bytes: number; frames: number }[] = [];
  return {
    restart(atMs, bytes, frames) {
      samples = [{ atMs, bytes, frames }];
    },
    sample(atMs, bytes, frames) {
      samples.push({ atMs, bytes, frames });
      while (samples.length > 2 && atMs - samples[1]!.atMs >= WINDOW_MS) samples.shift();
    },
    rates(nowMs) {
      const first = samples[0];
      const last = samples.at(-1);
      if (!first || !last || last.atMs <= first.atMs || nowMs - last.atMs > STALE_AFTER_MS) {
        return { bitrateBps: 0, framesPerSecond: 0 };
      }
      const seconds = (last.atMs - first.atMs) / 1000;
      return {
        bitrateBps: Math.max(0, Math.round(((last.bytes - first.bytes) * 8) / seconds)),
        framesPerSecond: Math.round(((last.frames - first.frames) / seconds) * 10) / 10,
      };
    },
  };
}
