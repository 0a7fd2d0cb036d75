import type { Destination } from './destination.ts';
import { formatDuration } from './incident-timeline.ts';
import { endMsOf } from './show-plan.ts';
import { isOpen, RUN_SHEET, withLog, type Show, type ShowDestination, type ShowLogEntry } from './show.ts';

/**
 * The run sheet: what a show does at an instant. Pure: it returns the show as it is to be stored, and which destinations
 * to start and stop once it is stored. A request is recorded before it is made and confirmed afterwards, so one that a
 * crash interrupted is made again.
 */

/** Past this, a destination or a show is not started by itself any more, because a late start surprises people. */
const LATE_MS_MAX = 60_000;
/** While destinations start or stop, the run sheet looks again after this. */
const WATCH_MS = 2_000;
/** While a show is live and all is as planned. */
const WATCH_LIVE_MS = 60_000;
/**
 * A start that was decided right before the show ended may still be on its way: a step takes at most 60 seconds. The show
 * stays in `ending` until none can arrive.
 */
const START_ON_ITS_WAY_MS = 90_000;
/** What is known about one destination. */
export type DestinationFacts = Pick<
  Destination,
  'status' | 'desired' | 'runningSince' | 'lastError' | 'desiredBy' | 'desiredAt' | 'held' | 'tookMs'
>;

interface RunFacts {
  destinations: ReadonlyMap<string, DestinationFacts | null>;
  /** Seconds that a destination needs to start, as long as it has no history. */
  startSeconds: number;
  /** Titles of other running shows that have destinations as well, by destination: this one leaves them on air. */
  claimedBy?: ReadonlyMap<string, string>;
}

export interface RunDecision {
  show: Show;
  /** Ids, in order. */
  starts: string[];
  stops: string[];
  /** When the run sheet acts or looks next; null when it waits for a person or is over. */
  wakeAt: Date | null;
}

/** Returns who requests what a show does by itself, for the record and the timeline of its destinations. */
export function showActorOf({ showId, title }: Pick<Show, 'showId' | 'title'>, rule: 'start' | 'end'): string {
  return `show "${title}" (${showId}): ${rule}`;
}

function isActorOf(showId: string, actor: string | undefined): boolean {
  return actor !== undefined && actor.startsWith('show "') && actor.endsWith(`(${showId}): start`);
}

/** Decides what a show does now. */
export function advanceShow(show: Show, facts: RunFacts, now: Date): RunDecision {
  const seen = observe(show, facts, now);
  if (seen.state === 'ending') return stopAll(seen, facts, now);
  const isActing = seen.automation === 'on';
  if (isForgotten(seen, now)) return stopAll(beginEnd(seen, 'missed', now), facts, now);
  if (isActing && isOpen(seen) && seen.state !== 'draft') return run(seen, facts, now);
  if (seen.state === 'scheduled') return rest(seen, Math.max(endMsOf(seen), now.getTime() + WATCH_MS));
  return rest(seen, isMoving(seen) ? now.getTime() + WATCH_MS : null);
}

/** Returns true for a show whose whole time has passed before it went live. One that a person has taken over is theirs. */
function isForgotten(show: Show, now: Date): boolean {
  const isRequestedNow = show.goLiveAt !== null && now.getTime() <= Date.parse(show.goLiveAt) + LATE_MS_MAX;
  if (isRequestedNow || now.getTime() < endMsOf(show)) return false;
  return show.state === 'scheduled' || (show.state === 'starting' && show.automation === 'on');
}

function run(show: Show, facts: RunFacts, now: Date): RunDecision {
  const nowMs = now.getTime();
  const startMs = startMsOf(show);
  if (show.state === 'scheduled' && nowMs > startMs + LATE_MS_MAX) return miss(show, now);
  if (show.state === 'live' && show.endRule === 'clock' && nowMs >= endMsOf(show)) {
    return stopAll(beginEnd(show, 'clock', now), facts, now);
  }
  const { destinations, starts, entries } = startDue(show, facts, now);
  let next = withLog({ ...show, destinations }, ...entries);
  if (next.state === 'scheduled' && starts.length > 0) next = { ...next, state: 'starting' };
  if (next.state !== 'live' && nowMs >= startMs) next = goLive(next, now);
  return { ...rest(next, wakeMsOf(next, facts, nowMs)), starts };
}

function startMsOf({ goLiveAt, startsAt }: Show): number {
  return Date.parse(goLiveAt ?? startsAt);
}

/** Returns when a destination is to be on air. By hand, those that were to be early are wanted at once. */
function plannedMsOf(show: Show, { offsetSeconds }: ShowDestination): number {
  const plannedMs = startMsOf(show) + offsetSeconds * 1000;
  return show.goLiveAt === null ? plannedMs : Math.max(plannedMs, Date.parse(show.goLiveAt));
}

/** Returns when a destination has to be started, so that it is on air at its planned second. */
function dueMsOf(show: Show, each: ShowDestination, facts: RunFacts): number {
  return plannedMsOf(show, each) - leadMsOf(facts.destinations.get(each.destinationId) ?? null, facts);
}

/** The steps of a start that wait for AWS. One that keeps its channel has the first two behind it. */
const CREATE_STEPS = ['EnsureInput', 'EnsureChannel'];
const RUN_STEP = 'EnsureChannelRun';

/** Returns how long a start takes: what it took when it last succeeded. */
export function leadMsOf(
  known: Pick<Destination, 'held' | 'tookMs'> | null,
  { startSeconds }: Pick<RunFacts, 'startSeconds'>,
): number {
  const took = known?.tookMs ?? {};
  const runMs = took[RUN_STEP];
  if (runMs === undefined) return startSeconds * 1000;
  const createMs = CREATE_STEPS.map((step) => took[step] ?? 0).reduce((sum, each) => sum + each, 0);
  return runMs + (known?.held.channel ? 0 : createMs);
}

function startDue(show: Show, facts: RunFacts, now: Date) {
  const at = now.toISOString();
  const starts: string[] = [];
  const entries: ShowLogEntry[] = [];
  const note = (detail: string) => entries.push({ at, actor: RUN_SHEET, detail });
  const destinations = show.destinations.map((each): ShowDestination => {
    if (each.isStartConfirmed || each.problem !== null) return each;
    const known = facts.destinations.get(each.destinationId) ?? null;
    if (now.getTime() < dueMsOf(show, each, facts)) return each;
    if (known === null || known.desired === 'deleted') {
      note(`did not start ${each.name}: it was deleted`);
      return { ...each, problem: 'it was deleted' };
    }
    const lateMs = now.getTime() - plannedMsOf(show, each);
    if (lateMs > LATE_MS_MAX && known.desired !== 'running') {
      note(`did not start ${each.name}: it was ${formatDuration(lateMs / 1000)} late; start it by hand if you want it`);
      return { ...each, problem: 'its start was missed; start it by hand if you want it' };
    }
    starts.push(each.destinationId);
    if (each.startRequestedAt !== null) return each;
    note(`starts ${each.name}`);
    return { ...each, startRequestedAt: at, desiredAtDecision: known.desiredAt ?? null };
  });
  return { destinations, starts, entries };
}

function goLive(show: Show, now: Date): Show {
  const at = now.toISOString();
  const lateMs = now.getTime() - Date.parse(show.startsAt);
  const detail =
    show.goLiveAt === null ? `is live, ${(lateMs / 1000).toFixed(1)} s after the planned second` : 'is live, by hand';
  return withLog({ ...show, state: 'live', liveAt: at, missedAt: null }, { at, actor: RUN_SHEET, detail });
}

function miss(show: Show, now: Date): RunDecision {
  if (show.missedAt !== null) return rest(show, endMsOf(show));
  const at = now.toISOString();
  const detail = 'did not start: nothing was running at the planned time; go live by hand, or cancel the show';
  return rest(withLog({ ...show, missedAt: at }, { at, actor: RUN_SHEET, detail }), endMsOf(show));
}

function beginEnd(show: Show, endReason: 'clock' | 'missed', now: Date): Show {
  const at = now.toISOString();
  const detail = endReason === 'clock' ? 'ends the show at its planned end' : 'gives the show up: its time has passed';
  return withLog({ ...show, state: 'ending', endingAt: at, endReason }, { at, actor: RUN_SHEET, detail });
}

/** Stops what the show started, in order, and ends it once nothing is on air and nothing can follow. */
function stopAll(show: Show, facts: RunFacts, now: Date): RunDecision {
  const at = now.toISOString();
  const stops: string[] = [];
  const entries: ShowLogEntry[] = [];
  const destinations = show.destinations.map((each): ShowDestination => {
    const known = facts.destinations.get(each.destinationId) ?? null;
    if (each.startRequestedAt === null || known === null || known.desired === 'deleted') return each;
    const successor = facts.claimedBy?.get(each.destinationId);
    if (successor !== undefined) {
      if (each.isStopConfirmed) return each;
      entries.push({ at, actor: RUN_SHEET, detail: `leaves ${each.name} on air for the show "${successor}"` });
      return { ...each, isStopConfirmed: true, offAirAt: each.onAirAt === null ? null : at };
    }
    // A start of this show that arrived after the stop.
    const isStartedLate =
      each.isStopConfirmed && known.desired === 'running' && isActorOf(show.showId, known.desiredBy);
    if (each.isStopConfirmed && !isStartedLate) return each;
    stops.push(each.destinationId);
    if (each.stopRequestedAt === null) entries.push({ at, actor: RUN_SHEET, detail: `stops ${each.name}` });
    return { ...each, stopRequestedAt: each.stopRequestedAt ?? at, isStopConfirmed: false };
  });
  const next = withLog({ ...show, destinations }, ...entries);
  const restMs = restMsOf(next);
  if (stops.length > 0 || destinations.some((each) => isOnAirStill(each, facts))) {
    return { ...rest(next, now.getTime() + WATCH_MS), stops };
  }
  return now.getTime() < restMs ? rest(next, restMs) : rest(finish(next, now), null);
}

/**
 * Returns when no start of the show can be on its way any more. One that is known to have arrived has no effect when it
 * arrives again after the stop.
 */
function restMsOf({ destinations, endingAt }: Show): number {
  const isOnItsWay = destinations.some((each) => each.startRequestedAt !== null && !each.isStartConfirmed);
  return isOnItsWay && endingAt !== null ? Date.parse(endingAt) + START_ON_ITS_WAY_MS : 0;
}

function isOnAirStill({ startRequestedAt, destinationId, isStopConfirmed }: ShowDestination, facts: RunFacts): boolean {
  if (startRequestedAt === null) return false;
  const known = facts.destinations.get(destinationId);
  if (!known || known.desired === 'deleted') return false;
  // A person may have started it again after the show stopped it; then it is not the show's any more.
  if (isStopConfirmed && known.desired === 'running') return false;
  return known.status !== 'idle' && known.status !== 'error';
}

function finish(show: Show, now: Date): Show {
  const at = now.toISOString();
  const isEnded = show.liveAt !== null && show.endReason !== 'cancelled';
  const detail = isEnded
    ? 'the show has ended; its destinations are off air'
    : show.endReason === 'cancelled'
      ? 'the show is cancelled'
      : 'the show is over without having been live';
  const entry = { at, actor: RUN_SHEET, detail };
  return withLog({ ...show, state: isEnded ? 'ended' : 'cancelled', endedAt: at }, entry);
}

/** Records what became of the destinations. */
function observe(show: Show, facts: RunFacts, now: Date): Show {
  const at = now.toISOString();
  const entries: ShowLogEntry[] = [];
  const note = (detail: string) => entries.push({ at, actor: RUN_SHEET, detail });
  const destinations = show.destinations.map((each) => {
    const seen = observeOne(each, facts.destinations.get(each.destinationId) ?? null, at);
    if (seen.onAirAt !== each.onAirAt) note(`${each.name} is on air`);
    if (seen.offAirAt !== each.offAirAt && seen.offAirAt !== null) note(`${each.name} is off air`);
    if (seen.problem !== null && seen.problem !== each.problem) {
      note(`${labelOf(each)}: ${seen.problem}`);
    }
    return seen;
  });
  return withLog({ ...show, destinations }, ...entries);
}

function observeOne(each: ShowDestination, known: DestinationFacts | null, at: string): ShowDestination {
  if (each.startRequestedAt === null || known === null) return each;
  const isRunning = known.status === 'running' && known.runningSince !== null;
  if (isRunning && each.onAirAt === null && known.desired === 'running') {
    const since = known.runningSince ?? at;
    return { ...each, onAirAt: since > each.startRequestedAt ? since : each.startRequestedAt, problem: null };
  }
  if (known.status === 'error' && each.problem === null && each.onAirAt === null && each.isStartConfirmed) {
    return { ...each, problem: `it failed: ${known.lastError?.detail ?? 'no reason is known'}` };
  }
  if (known.desired !== 'running' && each.problem === null && each.onAirAt === null && each.isStartConfirmed) {
    return { ...each, problem: `it was stopped before it was on air, by ${known.desiredBy}` };
  }
  const isOff = known.status === 'idle' || known.status === 'error';
  if (isOff && each.onAirAt !== null && each.offAirAt === null) return { ...each, offAirAt: at };
  return each;
}

/** Returns true while a destination of the show is on its way. Only a run sheet that acts repeats a request. */
function isMoving({ destinations, state, automation }: Show): boolean {
  if (state !== 'starting' && state !== 'live') return false;
  return destinations.some(
    ({ startRequestedAt, isStartConfirmed, onAirAt, problem }) =>
      startRequestedAt !== null && (isStartConfirmed || automation === 'on') && onAirAt === null && problem === null,
  );
}

function wakeMsOf(show: Show, facts: RunFacts, nowMs: number): number | null {
  const due = show.destinations
    .filter(({ startRequestedAt, problem }) => startRequestedAt === null && problem === null)
    .map((each) => dueMsOf(show, each, facts));
  if (show.state !== 'live') due.push(startMsOf(show));
  if (show.state === 'live' && show.endRule === 'clock') due.push(endMsOf(show));
  if (isMoving(show)) due.push(nowMs + WATCH_MS);
  else if (show.state === 'live') due.push(nowMs + WATCH_LIVE_MS);
  return due.length === 0 ? null : Math.max(nowMs, Math.min(...due));
}

function rest(show: Show, wakeMs: number | null): RunDecision {
  return { show, starts: [], stops: [], wakeAt: wakeMs === null ? null : new Date(wakeMs) };
}

/** A request that was made, and why it was refused; null when it was not. */
export interface MadeRequest {
  destinationId: string;
  refusal: string | null;
}

/** Records what came of the requests that were decided. */
export function confirmRequests(
  show: Show,
  made: { starts: readonly MadeRequest[]; stops: readonly MadeRequest[] },
  now: Date,
): Show {
  const entries: ShowLogEntry[] = [];
  const destinations = show.destinations.map((each) => {
    const start = made.starts.find(({ destinationId }) => destinationId === each.destinationId);
    const stop = made.stops.find(({ destinationId }) => destinationId === each.destinationId);
    const problem = start?.refusal ? `its start was refused: ${start.refusal}` : each.problem;
    if (problem !== null && problem !== each.problem) {
      entries.push({ at: now.toISOString(), actor: RUN_SHEET, detail: `${labelOf(each)}: ${problem}` });
    }
    const isStartConfirmed = each.isStartConfirmed || start !== undefined;
    return { ...each, problem, isStartConfirmed, isStopConfirmed: each.isStopConfirmed || stop !== undefined };
  });
  return withLog({ ...show, destinations }, ...entries);
}

function labelOf({ name, isRequired }: ShowDestination): string {
  return isRequired ? `${name}, which is required` : name;
}
