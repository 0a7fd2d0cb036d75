import type { Destination } from './destination.ts';
import { kindOf } from './destination-kind.ts';
import { whyNotStarted } from './group-start.ts';
import { plannedMsOf } from './show-plan.ts';
import { isStillToStart, type Show } from './show.ts';
import { leadMsOf } from './start-duration.ts';
import { planStarts, type StartPace } from './start-pace.ts';

/** When a show starts its destinations: early enough for all, within the pace that all shows share. Pure. */

/** A paused channel is ready this long before its planned second, so that its schedule still accepts the second. */
const PLAN_AHEAD_MS = 25_000;

/** What is known about one destination. */
export type DestinationFacts = Pick<
  Destination,
  | 'platform'
  | 'status'
  | 'desired'
  | 'runningSince'
  | 'lastError'
  | 'desiredBy'
  | 'desiredAt'
  | 'held'
  | 'tookMs'
  | 'outputPause'
  | 'observation'
>;

export interface StartFacts {
  /** The destinations of the show. */
  destinations: ReadonlyMap<string, DestinationFacts | null>;
  /** Seconds that a destination needs to start, as long as it has no history. */
  startSeconds: number;
  /** Whether channels start early and are paused until their planned second. */
  pausesOutputs: boolean;
  pace: StartPace;
  /** All destinations of the deployment, whose starts share the pace. Absent: nothing of the show is left to start. */
  records?: readonly Destination[];
  /** All shows that have not ended, whose starts share the pace as well. Absent: nothing of the show is left to start. */
  shows?: readonly Show[];
}

/** Starts of other shows further away than this from those of a show have no effect on them. */
const NEAR_MS = 3_600_000;

/** A start that a show has still to request, and when it has to begin at the latest. */
interface StartLeft {
  showId: string;
  destinationId: string;
  known: DestinationFacts | null;
  latestMs: number;
}

/**
 * Returns when each destination that is still to start is started, by id: early enough for all, within the pace. The
 * starts of other shows count as well. Of starts with the same latest time those of the newest show begin first, so a
 * show that waits already does not have to begin earlier.
 */
export function dueTimes(show: Show, facts: StartFacts): Map<string, number> {
  const left = startsLeft(show, facts.destinations, facts);
  const own = left.filter(({ known }) => needsRoom(known));
  const all = [...own, ...startsOfOthers(show, own, facts)].toSorted((one, other) =>
    other.showId === one.showId ? 0 : other.showId < one.showId ? -1 : 1,
  );
  const times = planStarts(
    facts.pace,
    all.map(({ known, latestMs }) => ({ latestMs, takesMs: takesMsOf(known, facts) })),
  );
  const due = new Map(left.map(({ destinationId, latestMs }) => [destinationId, latestMs]));
  for (const [index, { destinationId, showId }] of all.entries()) {
    if (showId === show.showId) due.set(destinationId, times[index]!);
  }
  return due;
}

function startsLeft(
  { destinations, ...show }: Show,
  records: ReadonlyMap<string, DestinationFacts | null>,
  facts: StartFacts,
): StartLeft[] {
  return destinations.filter(isStillToStart).map((each) => {
    const { destinationId } = each;
    const known = records.get(destinationId) ?? null;
    const latestMs = latestMsOf(plannedMsOf(show, each), known, facts);
    return { showId: show.showId, destinationId, known, latestMs };
  });
}

/** Returns the starts of other shows that need room near those of a show. */
function startsOfOthers(show: Show, own: readonly StartLeft[], facts: StartFacts): StartLeft[] {
  const { records = [], shows = [] } = facts;
  const [ownIds, ownTimes] = [own.map(({ destinationId }) => destinationId), own.map(({ latestMs }) => latestMs)];
  const [firstMs, lastMs] = [Math.min(...ownTimes) - NEAR_MS, Math.max(...ownTimes) + NEAR_MS];
  const others = shows.filter((other) => other.showId !== show.showId && isStarting(other));
  const known = new Map(records.map((record) => [record.destinationId, record]));
  return others
    .flatMap((other) => startsLeft(other, known, facts))
    .filter(({ latestMs }) => latestMs >= firstMs && latestMs <= lastMs)
    .filter((start) => needsRoom(start.known) && !ownIds.includes(start.destinationId));
}

/** Returns true for a show that starts destinations by itself. */
function isStarting({ automation, missedAt, state }: Show): boolean {
  if (automation !== 'on') return false;
  return (state === 'scheduled' && missedAt === null) || state === 'starting' || state === 'live';
}

/**
 * Returns when a destination has to be started at the latest, so that it is on air at its planned second. One whose output
 * is paused may be ready early: its start may take a quarter longer than the last one, and MediaLive has to know the
 * planned second some time ahead.
 */
function latestMsOf(plannedMs: number, known: DestinationFacts | null, facts: StartFacts): number {
  return plannedMs - takesMsOf(known, facts) - (canPause(known, facts) ? PLAN_AHEAD_MS : 0);
}

function takesMsOf(known: DestinationFacts | null, facts: StartFacts): number {
  const leadMs = leadMsOf(known, facts);
  // Whole milliseconds, because a wake-up cannot come at a part of one.
  return canPause(known, facts) ? Math.ceil(leadMs * 1.25) : leadMs;
}

function canPause(known: DestinationFacts | null, { pausesOutputs }: StartFacts): boolean {
  return pausesOutputs && known !== null && kindOf(known) === 'channel';
}

/** What is on air or on its way is taken, without a call to AWS. */
export function needsRoom(known: DestinationFacts | null): boolean {
  return known !== null && known.desired !== 'deleted' && whyNotStarted(known) === null;
}
