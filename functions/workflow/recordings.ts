import { startRecordingExecution } from '../aws/executions.ts';
import { underLease } from '../aws/lease-table.ts';
import {
  changeRecording,
  getRecording,
  insertRecording,
  listAllRecordings,
  listOpenRecordings,
  markOpen,
} from '../aws/recording-table.ts';
import type { AwsDeps } from '../aws/clients.ts';
import { AppError, errorName } from '../domain/errors.ts';
import {
  deleteRecording,
  endRecording,
  newRecording,
  totalBytes,
  withStart,
  type EndReason,
  type Recording,
  type RecordingOrigin,
  type RecordingSettings,
} from '../domain/recording.ts';
import { firstDelivery } from '../domain/recording-start.ts';
import { readPreview } from './preview-runs.ts';
import type { Logger } from './workflow-deps.ts';

/** Beginning, ending and deleting recordings: for the API, for the schedules, and for a full disk on one machine. */

export interface RecordingDeps extends AwsDeps<'sfn' | 'table', 'recordingMachineArn' | 'tableName'> {
  now: () => Date;
  logger: Logger;
}

/** Returns the recording that is in progress, if an origin has one. @param showId for the origin `show` */
export async function findRunning(
  deps: RecordingDeps,
  origin: RecordingOrigin,
  showId?: string,
): Promise<Recording | null> {
  const isMeant = (each: Recording) => each.state === 'recording' && each.origin === origin && each.showId === showId;
  return (await listUnfinished(deps)).find(isMeant) ?? null;
}

/** Lists the recordings in progress, and those whose media is not copied yet. */
export async function listUnfinished(deps: RecordingDeps): Promise<Recording[]> {
  const ids = await listOpenRecordings(deps);
  const found = await Promise.all(ids.map((recordingId) => getRecording(deps, recordingId)));
  return found.flatMap((recording) =>
    recording?.state === 'recording' || recording?.state === 'finishing' ? recording : [],
  );
}

/** Returns the space that all recordings together take. */
export async function usedBytes(deps: RecordingDeps): Promise<number> {
  return totalBytes(await listAllRecordings(deps));
}

/** Returns whether all recordings together take the space they may. Without a limit nothing is read. */
export async function isAtLimit(
  deps: RecordingDeps,
  { limitBytes }: Pick<RecordingSettings, 'limitBytes'>,
): Promise<boolean> {
  return limitBytes !== null && (await usedBytes(deps)) >= limitBytes;
}

/** A process that dies while it begins a recording delays the next one for so long. */
const LEASE = { seconds: 10, takeOver: false } as const;

/**
 * Begins a recording, one at a time, because an origin has at most one. Repeating it under the same id changes nothing.
 * It begins at the later of the time asked for and the first instant that the preview can deliver. While the preview
 * starts, that is not known, and is decided when it is.
 * @param asked.askedAt ISO 8601 in UTC
 * @throws {AppError} `illegal_transition` when the preview, whose media it copies, is off and has delivered nothing since
 * then, or while another recording of the same origin is in progress; `concurrent_change` while another one is being
 * started
 */
export async function beginRecording(
  deps: RecordingDeps,
  { askedAt, ...asked }: Omit<Parameters<typeof newRecording>[0], 'awaitsPreview' | 'startedAt'> & { askedAt: string },
): Promise<Recording> {
  const { primary, runs } = await readPreview(deps);
  const delivers = firstDelivery(runs, askedAt);
  if (delivers === null && primary?.desired !== 'running') throw previewIsOff();
  const chosen = { ...asked, startedAt: delivers ?? askedAt, ...(delivers === null ? { awaitsPreview: true } : {}) };
  const { origin, recordingId, showId } = chosen;
  const wanted = { name: `recording-${origin}`, now: deps.now(), ...LEASE };
  const begun = await underLease(deps, wanted, async () => {
    const running = await findRunning(deps, origin, showId);
    if (running?.recordingId === recordingId) return running;
    if (running) throw inProgress(running);
    const recording = newRecording(chosen, deps.now());
    await insertRecording(deps, recording);
    return recording;
  });
  if (begun === null) throw beingStarted();
  return begun.result;
}

function beingStarted(): AppError {
  return new AppError('concurrent_change', {
    detail: 'another recording is being started at the same time',
    remedy: 'see GET /api/recordings, and try again if none has begun',
    retryAfterSeconds: 1,
  });
}

function inProgress({ recordingId, startedAt }: Recording): AppError {
  return new AppError('illegal_transition', {
    detail: `recording ${recordingId} has been running since ${startedAt}`,
    remedy: 'stop it first, or leave it running',
    allowedActions: ['stop'],
  });
}

/** A recording copies what the preview packages. */
function previewIsOff(): AppError {
  return new AppError('illegal_transition', {
    detail: 'the HLS preview, which a recording copies, is off',
    remedy: 'start the source, and turn the preview on with PUT /api/primary and {"mode":"always"}',
  });
}

/** Sets the beginning of a recording that awaited the preview, once the preview delivers. @returns the recording then */
export async function settleStart(deps: RecordingDeps, recording: Recording): Promise<Recording> {
  if (!recording.awaitsPreview) return recording;
  const { runs } = await readPreview(deps);
  const startedAt = firstDelivery(runs, recording.startedAt);
  if (startedAt === null) return recording;
  const change = (current: Recording) => withStart(current, startedAt, deps.now());
  return (await changeRecording(deps, recording.recordingId, change)) ?? recording;
}

/** Ends a recording; its media is copied next. Repeating it changes nothing. @returns null when it does not exist */
export async function stopRecording(
  deps: RecordingDeps,
  recordingId: string,
  end: { reason: EndReason; endedAt?: Date },
): Promise<Recording | null> {
  const { reason, endedAt = deps.now() } = end;
  const ended = await changeRecording(deps, recordingId, (before) =>
    endRecording(before, { endedAt, reason, now: deps.now() }),
  );
  if (ended?.state === 'finishing') await startQuietly(deps, ended);
  return ended;
}

/** Begins to delete a recording. Repeating it changes nothing. @returns null when it does not exist */
export async function removeRecordingLater(deps: RecordingDeps, recordingId: string): Promise<Recording | null> {
  await markOpen(deps, recordingId);
  const deleting = await changeRecording(deps, recordingId, (before) => deleteRecording(before, deps.now()));
  if (deleting?.state === 'deleting') await startQuietly(deps, deleting);
  return deleting;
}

/** The record is written, so the sweep starts what cannot be started now. */
async function startQuietly(deps: RecordingDeps, recording: Recording): Promise<void> {
  try {
    await startRecordingExecution(deps, recording);
  } catch (error) {
    deps.logger.warn('a recording waits for the sweep', {
      recordingId: recording.recordingId,
      error: errorName(error),
    });
  }
}
