import type { Destination } from './destination.ts';
import { AppError } from './errors.ts';

/**
 * The group start: destinations that are put on air one after the other, and what became of each. This file holds the
 * record and what a person may request; `group-start-run.ts` decides what happens when.
 */

export const ON_FAILURE = ['continue', 'stop-all'] as const;
/**
 * What happens when a required destination does not start. In both cases nothing more is started: `continue` leaves on
 * air what has begun, `stop-all` stops it. Without a required destination nothing ends a group start early.
 */
export type OnFailure = (typeof ON_FAILURE)[number];

export const GROUP_ITEM_STATES = ['waiting', 'starting', 'started', 'refused', 'failed', 'skipped', 'stopped'] as const;
/**
 * `skipped`: nothing was requested, because it was on air already or the group start ended before its turn. `stopped`:
 * it was requested and then stopped, by a person or by this group start.
 */
export type GroupItemState = (typeof GROUP_ITEM_STATES)[number];

export const GROUP_END_REASONS = ['done', 'required_failed', 'stopped'] as const;
export type GroupEndReason = (typeof GROUP_END_REASONS)[number];

/** One destination of a group start. Times are null until they happen. */
export interface GroupItem {
  destinationId: string;
  /** Its name when the group start was requested. */
  name: string;
  isRequired: boolean;
  state: GroupItemState;
  /** Why it is in this state, in words; null while there is nothing to say. */
  detail: string | null;
  /** When the group start decided to start it. */
  startRequestedAt: string | null;
  /** True once the start is known to be requested. */
  isStartConfirmed: boolean;
  /** The destination's `desiredAt` at that decision. Another one then means that others decided since. */
  desiredAtDecision: string | null;
  startedAt: string | null;
  /** True once the stop of what this group start began is known to be requested. */
  isStopConfirmed: boolean;
}

export interface GroupStart {
  groupStartId: string;
  onFailure: OnFailure;
  requestedBy: string;
  requestedAt: string;
  /** In the order in which they start. */
  destinations: GroupItem[];
  /** Why nothing more is started, and since when; null while destinations still start. */
  endReason: GroupEndReason | null;
  endingAt: string | null;
  /** Says it in words. */
  endDetail: string | null;
  /** Whether what this group start began is stopped. */
  stopsBegun: boolean;
  /** Who ended it by hand. */
  stoppedBy: string | null;
  /** When the last destination had its result. */
  endedAt: string | null;
  /** Names the execution. */
  executionRevision: number;
  /** Counts every write. Each write is conditional on the count it read. */
  writeCount: number;
}

/** A destination that is to be started with others. */
export type ChosenItem = Pick<GroupItem, 'destinationId' | 'name' | 'isRequired'>;

/** Creates a group start. */
export function newGroupStart(
  chosen: readonly ChosenItem[],
  about: Pick<GroupStart, 'groupStartId' | 'onFailure' | 'requestedBy' | 'requestedAt'>,
): GroupStart {
  return {
    ...about,
    destinations: chosen.map(({ destinationId, name, isRequired }) => ({
      ...{ destinationId, name, isRequired, state: 'waiting', detail: null },
      ...{ startRequestedAt: null, isStartConfirmed: false, desiredAtDecision: null },
      ...{ startedAt: null, isStopConfirmed: false },
    })),
    endReason: null,
    endingAt: null,
    endDetail: null,
    stopsBegun: false,
    stoppedBy: null,
    endedAt: null,
    executionRevision: 1,
    writeCount: 0,
  };
}

/** Returns why a destination needs no start, in words; null when it does. */
export function whyNotStarted({ desired, status }: Pick<Destination, 'desired' | 'status'>): string | null {
  if (desired !== 'running' || status === 'error') return null;
  return status === 'running' ? 'it is on air already' : 'it is on its way already';
}

/** Returns who requests what a group start does, for the record of its destinations. */
export function groupActorOf({ groupStartId }: Pick<GroupStart, 'groupStartId'>, by: string): string {
  return `${by} (group start ${groupStartId})`;
}

/** Returns true when the desired state of a destination comes from this group start. */
export function isActorOfGroup({ groupStartId }: Pick<GroupStart, 'groupStartId'>, actor: string | undefined): boolean {
  return actor?.endsWith(` (group start ${groupStartId})`) ?? false;
}

/** Returns how many destinations of a group start are in each state, in words. */
function countStates({ destinations }: Pick<GroupStart, 'destinations'>): string {
  return GROUP_ITEM_STATES.map((state) => [state, destinations.filter((item) => item.state === state).length] as const)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`)
    .join(', ');
}

/** Ends a group start by hand. Pure. @throws {AppError} `illegal_transition` when it has ended or is ending */
export function requestGroupStop(
  groupStart: GroupStart,
  { by, now, stopsBegun }: { by: string; now: Date; stopsBegun: boolean },
): GroupStart {
  if (groupStart.endReason !== null) {
    throw new AppError('illegal_transition', {
      detail: `cannot stop: the group start ${groupStart.endedAt === null ? 'is ending' : 'has ended'} (${countStates(groupStart)})`,
      remedy: 'stop destinations with POST /api/destinations/stop',
    });
  }
  return endGroup(groupStart, 'stopped', { detail: `stopped by ${by}`, now, stopsBegun, stoppedBy: by });
}

/** Lists those of some destinations that a group start has still to start, or whose start may be on its way. */
export function listToStart({ destinations }: GroupStart, destinationIds: readonly string[]): string[] {
  return destinations
    .filter(({ state, isStartConfirmed }) => state === 'waiting' || (state === 'starting' && !isStartConfirmed))
    .map(({ destinationId }) => destinationId)
    .filter((destinationId) => destinationIds.includes(destinationId));
}

/**
 * Takes destinations out of a group start before their turn, because a person stops them. Pure.
 * @returns the same object when none of them is still to start
 */
export function withdrawFromGroup(groupStart: GroupStart, destinationIds: readonly string[], by: string): GroupStart {
  const meant = listToStart(groupStart, destinationIds);
  if (meant.length === 0) return groupStart;
  const detail = `it was stopped before its turn, by ${by}`;
  const destinations = groupStart.destinations.map((item): GroupItem =>
    meant.includes(item.destinationId) ? { ...item, state: 'stopped', detail } : item,
  );
  return { ...groupStart, destinations };
}

/** Ends a group start: from now on it starts nothing more. Pure. */
export function endGroup(
  groupStart: GroupStart,
  endReason: GroupEndReason,
  {
    detail,
    now,
    stopsBegun,
    stoppedBy = null,
  }: { detail: string; now: Date; stopsBegun: boolean; stoppedBy?: string | null },
): GroupStart {
  const destinations = groupStart.destinations.map((item): GroupItem =>
    item.state === 'waiting' ? { ...item, state: 'skipped', detail } : item,
  );
  return {
    ...groupStart,
    destinations,
    endReason,
    endingAt: now.toISOString(),
    endDetail: detail,
    stopsBegun,
    stoppedBy,
  };
}
