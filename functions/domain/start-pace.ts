import type { Destination } from './destination.ts';

/** How fast destinations are started one after the other: within the rates at which AWS accepts calls. Pure. */
export interface StartPace {
  /** How many destinations of the deployment may be starting at the same time. */
  atOnceMax: number;
  /** Milliseconds between two starts. */
  intervalMs: number;
}

/**
 * MediaLive accepts 20 calls per second for an account in one Region, of all operations together and without a way to
 * raise it. A cold start makes about 76, most of them while it waits (`npm run bench:group-start`).
 * @see https://docs.aws.amazon.com/medialive/latest/ug/eml-limitations-and-rules.html
 */
export const AWS_START_INTERVAL_MS = 5_000;

/** A flow has 50 outputs, so more cannot start. */
export const STARTS_AT_ONCE_MAX = 50;
/** With as many channels polled while they start, the calls stay within MediaLive's rate. */
export const STARTS_AT_ONCE_DEFAULT = 16;

/** While as many start as may, look again after this. */
const FULL_WAIT_MS = 2_000;

export interface StartRoom {
  /** How many destinations may be started now. */
  count: number;
  /** When to look again for the others. */
  nextMs: number;
  /** True when as many are starting as may. */
  isFull: boolean;
}

/**
 * Returns how many destinations may be started now, judged by all records of the deployment: a group start waits for the
 * starts of others, of shows and of people too, and needs no state for it.
 */
export function roomToStart(
  { atOnceMax, intervalMs }: StartPace,
  records: readonly Destination[],
  now: Date,
): StartRoom {
  const nowMs = now.getTime();
  const starting = records.filter(
    // An operation that hangs must not hold up the others.
    ({ operation }) => operation?.kind === 'start' && Date.parse(operation.deadlineAt) > nowMs,
  );
  const free = atOnceMax - starting.length;
  if (free <= 0) return { count: 0, nextMs: nowMs + Math.max(FULL_WAIT_MS, intervalMs), isFull: true };
  if (intervalMs === 0) return { count: free, nextMs: nowMs + FULL_WAIT_MS, isFull: false };
  const dueMs = Math.max(0, ...records.map(lastRequestMs).filter((ms) => ms <= nowMs + intervalMs)) + intervalMs;
  const [count, nextMs] = dueMs > nowMs ? [0, dueMs] : [1, nowMs + intervalMs];
  return { count, nextMs, isFull: false };
}

/**
 * Returns when a start or a stop of the destination was last requested: a start may have been stopped, and stops make
 * calls as well. Later than now means that a clock was set back.
 */
function lastRequestMs({ operation, desiredAt }: Destination): number {
  return Math.max(operation ? Date.parse(operation.startedAt) : 0, desiredAt ? Date.parse(desiredAt) : 0);
}

/** When something that starts now, or later, is expected to be on air. Milliseconds from now. */
export interface StartForecast {
  startsInMs: number;
  doneInMs: number;
}

/**
 * Predicts when each of several destinations starts and is on air.
 * @param startingMs what the starts under way still need
 * @param waitingMs what each of the others needs, in their order
 */
export function forecastStarts(
  { atOnceMax, intervalMs }: StartPace,
  startingMs: readonly number[],
  waitingMs: readonly number[],
): StartForecast[] {
  const ends = [...startingMs];
  let atMs = 0;
  return waitingMs.map((takesMs) => {
    const busy = ends.filter((end) => end > atMs).toSorted((one, other) => one - other);
    // Waits for as many as are too many.
    const startsInMs = busy.length >= atOnceMax ? busy[busy.length - atOnceMax]! : atMs;
    ends.push(startsInMs + takesMs);
    atMs = startsInMs + intervalMs;
    return { startsInMs, doneInMs: startsInMs + takesMs };
  });
}

/** A start that has to be in time, in milliseconds. */
export interface TimedStart {
  /** When it has to begin at the latest. */
  latestMs: number;
  takesMs: number;
}

/**
 * Returns when each of several starts begins, so that all are in time and none breaks the pace. None begins earlier than
 * those after it require. Starts with the same latest time begin in their order.
 */
export function planStarts({ atOnceMax, intervalMs }: StartPace, starts: readonly TimedStart[]): number[] {
  const times: number[] = [];
  const byTime = starts
    .map((start, index) => ({ ...start, index }))
    .toSorted((one, other) => one.latestMs - other.latestMs || one.index - other.index);
  // From the last one back: the starts that follow do not depend on those before them.
  for (let place = byTime.length - 1; place >= 0; place -= 1) {
    const { index, latestMs, takesMs } = byTime[place]!;
    const next = byTime[place + 1];
    const beyond = byTime[place + atOnceMax];
    times[index] = Math.min(
      latestMs,
      next ? times[next.index]! - intervalMs : Infinity,
      // It has to have arrived when the first one begins that would be too many.
      beyond ? times[beyond.index]! - takesMs : Infinity,
    );
  }
  return times;
}
