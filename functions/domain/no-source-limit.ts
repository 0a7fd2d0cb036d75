import { countdownMinutesOf, type AtLimit, type CeilingAnswer, type CeilingCourse } from './ceiling.ts';
import { kindOf } from './destination-kind.ts';
import { runInProgress, type Destination } from './destination.ts';
import { observationOfThisRun } from './health.ts';
import { isPrimary } from './lifecycle.ts';
import type { Show } from './show.ts';
import { onSourceLossOf } from './source-loss.ts';

/**
 * The no-source limit of the deployment: what happens to channels that run for some minutes while no source delivers,
 * inside or outside a show. It asks, waits and stops as a ceiling does. A setting that is more specific comes first:
 * what a destination does at the loss of its source, the rule of a show that is live, and the mode of the preview.
 */

/** What the limit has done during one loss of the source. Another loss begins without it. */
export interface NoSourceCourse extends Pick<CeilingCourse, 'state' | 'since' | 'by' | 'answerDueAt'> {
  /** Begin of the loss that it belongs to. */
  lostSince: string;
}

export interface NoSourceLimit {
  /** Minutes without a source; 0: never. */
  minutes: number;
  atLimit: AtLimit;
  /** Destinations that it never stops. */
  spared: readonly string[];
  course: NoSourceCourse | null;
  /** Counts writes. Each write is conditional on it, and it is the ETag; 0 before the first. */
  revision: number;
  changedBy: string | null;
  changedAt: string | null;
}

export const DEFAULT_NO_SOURCE_LIMIT: NoSourceLimit = {
  ...{ minutes: 10, atLimit: { action: 'warn' }, spared: [], course: null },
  ...{ revision: 0, changedBy: null, changedAt: null },
};

/** The actor of what the limit does by itself. */
export const NO_SOURCE_ACTOR = 'no-source limit';

const MINUTE_MS = 60_000;
/** An older observation proves nothing: the monitor may be down while the source delivers. */
const SOURCE_KNOWN_MS = 5 * MINUTE_MS;

/** Returns since when no source delivers; null while one delivers, and undefined when that is not known now. */
export function noSourceSince(
  source: { observedAt: string; connected: boolean | null; lostSince: string | null; flowStoppedAt?: string } | null,
  now: Date,
): string | null | undefined {
  if (source === null) return undefined;
  // The monitor notes once that the flow stopped, and does not observe the source again until it runs.
  if (source.flowStoppedAt !== undefined) return source.lostSince ?? source.flowStoppedAt;
  if (source.connected === null || now.getTime() - Date.parse(source.observedAt) > SOURCE_KNOWN_MS) return undefined;
  return source.connected ? null : (source.lostSince ?? undefined);
}

/** Returns the destinations whose running show decides how long it waits for a source. */
export function governedByShows(shows: readonly Show[]): Set<string> {
  const deciding = shows.filter(
    ({ state, automation, sourceLostMinutes }) => state === 'live' && automation === 'on' && sourceLostMinutes !== null,
  );
  return new Set(deciding.flatMap(({ destinations }) => destinations.map(({ destinationId }) => destinationId)));
}

/** Returns when a channel began to run, if the limit counts for it; null otherwise. */
function countedSince({ spared }: NoSourceLimit, record: Destination): string | null {
  const isOwn = onSourceLossOf(record) !== 'wait' && observationOfThisRun(record)?.sourceLostSince !== undefined;
  if (isPrimary(record) || isOwn || spared.includes(record.destinationId)) return null;
  if (record.desired !== 'running' || kindOf(record) !== 'channel') return null;
  return runInProgress(record.held)?.startedAt ?? null;
}

/**
 * Returns the destinations whose channels have run without a source for the minutes of the limit. One that was started
 * during the loss counts from its start.
 * @param governed destinations that a show decides about
 */
export function unfedChannels(
  limit: NoSourceLimit,
  {
    records,
    lostSince,
    governed,
  }: { records: readonly Destination[]; lostSince: string; governed: ReadonlySet<string> },
  now: Date,
): Destination[] {
  if (limit.minutes === 0) return [];
  const dueBeforeMs = now.getTime() - limit.minutes * MINUTE_MS;
  return records.filter((record) => {
    const startedAt = governed.has(record.destinationId) ? null : countedSince(limit, record);
    return startedAt !== null && Math.max(Date.parse(startedAt), Date.parse(lostSince)) <= dueBeforeMs;
  });
}

/** Returns what the limit has done during this loss; null when nothing. */
export function noSourceCourseOf({ course }: NoSourceLimit, lostSince: string | null | undefined) {
  return course && course.lostSince === lostSince ? course : null;
}

const beganAfter = ({ held }: Destination, at: string) => (runInProgress(held)?.startedAt ?? '') > at;

/**
 * Moves the limit. Pure.
 * @param unfed as `unfedChannels` returns them
 * @returns the same object when nothing changes
 */
export function evaluateNoSourceLimit(
  limit: NoSourceLimit,
  lostSince: string,
  unfed: readonly Destination[],
  now: Date,
): NoSourceLimit {
  const { atLimit } = limit;
  const course = noSourceCourseOf(limit, lostSince);
  if (atLimit.action === 'warn' || course?.state === 'kept') return limit;
  if (course?.state === 'asked') {
    // What it asked about was stopped meanwhile.
    if (unfed.length === 0) return { ...limit, course: null };
    if (now.getTime() < Date.parse(course.answerDueAt!)) return limit;
    const isKept = atLimit.action === 'ask' && atLimit.defaultAnswer === 'keep';
    return withCourse(limit, lostSince, { state: isKept ? 'kept' : 'stopped', now });
  }
  // A channel that was started after the others were stopped gets its own minutes and its own question.
  if (!unfed.some((record) => course === null || beganAfter(record, course.since))) return limit;
  if (atLimit.action === 'stop') return withCourse(limit, lostSince, { state: 'stopped', now });
  const answerDueAt = new Date(now.getTime() + countdownMinutesOf(atLimit) * MINUTE_MS).toISOString();
  return withCourse(limit, lostSince, { state: 'asked', now, answerDueAt });
}

function withCourse(
  limit: NoSourceLimit,
  lostSince: string,
  {
    state,
    now,
    by = NO_SOURCE_ACTOR,
    answerDueAt = null,
  }: Pick<NoSourceCourse, 'state'> & Partial<NoSourceCourse> & { now: Date },
): NoSourceLimit {
  return { ...limit, course: { lostSince, state, since: now.toISOString(), by, answerDueAt } };
}

/** Applies a person's answer. Pure. @returns the same object when that was the answer already */
export function answerNoSourceLimit(
  limit: NoSourceLimit,
  { answer, lostSince, by }: { answer: CeilingAnswer; lostSince: string; by: string },
  now: Date,
): NoSourceLimit {
  const state = answer === 'keep' ? 'kept' : 'stopped';
  return noSourceCourseOf(limit, lostSince)?.state === state ? limit : withCourse(limit, lostSince, { state, now, by });
}

/** Returns which of the unfed channels the limit has decided to stop. */
export function stoppedByLimit(limit: NoSourceLimit, lostSince: string, unfed: readonly Destination[]): Destination[] {
  const course = noSourceCourseOf(limit, lostSince);
  return course?.state === 'stopped' ? unfed.filter((record) => !beganAfter(record, course.since)) : [];
}

/** Describes what the limit is doing, for the timeline and the incident. */
export function noSourceText({ minutes, atLimit, course }: NoSourceLimit): string {
  const why = `no source for ${minutes} min`;
  if (!course) return `${why}: the question is void, because nothing is left to stop`;
  if (course.state === 'kept') return `${why}: the channels keep running until the source returns`;
  if (course.state === 'stopped') return `${why}: the channels stop, except spared ones`;
  const otherwise =
    atLimit.action === 'ask' && atLimit.defaultAnswer === 'keep' ? 'the channels keep running' : 'the channels stop';
  return `${why}: without an answer until ${course.answerDueAt}, ${otherwise}`;
}
