import { times, type Money } from './money.ts';

/**
 * Converts running time to billed time. AWS bills a channel per started minute, and at least ten minutes per start. It
 * bills traffic per byte, which here means by the time it flowed. Times are Unix times and days are UTC days, so a
 * clock change never adds or removes an hour of cost.
 * @see https://docs.aws.amazon.com/medialive/latest/ug/pricing.html
 */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Minutes AWS bills at least for each start of a channel. https://aws.amazon.com/medialive/pricing/ */
export const MINUTES_MIN = 10;

/** From the accepted StartChannel to the confirmed stop, or to now. Milliseconds since the epoch. */
export interface Span {
  startMs: number;
  endMs: number;
}

/** Returns what some minutes cost at a price per hour, rounded to the micro-dollar. */
export function forMinutes(perHour: Money, minutes: number): Money {
  return { ...perHour, microUsd: perHour.microUsd === null ? null : Math.round((perHour.microUsd * minutes) / 60) };
}

/** Returns the minutes AWS bills for a planned running time: started minutes, at least ten. */
export function billedMinutesOfHours(hours: number): number {
  // Ignores a millionth of a minute, which is a rounding error and not a started minute.
  return Math.max(MINUTES_MIN, Math.ceil(hours * 60 - 1e-6));
}

/** Returns the minutes AWS bills for a run. */
export function billedMinutes({ startMs, endMs }: Span): number {
  return Math.max(MINUTES_MIN, Math.ceil(Math.max(0, endMs - startMs) / MINUTE_MS));
}

/**
 * Returns the billed minutes of a run before an instant. Each minute counts at the instant it starts; those that the
 * minimum adds count at the end of the run, so nothing is billed on a day without a run.
 */
export function billedMinutesBefore(run: Span, instantMs: number): number {
  if (instantMs <= run.startMs) return 0;
  if (instantMs >= run.endMs) return billedMinutes(run);
  return Math.ceil((instantMs - run.startMs) / MINUTE_MS);
}

/**
 * Returns the part of a run's minute-billed cost that falls within a window. Adjacent windows add up to the whole
 * without a remainder, because only sums since the start are rounded.
 */
export function costOfMinutesWithin(perHour: Money, run: Span, window: Span): Money {
  return between(window, (instantMs) => forMinutes(perHour, billedMinutesBefore(run, instantMs)));
}

/** Returns the part of a time-billed cost that falls within a window. Adjacent windows add up to the whole here too. */
export function costOfTimeWithin(perHour: Money, run: Span, window: Span): Money {
  return between(window, (instantMs) => {
    const elapsedMs = Math.min(Math.max(instantMs, run.startMs), Math.max(run.endMs, run.startMs)) - run.startMs;
    return times(perHour, elapsedMs / HOUR_MS);
  });
}

function between({ startMs, endMs }: Span, costUntil: (instantMs: number) => Money): Money {
  const until = costUntil(endMs);
  if (until.microUsd === null) return until;
  return { ...until, microUsd: until.microUsd - costUntil(startMs).microUsd! };
}
