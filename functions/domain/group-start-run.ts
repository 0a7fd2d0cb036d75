import type { Destination } from './destination.ts';
import { endGroup, isActorOfGroup, whyNotStarted, type GroupItem, type GroupStart } from './group-start.ts';
import { notStarted, requireFresh } from './decided-start.ts';
import { AppError } from './errors.ts';
import { towardsDesired, type Decision } from './lifecycle.ts';
import type { MadeRequest } from './made-request.ts';
import { decideStart, decideStop } from './requests.ts';
import { roomToStart, type StartPace } from './start-pace.ts';

/**
 * What a group start does at an instant. Pure: it returns the record as it is to be stored, and which destinations to
 * start and stop once it is stored. A request is recorded before it is made and confirmed afterwards, so one that a crash
 * interrupted is made again.
 */

/** While destinations start or stop, the group start looks again after this. */
const WATCH_MS = 2_000;
/** A start that was decided right before the end may still be on its way: a step takes at most 60 seconds. */
const ON_ITS_WAY_MS = 90_000;

interface GroupFacts {
  /** All destinations of the deployment, read after the group start. */
  records: readonly Destination[];
  pace: StartPace;
}

export interface GroupDecision {
  groupStart: GroupStart;
  /** Ids, in order. */
  starts: string[];
  /** Ids, in order. */
  stops: string[];
  /** When to decide next; null once it is over. */
  wakeAt: Date | null;
}

/** Decides what a group start does now. */
export function advanceGroupStart(groupStart: GroupStart, facts: GroupFacts, now: Date): GroupDecision {
  if (groupStart.endedAt !== null) return { groupStart, starts: [], stops: [], wakeAt: null };
  const records = new Map(facts.records.map((record) => [record.destinationId, record]));
  const seen = {
    ...groupStart,
    destinations: groupStart.destinations.map((item) =>
      observeItem(item, { groupStart, record: records.get(item.destinationId) ?? null, now }),
    ),
  };
  const going = endWhenRequiredFailed(seen, now);
  if (going.endReason === null) return startNext(going, facts, now);
  const stops = going.stopsBegun ? going.destinations.filter((item) => isToStop(item, going, records)) : [];
  const isOver = stops.length === 0 && going.destinations.every((item) => !isUnsettled(item));
  return isOver
    ? { groupStart: { ...going, endedAt: now.toISOString() }, starts: [], stops: [], wakeAt: null }
    : {
        groupStart: going,
        starts: [],
        stops: stops.map(({ destinationId }) => destinationId),
        wakeAt: inMs(now, WATCH_MS),
      };
}

/** Returns true for a destination whose result is still to come. */
function isUnsettled({ state }: GroupItem): boolean {
  return state === 'waiting' || state === 'starting';
}

interface Seen {
  groupStart: GroupStart;
  record: Destination | null;
  now: Date;
}

function observeItem(item: GroupItem, seen: Seen): GroupItem {
  if (item.state === 'waiting') return observeWaiting(item, seen.record);
  return item.state === 'starting' ? observeStarting(item, seen) : item;
}

function observeWaiting(item: GroupItem, record: Destination | null): GroupItem {
  if (record === null || record.desired === 'deleted') return { ...item, state: 'refused', detail: 'it was deleted' };
  const where = whyNotStarted(record);
  if (where === null) return item;
  return { ...item, state: 'skipped', detail: record.desiredBy ? `${where}, by ${record.desiredBy}` : where };
}

function observeStarting(item: GroupItem, { groupStart, record, now }: Seen): GroupItem {
  if (record === null || record.desired === 'deleted') return { ...item, state: 'failed', detail: 'it was deleted' };
  // Requested again, even if it has arrived: its execution may not have been started.
  if (!item.isStartConfirmed && groupStart.endingAt === null) return item;
  if (!item.isStartConfirmed && !hasArrived(item, groupStart, record)) {
    if (now.getTime() - Date.parse(groupStart.endingAt!) < ON_ITS_WAY_MS) return item;
    return { ...item, state: 'skipped', detail: groupStart.endDetail };
  }
  const known = item.isStartConfirmed ? item : { ...item, isStartConfirmed: true };
  if (record.desired !== 'running') {
    return { ...known, state: 'stopped', detail: `it was stopped before it was on air, by ${record.desiredBy}` };
  }
  if (record.operation !== null) return known;
  if (record.status === 'running') return { ...known, state: 'started', startedAt: record.runningSince };
  if (record.status === 'error') return { ...known, state: 'failed', detail: record.lastError?.detail ?? 'it failed' };
  return known;
}

/** Returns true when a start that is not confirmed is seen in the record. */
function hasArrived(item: GroupItem, groupStart: GroupStart, record: Destination): boolean {
  return (record.desiredAt ?? null) !== item.desiredAtDecision && isActorOfGroup(groupStart, record.desiredBy);
}

function endWhenRequiredFailed(groupStart: GroupStart, now: Date): GroupStart {
  if (groupStart.endReason !== null) return groupStart;
  const failed = groupStart.destinations.find(
    ({ isRequired, state }) => isRequired && (state === 'failed' || state === 'refused'),
  );
  if (!failed) return groupStart;
  const detail = `${failed.name}, which is required, did not start`;
  return endGroup(groupStart, 'required_failed', { detail, now, stopsBegun: groupStart.onFailure === 'stop-all' });
}

function startNext(groupStart: GroupStart, { pace, records }: GroupFacts, now: Date): GroupDecision {
  const room = roomToStart(pace, records, now);
  const desiredAts = new Map(records.map(({ destinationId, desiredAt }) => [destinationId, desiredAt ?? null]));
  const unconfirmed = groupStart.destinations.filter((item) => item.state === 'starting' && !item.isStartConfirmed);
  let free = Math.max(0, room.count - unconfirmed.length);
  const starts = unconfirmed.map(({ destinationId }) => destinationId);
  const destinations = groupStart.destinations.map((item): GroupItem => {
    if (item.state !== 'waiting' || free === 0) return item;
    free -= 1;
    starts.push(item.destinationId);
    const desiredAtDecision = desiredAts.get(item.destinationId) ?? null;
    return { ...item, state: 'starting', startRequestedAt: now.toISOString(), desiredAtDecision };
  });
  const next = { ...groupStart, destinations };
  if (!destinations.some(isUnsettled)) {
    const done = endGroup(next, 'done', { detail: 'every destination has its result', now, stopsBegun: false });
    return { groupStart: { ...done, endedAt: now.toISOString() }, starts: [], stops: [], wakeAt: null };
  }
  const isWaiting = destinations.some(({ state }) => state === 'waiting');
  const watchMs = now.getTime() + WATCH_MS;
  const isStarting = destinations.some(({ state }) => state === 'starting');
  const wakeMs = !isWaiting ? watchMs : isStarting ? Math.min(watchMs, room.nextMs) : room.nextMs;
  return { groupStart: next, starts, stops: [], wakeAt: new Date(wakeMs) };
}

/** Only what this group start has begun is stopped, and only while nothing else has decided about it since. */
function isToStop(item: GroupItem, groupStart: GroupStart, records: ReadonlyMap<string, Destination>): boolean {
  if (!item.isStartConfirmed || item.isStopConfirmed) return false;
  if (item.state !== 'starting' && item.state !== 'started') return false;
  const record = records.get(item.destinationId);
  return record?.desired === 'running' && isActorOfGroup(groupStart, record.desiredBy);
}

function inMs(now: Date, ms: number): Date {
  return new Date(now.getTime() + ms);
}

/**
 * Requests the start that a group start has decided. It is requested again when a crash interrupted it, so a desired state
 * that has changed since the decision shows what happened: either the start arrived, or others have decided otherwise. A
 * failed start that is begun again does not change the desired state, so this notes by whom and when.
 * @throws {AppError} `illegal_transition` when it was stopped since. `concurrent_change` when it is too late
 */
export function decideGroupItemStart(
  record: Destination,
  { actor, decidedAt, item, now }: { actor: string; decidedAt: Date; item: GroupItem; now: Date },
): Decision {
  requireFresh(decidedAt, now);
  if ((record.desiredAt ?? null) === item.desiredAtDecision) {
    const { record: asked, begins } = decideStart(record);
    const isRepeated = record.desired === 'running' && begins !== null;
    return { record: isRepeated ? { ...asked, desiredBy: actor, desiredAt: now.toISOString() } : asked, begins };
  }
  if (record.desired === 'running') return towardsDesired(record);
  throw notStarted(`it was stopped meanwhile by ${record.desiredBy}`);
}

/** Requests the stop of what a group start has begun. @throws {AppError} `illegal_transition` when others have it now */
export function decideGroupItemStop(record: Destination, groupStart: GroupStart): Decision {
  if (record.desired === 'running' && !isActorOfGroup(groupStart, record.desiredBy)) {
    throw new AppError('illegal_transition', {
      detail: `${record.desiredBy} has started it since`,
      remedy: 'stop it by hand',
    });
  }
  return decideStop(record);
}

/** Records what came of the requests that were decided. */
export function confirmGroupRequests(
  groupStart: GroupStart,
  made: { starts: readonly MadeRequest[]; stops: readonly MadeRequest[] },
): GroupStart {
  const destinations = groupStart.destinations.map((item): GroupItem => {
    const start = made.starts.find(({ destinationId }) => destinationId === item.destinationId);
    const stop = made.stops.find(({ destinationId }) => destinationId === item.destinationId);
    if (stop?.refusal) return { ...item, isStopConfirmed: true, detail: `not stopped: ${stop.refusal}` };
    if (stop) return { ...item, state: 'stopped', isStopConfirmed: true, detail: `stopped: ${groupStart.endDetail}` };
    if (!start || item.state !== 'starting') return item;
    const confirmed = { ...item, isStartConfirmed: true };
    return start.refusal === null ? confirmed : { ...confirmed, state: 'refused', detail: start.refusal };
  });
  return { ...groupStart, destinations };
}
