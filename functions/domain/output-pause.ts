import type { Destination, OutputPause } from './destination.ts';
import { kindOf } from './destination-kind.ts';

/**
 * The pause of an output: a channel that runs early and sends nothing until its planned second. MediaLive lets it go by
 * itself at that second when its schedule has the action, and the run sheet asks it to as well. Pure.
 */

/** MediaLive accepts and deletes fixed actions until this long before they start. [medialive/latest/ug/sched-timing-types] */
const FIXED_AHEAD_MS_MIN = 15_000;
/** The time of a call, and the difference between two clocks. */
const CALL_MS = 3_000;
const FIXED_AHEAD_MS_MAX = 14 * 24 * 3_600_000;

/** Returns true while MediaLive accepts an action for an instant, and can still delete one that it has. */
export function isPlannable(until: string, now: Date): boolean {
  const aheadMs = Date.parse(until) - now.getTime();
  return aheadMs >= FIXED_AHEAD_MS_MIN + CALL_MS && aheadMs <= FIXED_AHEAD_MS_MAX;
}

/**
 * Returns the pause with which a destination is to be started. Null for one that is on air or on its way, for one without
 * a channel, and when the second has come.
 */
export function pauseUntil(record: Destination, until: string, now: Date): OutputPause | null {
  if (kindOf(record) !== 'channel' || record.desired === 'running') return null;
  if (Date.parse(until) <= now.getTime()) return null;
  return { until, state: 'paused', plannedFor: null, endedAt: null };
}

/** Returns the pause that a start has to begin with; null when the output is to be sent as soon as the channel runs. */
export function pauseAtStart({ outputPause }: Pick<Destination, 'outputPause'>, now: Date): OutputPause | null {
  if (outputPause?.state !== 'paused') return null;
  return outputPause.until !== null && Date.parse(outputPause.until) <= now.getTime() ? null : outputPause;
}

/** Returns the pause of an output that is paused or about to be let go; null for none and for one that is over. */
export function pauseOf({ outputPause }: Pick<Destination, 'outputPause'>): OutputPause | null {
  return outputPause && outputPause.state !== 'ended' ? outputPause : null;
}

/**
 * Returns a pause that MediaLive has confirmed to be over. The output was let go at the planned second when the schedule
 * had the action, and otherwise now.
 */
export function endedPause(pause: OutputPause, now: Date): OutputPause {
  const { plannedFor } = pause;
  const isByPlan = plannedFor !== null && plannedFor <= now.toISOString();
  return { ...pause, state: 'ended', endedAt: isByPlan ? plannedFor : now.toISOString() };
}
