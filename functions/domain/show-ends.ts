import { courseOf, EVALUATED_EVERY_SECONDS, evaluateCeiling, isConcerned } from './ceiling.ts';
import { courseText } from './ceiling-words.ts';
import type { Destination } from './destination.ts';
import { withLog, RUN_SHEET, type Show, type ShowDestination, type ShowEndReason } from './show.ts';
import type { Spending } from './spending.ts';

/** The rules that end a show before its time: its source was lost for too long, or its ceiling is reached. Pure. */

const MINUTE_MS = 60_000;

/** What the rules are applied to. Absent: not read, because no rule needs it. */
export interface EndFacts {
  /** Since when no source has delivered; null while one delivers or the state is unknown. */
  sourceLostSince?: string | null;
  /** What the show has cost. */
  spending?: Spending | null;
}

/** What is known about the source, and how old that is. */
export interface SourceState {
  observedAt: string;
  lostSince: string | null;
  flowStoppedAt?: string | undefined;
}

/** An older observation proves nothing: the monitor may be down while the source delivers. */
const SOURCE_KNOWN_MS = 5 * MINUTE_MS;

/** Returns since when the source is lost; null while it delivers, or when nothing newer than five minutes is known. */
export function lostSinceOf(source: SourceState | null, now: Date): string | null {
  if (source === null) return null;
  // The monitor notes once that the flow stopped, and does not observe the source again until it runs.
  if (source.flowStoppedAt !== undefined) return source.flowStoppedAt;
  return now.getTime() - Date.parse(source.observedAt) > SOURCE_KNOWN_MS ? null : source.lostSince;
}

/** Returns when the show ends for want of a source; null when no rule says so or a source delivers. */
function sourceEndMs({ sourceLostMinutes, liveAt }: Show, { sourceLostSince }: EndFacts): number | null {
  if (sourceLostMinutes === null || liveAt === null || !sourceLostSince) return null;
  // A source that has never come counts as lost since the show went live.
  return Math.max(Date.parse(sourceLostSince), Date.parse(liveAt)) + sourceLostMinutes * MINUTE_MS;
}

/** Moves the show's ceiling by what it has cost. @returns the same show when nothing changes */
export function watchCeiling(show: Show, { spending }: EndFacts, now: Date): Show {
  if (show.ceiling === null || !spending) return show;
  const ceiling = evaluateCeiling(show.ceiling, spending, now, EVALUATED_EVERY_SECONDS);
  if (ceiling === show.ceiling) return show;
  return withLog({ ...show, ceiling }, { at: now.toISOString(), actor: RUN_SHEET, detail: courseText(ceiling, now) });
}

/** Returns which rule ends the show now; null for none. */
export function ruleThatEnds(show: Show, facts: EndFacts, now: Date): ShowEndReason | null {
  const sourceMs = sourceEndMs(show, facts);
  if (show.state === 'live' && sourceMs !== null && sourceMs <= now.getTime()) return 'source_lost';
  return hasCeilingStopped(show, now) && !show.destinations.some((each) => isLeft(show, each)) ? 'ceiling' : null;
}

/** A spared destination that is on air, or will be, keeps the show going. */
function isLeft(show: Show, { destinationId, problem, stopRequestedAt, offAirAt }: ShowDestination): boolean {
  return (
    !isConcerned(show.ceiling!, destinationId) && problem === null && stopRequestedAt === null && offAirAt === null
  );
}

/** Returns true when the show's ceiling has stopped everything that it does not spare. */
function hasCeilingStopped({ ceiling }: Show, now: Date): boolean {
  return ceiling !== null && courseOf(ceiling, now)?.state === 'stopped';
}

/** Returns true for a destination that the show's ceiling keeps off air. */
export function isStoppedByCeiling(show: Show, { destinationId }: Pick<ShowDestination, 'destinationId'>, now: Date) {
  return hasCeilingStopped(show, now) && isConcerned(show.ceiling!, destinationId);
}

/** Returns when the rules are to be applied again, in milliseconds; none while they cannot end the show. */
export function endRulesDueMs(show: Show, facts: EndFacts, now: Date): number[] {
  if (show.state !== 'starting' && show.state !== 'live') return [];
  const sourceMs = sourceEndMs(show, facts);
  const course = show.ceiling && courseOf(show.ceiling, now);
  return [
    ...(sourceMs === null ? [] : [sourceMs]),
    ...(show.ceiling ? [now.getTime() + EVALUATED_EVERY_SECONDS * 1000] : []),
    ...(course?.answerDueAt ? [Date.parse(course.answerDueAt)] : []),
  ];
}

/** Returns true when a required destination has failed and the plan ends the show for that. */
export function hasRequiredFailed(
  { destinations, onFailure }: Show,
  known: ReadonlyMap<string, Pick<Destination, 'status'> | null>,
): boolean {
  if (onFailure !== 'stop-all') return false;
  return destinations.some(({ destinationId, hasFailed, isRequired }) => {
    const status = known.get(destinationId)?.status;
    // A person may have started it again while the run sheet was held.
    return isRequired && hasFailed === true && status !== 'running' && status !== 'starting';
  });
}

/** Says why a show ends by itself, for its log. */
export function endText({ destinations, sourceLostMinutes }: Show, reason: ShowEndReason): string {
  switch (reason) {
    case 'source_lost':
      return `ends the show: no source for ${sourceLostMinutes} min, as its rule says`;
    case 'ceiling':
      return 'ends the show: its ceiling has stopped everything';
    case 'required_failed': {
      const failed = destinations.filter(({ hasFailed, isRequired }) => isRequired && hasFailed);
      return `ends the show: ${failed.map(({ name }) => name).join(', ')} failed, which it requires`;
    }
    case 'missed':
      return 'gives the show up: its time has passed';
    default:
      return 'ends the show at its planned end';
  }
}

const RULE_WORDS: Record<ShowEndReason, string> = {
  clock: 'end by the clock',
  source_lost: 'end by source loss',
  ceiling: 'end by its ceiling',
  required_failed: 'end by a required destination',
  hand: 'end by hand',
  cancelled: 'cancelled',
  missed: 'missed',
};

/** Returns the rule by which a show stops a destination. */
export function stopRuleOf({ state, endReason }: Pick<Show, 'state' | 'endReason'>): string {
  return state === 'ending' && endReason !== null ? RULE_WORDS[endReason] : 'ceiling';
}
