import type { Destination, OperationKind } from './destination.ts';
import { AppError } from './errors.ts';
import { isKnownOffAir } from './health.ts';
import { actionsOf, isPrimary, nextOperation, type Action } from './lifecycle.ts';

/** The effect of each request on a record: pure functions from record to record, and the refusals before them. */

export type Apply = 'now' | 'next-start' | undefined;

/** Fields whose edits apply only at the next start. */
export type Target = Pick<Destination, 'platform' | 'rtmpUrl' | 'preset'>;

/** The stored parts of a stream key. */
export type StoredKey = Pick<Destination, 'streamKeyCiphertext' | 'streamKeyLast4' | 'streamKeyFingerprint'>;

/** Part of a configuration; absent fields stay. */
export interface Edit extends Partial<Target>, Partial<StoredKey> {
  name?: string;
  group?: string | null;
  standby?: Destination['standby'];
  position?: number;
}

const TARGET_FIELDS = ['platform', 'rtmpUrl', 'preset', 'streamKeyCiphertext'] as const;

/** Refuses changes of the primary and of a destination that is being deleted. */
export function requireChangeable(record: Destination, action: Action): void {
  if (isPrimary(record)) {
    throw new AppError('protected_destination', {
      detail: actionsOf(record).refused[action] ?? 'the primary channel cannot be changed here',
      remedy: 'change its mode with PUT /api/primary',
      allowedActions: [],
    });
  }
  if (record.desired !== 'deleted' || action === 'delete') return;
  throw new AppError('illegal_transition', {
    detail: `cannot ${action}: ${actionsOf(record).refused[action] ?? 'being deleted'}`,
    remedy: 'wait until it is deleted, then create a new one',
    allowedActions: actionsOf(record).allowed,
  });
}

/** Refuses a change based on another version than the stored one. @param ifMatch the header as given */
export function requireMatch(record: Destination, ifMatch: string | undefined): void {
  if (ifMatch === undefined) return;
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  if (tags.includes('*') || tags.includes(etagOf(record))) return;
  throw new AppError('etag_mismatch', {
    detail: `someone else changed ${record.destinationId} after you read it: you sent ${ifMatch}, its ETag is ${etagOf(record)}`,
    remedy: 'read it again, check what changed, and repeat your change',
  });
}

/** Returns the strong ETag of the configuration; observations do not change it. */
export function etagOf({ revision }: Pick<Destination, 'revision'>): string {
  return `"${revision}"`;
}

/** Requests running. */
export function withStart(record: Destination): Destination {
  requireChangeable(record, 'start');
  return record.desired === 'running' ? record : { ...record, desired: 'running' };
}

/** Returns the operation of a start. In error it is a new start, because the lifecycle does not retry a failed one. */
export function startOperation(record: Destination): OperationKind | null {
  return record.status === 'error' && record.operation === null ? 'start' : nextOperation(record);
}

/** Requests idle. */
export function withStop(record: Destination): Destination {
  requireChangeable(record, 'stop');
  if (record.desired === 'idle' && !record.restartRequested) return record;
  return { ...record, desired: 'idle', restartRequested: false };
}

/**
 * Returns the operation of a stop. In error, the stop searches AWS by tag and name for unrecorded resources before the
 * destination becomes idle, which acknowledges the error.
 */
export function stopOperation(record: Destination): OperationKind | null {
  return record.status === 'error' && record.operation === null ? 'stop' : nextOperation(record);
}

/** Requests a restart; a destination that is off air is started. */
export function withRestart(record: Destination): Destination {
  const started = withStart(record);
  return started.status === 'running' ? { ...started, restartRequested: true } : started;
}

/** Requests a deletion. */
export function withDelete(record: Destination): Destination {
  requireChangeable(record, 'delete');
  return record.desired === 'deleted' ? record : { ...record, desired: 'deleted', restartRequested: false };
}

/**
 * Changes the configuration; returns the same record when nothing changes. Without `apply`, a change never interrupts
 * an audience: it applies at once only when the destination is certainly off air.
 * @param when.freshSeconds maximum age of an observation
 * @throws {AppError} `restart_required` when it is or may be on air and the caller did not say when the change applies
 */
export function withEdit(
  record: Destination,
  edit: Edit,
  { apply, now, freshSeconds }: { apply: Apply; now: Date; freshSeconds: number },
): Destination {
  requireChangeable(record, 'edit');
  const isWantedOnAir = record.desired === 'running' && record.status !== 'error';
  const isUsed = !willBeReadAgain(record);
  const isInterrupting = isWantedOnAir && isUsed && !isKnownOffAir(record, now, freshSeconds);
  const isNow = apply === 'now' || (apply === undefined && !isInterrupting);
  const isRestartAsked = isWantedOnAir && isNow && isUsed;
  // A request with apply=now also applies changes that wait for the next start.
  const isWaiting =
    apply === 'now' && isRestartAsked && hasPendingChanges(record) && TARGET_FIELDS.some((field) => field in edit);
  const fields = Object.keys(edit) as (keyof Edit)[];
  const isSame = fields.every((field) => record[field] === edit[field]);
  // The position is not configuration, so a move must not break another person's open edit.
  const isMove = fields.every((field) => field === 'position' || record[field] === edit[field]);
  const edited: Destination = isSame
    ? record
    : isMove
      ? { ...record, ...edit }
      : { ...record, ...edit, revision: record.revision + 1, lastModified: now.toISOString() };
  if (TARGET_FIELDS.every((field) => record[field] === edited[field])) {
    return isWaiting ? { ...edited, restartRequested: true } : edited;
  }
  if (isInterrupting && apply === undefined) throw restartRequired(record);
  return {
    ...edited,
    configurationGeneration: isUsed ? record.generation : record.generation - 1,
    restartRequested: record.restartRequested || isRestartAsked,
  };
}

/**
 * Returns true when a pending start will read the configuration. A running start may have read it already, and one
 * restart too many is better than an edit that never reaches the platform.
 */
function willBeReadAgain({ operation, desired }: Destination): boolean {
  return operation !== null && operation.kind !== 'start' && desired === 'running';
}

function restartRequired(record: Destination): AppError {
  return new AppError('restart_required', {
    detail: `${record.destinationId} is ${record.status}; applying this change interrupts it`,
    remedy: 'add ?apply=now to restart it now, or ?apply=next-start to apply the change at the next start',
    allowedActions: actionsOf(record).allowed,
  });
}

/**
 * Returns the operation of an edit: a changed standby creates or releases the kept resources of an idle destination.
 */
export function editOperation(record: Destination): OperationKind | null {
  const next = nextOperation(record);
  if (next !== null || record.operation || record.status !== 'idle' || record.desired !== 'idle') return next;
  return record.standby === 'warm' && !record.held.channel ? 'create' : null;
}

/** Returns true when the running channel is older than the newest edit of target, preset or key. */
export function hasPendingChanges({ held, configurationGeneration }: Destination): boolean {
  if (!held.channelRun || configurationGeneration === undefined) return false;
  return configurationGeneration >= held.channelRun.generation;
}
