/**
 * Maps the wrapping times of a transport stream to program time: milliseconds since the epoch at which the media
 * arrived, spaced as evenly as in the source. Program time never wraps and runs neither faster nor slower than the
 * clock.
 *
 * Picture and sound have separate timelines. They keep the distance they have in the source as long as a receiver could
 * bridge it. Beyond that, one of the two uses another time base, and media that arrives together is placed together.
 */
import type { Clock } from '../../host/clock.ts';

export type LineKind = 'video' | 'audio';

export interface Timeline {
  /** Returns the program time of a 33-bit 90 kHz time, with fractions; never less than the previous one of its kind. */
  toMs(kind: LineKind, ticks: number): number;
  /** Handles a restart of the source with new times: program time continues by the wall-clock gap. */
  restart(): void;
}

const WRAP_TICKS = 2 ** 33;
const TICKS_PER_MS = 90;
/** Sound further from the picture uses another time base. A receiver buffers one second (ISO/IEC 13818-1 2.4.2.6). */
const APART_MS_MAX = 5_000;
/** A larger step back is another timeline. Pictures without a decode time step back by a few pictures. */
const STEP_BACK_MS_MAX = 500;
/** A larger step ahead of the clock is another timeline. Delayed packets arrive in a burst. */
const STEP_AHEAD_MS_MAX = 2_000;
/** Smallest step over a restart or jump, so that no two runs share a time. */
const RESTART_STEP_MS = 20;
/** Allowed distance of the source's time from the clock: packets may be delayed, an encoder may send ahead. */
const AHEAD_MS_MAX = 10_000;
const BEHIND_MS_MAX = 10_000;
/** No oscillator deviates more. A drift below this is followed. */
const DRIFT_MAX = 0.001;
/** A larger step of the clock between two frames means that the clock was set. */
const CLOCK_STEP_MS_MAX = 60_000;

interface Line {
  ticks: number;
  ms: number;
  /** Reading of the steady clock. */
  atMs: number;
}

/** Returns the signed distance between two 33-bit times in ticks, the shorter way round. */
export function tickDistance(from: number, to: number): number {
  const distance = (to - from) % WRAP_TICKS;
  if (distance > WRAP_TICKS / 2) return distance - WRAP_TICKS;
  return distance < -WRAP_TICKS / 2 ? distance + WRAP_TICKS : distance;
}

export function createTimeline(clock: Clock): Timeline {
  let lines: Partial<Record<LineKind, Line>> = {};
  const newestMs: Partial<Record<LineKind, number>> = {};
  let restarted: { ms: number; atMs: number } | null = null;
  const steady = createSteadyClock(clock);
  /** Program time if the source kept to the clock. */
  let clockMs = 0;
  let clockAtMs = 0;

  function anchor(ms: number, atMs: number): void {
    clockMs = ms;
    clockAtMs = atMs;
  }

  function begin(ticks: number): Line {
    const atMs = steady.set();
    const ms = restarted ? restarted.ms + Math.max(RESTART_STEP_MS, atMs - restarted.atMs) : atMs;
    restarted = null;
    anchor(ms, atMs);
    return { ticks, ms, atMs };
  }

  function beside(other: Line, ticks: number): number | null {
    const apartMs = tickDistance(other.ticks, ticks) / TICKS_PER_MS;
    return Math.abs(apartMs) <= APART_MS_MAX ? other.ms + apartMs : null;
  }

  function follow(own: Line, other: Line | undefined, ticks: number, atMs: number): number {
    const elapsedMs = atMs - own.atMs;
    const isStep = (ms: number) => ms >= -STEP_BACK_MS_MAX && ms - elapsedMs <= STEP_AHEAD_MS_MAX;
    const stepMs = tickDistance(own.ticks, ticks) / TICKS_PER_MS;
    if (isStep(stepMs)) return own.ms + stepMs;
    // If the other timeline has jumped as well, the two belong together again.
    const besideMs = other ? beside(other, ticks) : null;
    if (besideMs !== null && isStep(besideMs - own.ms)) return besideMs;
    return own.ms + Math.max(RESTART_STEP_MS, elapsedMs);
  }

  /** Follows the clock where the source does not. */
  function keepToClock(ms: number, atMs: number): number {
    const elapsedMs = atMs - clockAtMs;
    const expectedMs = clockMs + elapsedMs;
    const deviationMs = ms - expectedMs;
    const driftMs = Math.max(-elapsedMs * DRIFT_MAX, Math.min(elapsedMs * DRIFT_MAX, deviationMs));
    anchor(expectedMs + driftMs, atMs);
    if (deviationMs < -BEHIND_MS_MAX) return expectedMs;
    return Math.min(ms, expectedMs + AHEAD_MS_MAX);
  }

  return {
    toMs(kind, ticks) {
      const atMs = steady.now();
      const other = lines[kind === 'video' ? 'audio' : 'video'];
      const own = lines[kind];
      const ms = own ? follow(own, other, ticks, atMs) : other && (beside(other, ticks) ?? other.ms);
      const line = ms === undefined ? begin(ticks) : { ticks, ms: keepToClock(ms, atMs), atMs };
      lines[kind] = line;
      newestMs[kind] = Math.max(newestMs[kind] ?? 0, line.ms);
      return newestMs[kind];
    },
    restart() {
      const newest = Math.max(newestMs.video ?? 0, newestMs.audio ?? 0);
      const atMs = Math.max(lines.video?.atMs ?? 0, lines.audio?.atMs ?? 0);
      if (atMs > 0) restarted = { ms: newest, atMs };
      lines = {};
    },
  };
}

/** Creates a clock that ignores steps of the given clock until it is corrected. */
function createSteadyClock(clock: Clock): { now(): number; set(): number } {
  let seenMs = clock.now();
  let steadyMs = seenMs;
  return {
    now() {
      const nowMs = clock.now();
      const stepMs = nowMs - seenMs;
      seenMs = nowMs;
      if (stepMs > 0 && stepMs <= CLOCK_STEP_MS_MAX) steadyMs += stepMs;
      return steadyMs;
    },
    set() {
      seenMs = clock.now();
      steadyMs = Math.max(steadyMs, seenMs);
      return steadyMs;
    },
  };
}
