import { formatDuration } from './incident-timeline.ts';
import type { MadeRequest } from './made-request.ts';
import { pauseOf } from './output-pause.ts';
import { partingOf, starterOf, type Claims, type ShowName } from './show-handover.ts';
import {
  endRulesDueMs,
  endText,
  hasRequiredFailed,
  isStoppedByCeiling,
  ruleThatEnds,
  watchCeiling,
  type EndFacts,
} from './show-ends.ts';
import { holdPaused, isStillPaused, playPaused } from './show-pause.ts';
import { endMsOf, plannedMsOf, startMsOf } from './show-plan.ts';
import { holdsSource, playSource, sourceWakesMs, type SourceRequests } from './show-source.ts';
import { dueTimes, needsRoom, type DestinationFacts, type StartFacts } from './show-start-plan.ts';
import { roomToStart } from './start-pace.ts';
import {
  isOpen,
  isStillToStart,
  LATE_MS_MAX,
  RUN_SHEET,
  withLog,
  type Show,
  type ShowDestination,
  type ShowEndReason,
  type ShowLogEntry,
} from './show.ts';

/**
 * The run sheet: what a show does at an instant. Pure: it returns the show as it is to be stored, and which destinations
 * to start and stop once it is stored. A request is recorded before it is made and confirmed afterwards, so one that a
 * crash interrupted is made again.
 */

/** While destinations start or stop, the run sheet looks again after this. */
const WATCH_MS = 2_000;
/** While a show is live and all is as planned. */
const WATCH_LIVE_MS = 60_000;
/**
 * A start that was decided right before the show ended may still be on its way: a step takes at most 60 seconds. The show
 * stays in `ending` until none can arrive.
 */
const START_ON_ITS_WAY_MS = 90_000;

interface RunFacts extends EndFacts, StartFacts {
  /** What other running shows have on air as well, read after the destinations: this one leaves it to them. */
  claims?: Claims;
}

/** A destination that is to be started. */
interface PlannedStart {
  destinationId: string;
  /** Its planned second, until which its output is paused; null when it is not. */
  pauseUntil: string | null;
}

export interface RunDecision extends SourceRequests {
  show: Show;
  /** In order. */
  starts: PlannedStart[];
  /** Ids, in order. */
  stops: string[];
  /** Destinations that another show gets instead of being stopped. */
  handOvers: { destinationId: string; to: ShowName }[];
  /** Ids of paused destinations that go live now. */
  letGo: string[];
  /** Paused destinations that wait for another second than they did, or for a person. */
  pauses: { destinationId: string; until: string | null }[];
  /** When the run sheet acts or looks next; null when it waits for a person or is over. */
  wakeAt: Date | null;
}

/** Decides what a show does now. */
export function advanceShow(show: Show, facts: RunFacts, now: Date): RunDecision {
  const seen = observe(show, facts, now);
  if (seen.state === 'ending') return stopAll(seen, facts, now);
  const isActing = seen.automation === 'on';
  if (isForgotten(seen, now)) return stopAll(beginEnd(seen, 'missed', now), facts, now);
  if (isActing && isOpen(seen) && seen.state !== 'draft') return run(seen, facts, now);
  if (seen.state === 'scheduled') return rest(seen, Math.max(endMsOf(seen), now.getTime() + WATCH_MS));
  const { show: held, ...pauses } = holdPaused(seen, facts.destinations, now);
  return { ...rest(held, isMoving(held, facts, now.getTime()) ? now.getTime() + WATCH_MS : null), ...pauses };
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
  const watched = watchCeiling(show, facts, now);
  const isIncomplete = hasRequiredFailed(watched, facts.destinations);
  const endReason = ruleThatEnds(watched, facts, now) ?? (isIncomplete ? 'required_failed' : null);
  if (endReason !== null) return stopAll(beginEnd(watched, endReason, now), facts, now);
  const isLate = show.state === 'starting' && nowMs > startMs + LATE_MS_MAX;
  if (isLate && isStillPaused(watched, facts.destinations, startMs)) return miss(watched, now);
  const stopped = stopDue(watched, facts, now, (each) => isStoppedByCeiling(watched, each, now));
  const { handOvers } = stopped;
  // First, because the starts of the destinations wait for a source that starts.
  const due = dueTimes(stopped.show, facts);
  const { show: sourced, ...ofSource } = playSource(stopped.show, now, firstStartMsOf(due));
  const { destinations, starts, entries, turnMs } = startDue(sourced, facts, { now, due });
  let next = withLog({ ...sourced, destinations }, ...entries);
  if (next.state === 'scheduled' && starts.length > 0) next = { ...next, state: 'starting' };
  if (next.state !== 'live' && nowMs >= startMs) next = goLive(next, now);
  const { show: played, ...paused } = playPaused(next, facts.destinations, now);
  const wakeMs = wakeMsOf(played, facts, { now, turnMs });
  return { ...rest(played, wakeMs), starts, stops: stopped.stops, handOvers, ...paused, ...ofSource };
}

/** Returns when the first of the planned starts is due, in milliseconds. */
function firstStartMsOf(times: ReadonlyMap<string, number>): number {
  return Math.min(...times.values());
}

function startDue(show: Show, facts: RunFacts, { now, due }: { now: Date; due: ReadonlyMap<string, number> }) {
  const at = now.toISOString();
  const starts: PlannedStart[] = [];
  const entries: ShowLogEntry[] = [];
  const note = (detail: string) => entries.push({ at, actor: RUN_SHEET, detail });
  const room = roomToStart(facts.pace, facts.records ?? [], now);
  let free = room.count - show.destinations.filter((each) => isRequestedAgain(each, facts)).length;
  const destinations = show.destinations.map((each): ShowDestination => {
    if (each.isStartConfirmed || each.problem !== null) return each;
    const known = facts.destinations.get(each.destinationId) ?? null;
    const isFirst = each.startRequestedAt === null;
    if (isFirst && now.getTime() < due.get(each.destinationId)!) return each;
    if (isStoppedByCeiling(show, each, now)) {
      note(`did not start ${each.name}: the ceiling of the show is reached`);
      return { ...each, problem: 'the ceiling of the show is reached' };
    }
    if (known === null || known.desired === 'deleted') {
      note(`did not start ${each.name}: it was deleted`);
      return { ...each, problem: 'it was deleted' };
    }
    const lateMs = now.getTime() - awaitedSinceMs(show, each, facts);
    if (lateMs > LATE_MS_MAX && known.desired !== 'running' && !room.isFull) {
      const late = formatDuration((now.getTime() - plannedMsOf(show, each)) / 1000);
      note(`did not start ${each.name}: it was ${late} late; start it by hand if you want it`);
      return { ...each, problem: 'its start was missed; start it by hand if you want it' };
    }
    if (isFirst && needsRoom(known)) {
      if (free <= 0) return each;
      free -= 1;
    }
    const pauseUntil = facts.pausesOutputs ? new Date(plannedMsOf(show, each)).toISOString() : null;
    starts.push({ destinationId: each.destinationId, pauseUntil });
    if (!isFirst) return each;
    note(`starts ${each.name}`);
    return { ...each, startRequestedAt: at, desiredAtDecision: known.desiredAt ?? null };
  });
  const isWaiting = destinations.some((each) => isStillToStart(each) && due.get(each.destinationId)! <= now.getTime());
  return { destinations, starts, entries, turnMs: isWaiting ? room.nextMs : null };
}

/** A start that a crash may have interrupted is requested again, and takes its room first. */
function isRequestedAgain(
  { isStartConfirmed, problem, startRequestedAt, destinationId }: ShowDestination,
  facts: RunFacts,
) {
  const isOpenRequest = startRequestedAt !== null && !isStartConfirmed && problem === null;
  return isOpenRequest && needsRoom(facts.destinations.get(destinationId) ?? null);
}

/**
 * Returns since when a destination waits for its start: since its planned second, or since the pace last moved. It moves
 * with each start of any show, and when any start has ended and leaves room.
 */
function awaitedSinceMs(show: Show, each: ShowDestination, { records = [] }: RunFacts): number {
  const moves = [
    ...show.destinations.map(({ startRequestedAt }) => startRequestedAt),
    ...records.flatMap(({ lastError, operation, runningSince }) => [
      ...(operation?.kind === 'start' ? [operation.startedAt] : []),
      ...[runningSince, lastError?.at ?? null],
    ]),
  ];
  return Math.max(plannedMsOf(show, each), ...moves.map((at) => (at ? Date.parse(at) : 0)));
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

function beginEnd(show: Show, endReason: ShowEndReason, now: Date): Show {
  const at = now.toISOString();
  const detail = endText(show, endReason);
  return withLog({ ...show, state: 'ending', endingAt: at, endReason }, { at, actor: RUN_SHEET, detail });
}

/** Stops what the show started, in order, the source last, and ends it once nothing is on and nothing can follow. */
function stopAll(show: Show, facts: RunFacts, now: Date): RunDecision {
  const { show: next, stops, handOvers, hasLeft } = stopDue(show, facts, now);
  const restMs = restMsOf(next);
  // What was left may have been handed back meanwhile, so another pass follows.
  if (stops.length > 0 || hasLeft || next.destinations.some((each) => isOnAirStill(each, facts))) {
    return { ...rest(next, now.getTime() + WATCH_MS), stops, handOvers };
  }
  if (now.getTime() < restMs) return rest(next, restMs);
  if (holdsSource(next)) return { ...rest(next, now.getTime() + WATCH_MS), releasesSource: true };
  return rest(finish(next, now), null);
}

/** Decides which destinations to stop of those that the show has started. */
function stopDue(
  show: Show,
  facts: RunFacts,
  now: Date,
  isMeant: (each: ShowDestination) => boolean = () => true,
): Pick<RunDecision, 'show' | 'stops' | 'handOvers'> & { hasLeft: boolean } {
  const at = now.toISOString();
  const stops: string[] = [];
  const handOvers: RunDecision['handOvers'] = [];
  let hasLeft = false;
  const entries: ShowLogEntry[] = [];
  const destinations = show.destinations.map((each): ShowDestination => {
    const known = facts.destinations.get(each.destinationId) ?? null;
    if (each.startRequestedAt === null || known === null || known.desired === 'deleted') return each;
    if (!isMeant(each)) return each;
    const parting = partingOf(known, facts.claims?.get(each.destinationId));
    if (parting.kind === 'leave') {
      if (each.isStopConfirmed) return each;
      hasLeft = true;
      entries.push({ at, actor: RUN_SHEET, detail: `leaves ${each.name} on air for the show "${parting.to.title}"` });
      return { ...each, isStopConfirmed: true, offAirAt: each.onAirAt === null ? null : at };
    }
    // A start of this show that arrived after the stop, or another show handed it back.
    const isMineAgain = each.isStopConfirmed && starterOf(known)?.showId === show.showId;
    if (each.isStopConfirmed && !isMineAgain) return each;
    if (parting.kind === 'hand-over') {
      handOvers.push({ destinationId: each.destinationId, to: parting.to });
      return { ...each, isStopConfirmed: false };
    }
    stops.push(each.destinationId);
    if (each.stopRequestedAt === null) entries.push({ at, actor: RUN_SHEET, detail: `stops ${each.name}` });
    return { ...each, stopRequestedAt: each.stopRequestedAt ?? at, isStopConfirmed: false };
  });
  return { show: withLog({ ...show, destinations }, ...entries), stops, handOvers, hasLeft };
}

/**
 * Returns when no start of the show can be on its way any more. One that is known to have arrived has no effect when it
 * arrives again after the stop.
 */
function restMsOf({ destinations, endingAt, source }: Show): number {
  const isOnItsWay =
    source?.state === 'requested' ||
    destinations.some((each) => each.startRequestedAt !== null && !each.isStartConfirmed);
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
  const hasSent = show.destinations.some(({ onAirAt }) => onAirAt !== null);
  // What was on air before the planned second has an audience and a bill. A person who cancels says that it was no show.
  const isEnded = (show.liveAt !== null || hasSent) && show.endReason !== 'cancelled';
  const isLeft = show.destinations.some(
    ({ isStopConfirmed, stopRequestedAt }) => isStopConfirmed && stopRequestedAt === null,
  );
  const detail = isEnded
    ? `the show has ended${show.liveAt === null ? ' before its planned start' : ''}; its destinations are off air${isLeft ? ', except those of another show' : ''}`
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
    if ((seen.readyAt ?? null) !== (each.readyAt ?? null)) note(`${each.name} is ready, and its output is held`);
    if (seen.onAirAt !== each.onAirAt) note(`${each.name} sends`);
    if (seen.offAirAt !== each.offAirAt && seen.offAirAt !== null) note(`${each.name} has stopped`);
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
    if (pauseOf(known)) return { ...each, readyAt: each.readyAt ?? at, problem: null };
    const since = [known.runningSince ?? at, known.outputPause?.endedAt ?? ''].toSorted().at(-1)!;
    return { ...each, onAirAt: since > each.startRequestedAt ? since : each.startRequestedAt, problem: null };
  }
  if (known.status === 'error' && each.problem === null && each.onAirAt === null && each.isStartConfirmed) {
    return { ...each, problem: `it failed: ${known.lastError?.detail ?? 'no reason is known'}`, hasFailed: true };
  }
  if (known.desired !== 'running' && each.problem === null && each.onAirAt === null && each.isStartConfirmed) {
    return { ...each, problem: `it was stopped before it was on air, by ${known.desiredBy}` };
  }
  const isOff = known.status === 'idle' || known.status === 'error';
  if (isOff && each.onAirAt !== null && each.offAirAt === null) {
    return { ...each, offAirAt: at, ...(known.status === 'error' && { hasFailed: true }) };
  }
  return each;
}

/**
 * Returns true while a destination of the show is on its way. One that is ready waits, and only a run sheet that acts
 * repeats a request.
 */
function isMoving(show: Show, facts: RunFacts, nowMs: number): boolean {
  if (show.state !== 'starting' && show.state !== 'live') return false;
  return show.destinations.some((each) => {
    const { startRequestedAt, onAirAt, problem, stopRequestedAt } = each;
    if (startRequestedAt === null || onAirAt !== null || problem !== null || stopRequestedAt !== null) return false;
    if (!each.isStartConfirmed && show.automation !== 'on') return false;
    const pause = each.readyAt ? facts.destinations.get(each.destinationId)?.outputPause : null;
    if (pause?.state !== 'paused') return true;
    return show.automation === 'on' ? plannedMsOf(show, each) <= nowMs : (pause.until ?? pause.plannedFor) !== null;
  });
}

/** @param turnMs when there may be room for a start that is due; null when none waits for room */
function wakeMsOf(show: Show, facts: RunFacts, { now, turnMs }: { now: Date; turnMs: number | null }): number | null {
  const nowMs = now.getTime();
  const times = dueTimes(show, facts);
  const due = [...times.values()].map((dueMs) => (dueMs <= nowMs && turnMs !== null ? turnMs : dueMs));
  if (show.state !== 'live') due.push(startMsOf(show));
  const paused = show.destinations.filter(({ onAirAt, readyAt }) => readyAt && onAirAt === null);
  due.push(...paused.map((each) => plannedMsOf(show, each)).filter((plannedMs) => plannedMs > nowMs));
  if (show.state === 'live' && show.endRule === 'clock') due.push(endMsOf(show));
  due.push(...endRulesDueMs(show, facts, now), ...sourceWakesMs(show, now, firstStartMsOf(times)));
  if (isMoving(show, facts, nowMs) || hasRequiredFailed(show, facts.destinations)) due.push(nowMs + WATCH_MS);
  else if (show.state === 'live') due.push(nowMs + WATCH_LIVE_MS);
  return due.length === 0 ? null : Math.max(nowMs, Math.min(...due));
}

function rest(show: Show, wakeMs: number | null): RunDecision {
  const wakeAt = wakeMs === null ? null : new Date(wakeMs);
  const ofSource = { startsSource: false, releasesSource: false };
  return { show, starts: [], stops: [], handOvers: [], letGo: [], pauses: [], ...ofSource, wakeAt };
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
    const failed = start?.refusal ? { hasFailed: true } : {};
    return {
      ...each,
      ...failed,
      problem,
      isStartConfirmed,
      isStopConfirmed: each.isStopConfirmed || stop !== undefined,
    };
  });
  return withLog({ ...show, destinations }, ...entries);
}

function labelOf({ name, isRequired }: ShowDestination): string {
  return isRequired ? `${name}, which is required` : name;
}
