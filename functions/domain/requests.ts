import { isDeepStrictEqual } from 'node:util';
import { runInProgress, type Destination, type OperationKind } from './destination.ts';
import { AppError } from './errors.ts';
import { isKnownOffAir } from './health.ts';
import { etagOf, tagsOf } from './etag.ts';
import { onSourceLossOf } from './source-loss.ts';
import { actionsOf, isPrimary, nextOperation, towardsDesired, type Action, type Decision } from './lifecycle.ts';

/** What each request does: pure functions from a record to a decision, and the refusals that come before them. */

export type Apply = 'now' | 'next-start' | undefined;

/** Fields whose edits apply only at the next start. */
export type Target = Pick<Destination, 'platform' | 'rtmpUrl' | 'preset' | 'streamId' | 'latencyMs' | 'sound'>;

/** The stored parts of the backup ingest. */
export type StoredBackup = Pick<
  Destination,
  'backupRtmpUrl' | 'backupStreamKeyCiphertext' | 'backupStreamKeyLast4' | 'backupStreamKeyFingerprint'
>;

/** The stored parts of a stream key. */
export type StoredKey = Pick<Destination, 'streamKeyCiphertext' | 'streamKeyLast4' | 'streamKeyFingerprint'>;

/** Part of a configuration; absent fields stay. */
export interface Edit extends Partial<Target>, Partial<StoredKey>, StoredBackup {
  name?: string;
  reference?: string | null;
  group?: string | null;
  standby?: Destination['standby'];
  onSourceLoss?: Destination['onSourceLoss'];
  holdMinutes?: number;
  position?: number;
  keyValidUntil?: Destination['keyValidUntil'];
  keyUse?: Destination['keyUse'];
  keyUsedAt?: Destination['keyUsedAt'];
}

const TARGET_FIELDS = [
  ...(['platform', 'rtmpUrl', 'preset', 'streamKeyCiphertext', 'streamId', 'latencyMs', 'sound'] as const),
  ...(['backupRtmpUrl', 'backupStreamKeyCiphertext'] as const),
] as const;

/** Returns true when a field of two records says the same; null and absent both mean none. */
function isSameField(one: Edit | Destination, other: Edit | Destination, field: keyof Edit): boolean {
  return isDeepStrictEqual(one[field] ?? null, other[field] ?? null);
}

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
  const tags = tagsOf(ifMatch);
  if (tags.includes('*') || tags.includes(etagOf(record))) return;
  throw new AppError('etag_mismatch', {
    detail: `someone else changed ${record.destinationId} after you read it: you sent ${ifMatch}, its ETag is ${etagOf(record)}`,
    remedy: 'read it again, check what changed, and repeat your change',
  });
}

/** Requests it on air. Also repeats a failed start, which the lifecycle does not repeat by itself. */
export function decideStart(record: Destination): Decision {
  const asked = withStart(record);
  return { record: asked, begins: fromError(asked, 'start') };
}

function withStart(record: Destination): Destination {
  requireChangeable(record, 'start');
  return record.desired === 'running' ? record : { ...record, desired: 'running' };
}

/**
 * Requests it off air. From error, the stop searches AWS by tag and name for unrecorded resources before the status
 * becomes idle; that acknowledges the error.
 */
export function decideStop(record: Destination): Decision {
  requireChangeable(record, 'stop');
  const isAsked = record.desired === 'idle' && !record.restartRequested;
  const asked: Destination = isAsked ? record : { ...record, desired: 'idle', restartRequested: false };
  return { record: asked, begins: fromError(asked, 'stop') };
}

/** Returns `kind` for a destination at rest in error, and what leads to the desired state otherwise. */
function fromError(record: Destination, kind: OperationKind): OperationKind | null {
  return record.status === 'error' && record.operation === null ? kind : nextOperation(record);
}

/** Requests it off and on air again; a destination that is off air is simply started. */
export function decideRestart(record: Destination): Decision {
  const asked = withStart(record);
  const restarted = asked.status === 'running' ? { ...asked, restartRequested: true } : asked;
  return { record: restarted, begins: fromError(restarted, 'start') };
}

/** Requests it gone. */
export function decideDelete(record: Destination): Decision {
  requireChangeable(record, 'delete');
  if (record.desired === 'deleted') return towardsDesired(record);
  return towardsDesired({ ...record, desired: 'deleted', restartRequested: false });
}

/** When an edit applies. */
interface EditTime {
  apply: Apply;
  now: Date;
  /** Age under which an observation counts. */
  freshSeconds: number;
}

/**
 * Changes the configuration. Without `apply`, a change interrupts no audience: it applies at once when the destination
 * is certainly off air. A new standby applies at once to an idle destination, which creates or releases its channel.
 * @throws {AppError} `restart_required` when it is or may be on air and the caller did not say when the change applies
 */
export function decideEdit(record: Destination, edit: Edit, time: EditTime): Decision {
  const edited = withEdit(record, edit, time);
  return { record: edited, begins: nextOperation(edited) ?? (lacksItsChannel(edited) ? 'create' : null) };
}

/** Returns true for an idle destination whose standby keeps a channel that it does not have. */
function lacksItsChannel({ operation, status, desired, standby, held }: Destination): boolean {
  return operation === null && status === 'idle' && desired === 'idle' && standby === 'warm' && !held.channel;
}

function withEdit(record: Destination, edit: Edit, { apply, now, freshSeconds }: EditTime): Destination {
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
  const isSame = fields.every((field) => isSameField(record, edit, field));
  // The position is not configuration, so a move must not break another person's open edit.
  const isMove = fields.every((field) => field === 'position' || isSameField(record, edit, field));
  const edited: Destination = isSame
    ? record
    : isMove
      ? { ...record, ...edit }
      : { ...record, ...edit, revision: record.revision + 1, lastModified: now.toISOString() };
  if (!changesChannel(record, edited)) {
    return isWaiting ? { ...edited, restartRequested: true } : edited;
  }
  if (isInterrupting && apply === undefined) throw restartRequired(record);
  return {
    ...edited,
    configurationGeneration: isUsed ? record.generation : record.generation - 1,
    restartRequested: record.restartRequested || isRestartAsked,
  };
}

/** Returns true when the edit changes settings of the channel. It sends a slate, or it does not. */
function changesChannel(record: Destination, edited: Destination): boolean {
  if (!TARGET_FIELDS.every((field) => isSameField(record, edited, field))) return true;
  return (onSourceLossOf(record) === 'hold') !== (onSourceLossOf(edited) === 'hold');
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

/** Returns true when the run in progress is older than the newest edit of target, preset or key. */
export function hasPendingChanges({ held, configurationGeneration }: Destination): boolean {
  const run = runInProgress(held);
  if (!run || configurationGeneration === undefined) return false;
  return configurationGeneration >= run.generation;
}
