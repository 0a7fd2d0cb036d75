import { times, type Money } from './money.ts';

/**
 * How AWS turns running time into billed time. A channel is billed by the minute begun and for ten minutes at least per
 * start; traffic is billed by the byte, which here means by the time it flowed. Time is Unix time and days are UTC days,
 * so no clock change ever makes an hour of cost appear or vanish.
 * @see https://docs.aws.amazon.com/medialive/latest/ug/pricing.html
 */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** What every start of a channel costs at least. [aws.amazon.com/medialive/pricing] */
export const MINUTES_MIN = 10;

/** From StartChannel's acceptance to the confirmed stop, or to now. Milliseconds since the epoch. */
export interface Span {
  startMs: number;
  endMs: number;
}

/** A price per hour over some minutes, rounded to the micro-dollar. */
export function forMinutes(perHour: Money, minutes: number): Money {
  return { ...perHour, microUsd: perHour.microUsd === null ? null : Math.round((perHour.microUsd * minutes) / 60) };
}

/** Minutes AWS bills for a planned running time: the minutes begun, ten at least. */
export function billedMinutesOfHours(hours: number): number {
  // A millionth of a minute is an error of the division by 60, not a minute begun.
  return Math.max(MINUTES_MIN, Math.ceil(hours * 60 - 1e-6));
}

/** Minutes AWS bills for a run. */
export function billedMinutes({ startMs, endMs }: Span): number {
  return Math.max(MINUTES_MIN, Math.ceil(Math.max(0, endMs - startMs) / MINUTE_MS));
}

/**
 * Billed minutes of a run before an instant. Each minute belongs to the instant it begins at; those the minimum adds
 * belong to the run's last instant, so that nothing is billed in a day in which nothing ran.
 */
export function billedMinutesBefore(run: Span, instantMs: number): number {
  if (instantMs <= run.startMs) return 0;
  if (instantMs >= run.endMs) return billedMinutes(run);
  return Math.ceil((instantMs - run.startMs) / MINUTE_MS);
}

/**
 * What the part of a run within a window costs by the billed minute. Windows that touch add up to the whole without a
 * remainder: what is rounded is always the sum since the start.
 */
export function costOfMinutesWithin(perHour: Money, run: Span, window: Span): Money {
  return between(window, (instantMs) => forMinutes(perHour, billedMinutesBefore(run, instantMs)));
}

/** What the part of a span within a window costs by its length. Windows that touch add up in the same way. */
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
