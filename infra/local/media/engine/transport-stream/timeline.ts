import type { Clock } from '../../../clock.ts';

const WRAP_TICKS = 2 ** 33;
const TICKS_PER_MS = 90;
/** A step further than this is not a late picture but another timeline. */
const JUMP_TICKS = 5_000 * TICKS_PER_MS;
/** Where the first frame is put, so that audio slightly earlier is not negative. */
const START_MS = 1_000;
/** Least step over a restart: no two runs share a time. */
const RESTART_STEP_MS = 20;

export interface Timeline {
  /** Milliseconds of a 33-bit 90 kHz time; fractions kept. */
  toMs(ticks: number): number;
  /** The source starts again at times of its own: continue by the wall-clock gap. */
  restart(): void;
}

/** Signed distance between two 33-bit times, the shorter way round. */
export function tickDistance(from: number, to: number): number {
  const distance = (to - from) % WRAP_TICKS;
  if (distance > WRAP_TICKS / 2) return distance - WRAP_TICKS;
  return distance < -WRAP_TICKS / 2 ? distance + WRAP_TICKS : distance;
}

/**
 * Maps the wrapping times of a transport stream to one timeline that never wraps. After a restart or a jump of the source
 * it goes on from the last time by as much as the clock on the wall has gone.
 */
export function createTimeline(clock: Clock): Timeline {
  let last: { ticks: number; ms: number; atMs: number } | null = null;
  let newestMs = START_MS;
  let restarting = false;

  return {
    toMs(ticks) {
      const atMs = clock.now();
      const distance = last ? tickDistance(last.ticks, ticks) : 0;
      let ms: number;
      if (!last) ms = START_MS;
      else if (restarting || Math.abs(distance) > JUMP_TICKS)
        ms = newestMs + Math.max(RESTART_STEP_MS, atMs - last.atMs);
      else ms = last.ms + distance / TICKS_PER_MS;
      restarting = false;
      newestMs = Math.max(newestMs, ms);
      last = { ticks, ms, atMs };
      return ms;
    },
    restart() {
      restarting = last !== null;
    },
  };
}
