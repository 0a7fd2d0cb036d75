import type { Destination, OperationKind } from './destination.ts';
import { AppError } from './errors.ts';
import { isKnownOffAir } from './health.ts';
import { actionsOf, isPrimary, nextOperation, type Action } from './lifecycle.ts';

/** What each call does to a record: pure functions from record to record, and the refusals that come before them. */

export type Apply = 'now' | 'next-start' | undefined;

/** The fields an edit of which reaches the platform only with the next start. */
export type Target = Pick<Destination, 'platform' | 'rtmpUrl' | 'preset'>;

/** What is stored of a stream key. */
export type StoredKey = Pick<Destination, 'streamKeyCiphertext' | 'streamKeyLast4' | 'streamKeyFingerprint'>;

/** Part of a configuration; what is absent stays. */
export interface Edit extends Partial<Target>, Partial<StoredKey> {
  name?: string;
  group?: string | null;
  standby?: Destination['standby'];
  position?: number;
}

const TARGET_FIELDS = ['platform', 'rtmpUrl', 'preset', 'streamKeyCiphertext'] as const;

/** Refuses what may not be done to this destination at all. */
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

/** Refuses a change made from another version than the stored one. @param ifMatch the header as given */
export function requireMatch(record: Destination, ifMatch: string | undefined): void {
  if (ifMatch === undefined) return;
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  if (tags.includes('*') || tags.includes(etagOf(record))) return;
  throw new AppError('etag_mismatch', {
    detail: `someone else changed ${record.destinationId} after you read it: you sent ${ifMatch}, its ETag is ${etagOf(record)}`,
    remedy: 'read it again, check what changed, and repeat your change',
  });
}

/** Strong tag of the configuration; what is merely observed does not change it. */
export function etagOf({ revision }: Pick<Destination, 'revision'>): string {
  return `"${revision}"`;
}

/** Wishes it on air. */
export function withStart(record: Destination): Destination {
  requireChangeable(record, 'start');
  return record.desired === 'running' ? record : { ...record, desired: 'running' };
}

/** From error, start is asked for anew: the lifecycle does not repeat a failed start by itself. */
export function startOperation(record: Destination): OperationKind | null {
  return record.status === 'error' && record.operation === null ? 'start' : nextOperation(record);
}

/** Wishes it off air. */
export function withStop(record: Destination): Destination {
  requireChangeable(record, 'stop');
  if (record.desired === 'idle' && !record.restartRequested) return record;
  return { ...record, desired: 'idle', restartRequested: false };
}

/**
 * From error, stop looks for everything in AWS before it says idle: what was made before the error, and is not on record,
 * is found by tag and name. That acknowledges the error.
 */
export function stopOperation(record: Destination): OperationKind | null {
  return record.status === 'error' && record.operation === null ? 'stop' : nextOperation(record);
}

/** Wishes it off and on air again; what is off air is simply started. */
export function withRestart(record: Destination): Destination {
  const wished = withStart(record);
  return wished.status === 'running' ? { ...wished, restartRequested: true } : wished;
}

/** Wishes it gone. */
export function withDelete(record: Destination): Destination {
  requireChangeable(record, 'delete');
  return record.desired === 'deleted' ? record : { ...record, desired: 'deleted', restartRequested: false };
}

/**
 * Changes the configuration; the same record when nothing changes. Without `apply`, a change interrupts no audience: it
 * applies at once when the destination is certainly off air.
 * @param when.freshSeconds age under which an observation counts
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
  // Asked for anew, what was to wait for the next start is to wait no longer.
  const isWaiting =
    apply === 'now' && isRestartAsked && hasPendingChanges(record) && TARGET_FIELDS.some((field) => field in edit);
  const fields = Object.keys(edit) as (keyof Edit)[];
  const isSame = fields.every((field) => record[field] === edit[field]);
  // Where it is in the list is no configuration: moving it must not fail the edit a colleague has open.
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
 * True when a start is still to come, which will read the configuration. One that is in flight may have read it already:
 * rather one restart too many than an edit that never reaches the platform.
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

/** A changed standby takes effect at once on an idle destination: what is kept is made, or given back. */
export function editOperation(record: Destination): OperationKind | null {
  const next = nextOperation(record);
  if (next !== null || record.operation || record.status !== 'idle' || record.desired !== 'idle') return next;
  return record.standby === 'warm' && !record.held.channel ? 'create' : null;
}

/** True when the channel that runs was set up before the newest edit of target, preset or key. */
export function hasPendingChanges({ held, configurationGeneration }: Destination): boolean {
  if (!held.channelRun || configurationGeneration === undefined) return false;
  return configurationGeneration >= held.channelRun.generation;
}
