import { observeRecordingExecution, startRecordingExecution } from '../aws/executions.ts';
import {
  changeRecording,
  getRecording,
  getRecordingSettings,
  listAllRecordings,
  listOpenRecordings,
  removeOpenMark,
} from '../aws/recording-table.ts';
import { getShow } from '../aws/show-table.ts';
import {
  isExpired,
  mustEndAt,
  timeOfRecordingId,
  totalBytes,
  type EndReason,
  type Recording,
} from '../domain/recording.ts';
import { isOpen } from '../domain/show.ts';
import { removeRecordingLater, settleStart, stopRecording, type RecordingDeps } from '../workflow/recordings.ts';

/** A mark is written just before its recording; after this time there will be none. */
const MARK_ALONE_MS = 3_600_000;

/**
 * The sweep's part in recordings: starts executions that are missing, ends recordings that are too long, have no
 * space or are no longer wanted, and deletes those whose time is over.
 */
export async function sweepRecordings(deps: RecordingDeps): Promise<void> {
  const all = await listAllRecordings(deps);
  const { limitBytes, mode } = await getRecordingSettings(deps);
  const over = limitBytes !== null && totalBytes(all) >= limitBytes ? 'space_limit' : null;
  const reasonOf = ({ origin }: Recording) => over ?? (origin === 'always' && mode !== 'always' ? 'operator' : null);
  const failures: unknown[] = [];
  const attempt = (work: Promise<unknown>) => work.catch((error: unknown) => failures.push(error));
  for (const recordingId of await listOpenRecordings(deps)) {
    await attempt(continueRecording(deps, recordingId, reasonOf));
  }
  for (const recording of all) {
    if (isExpired(recording, deps.now())) await attempt(removeRecordingLater(deps, recording.recordingId));
  }
  if (failures.length > 0) throw failures[0];
}

async function continueRecording(
  deps: RecordingDeps,
  recordingId: string,
  reasonOf: (running: Recording) => EndReason | null,
): Promise<unknown> {
  const found = await getRecording(deps, recordingId);
  if (found === null) return forgetMark(deps, recordingId);
  const recording = found.state === 'recording' ? await settleStart(deps, found) : found;
  if (recording.state === 'ready' || recording.state === 'failed') return removeOpenMark(deps, recordingId);
  if (recording.state !== 'recording') return restart(deps, recording);
  const latest = mustEndAt(recording);
  if (latest <= deps.now()) return stopRecording(deps, recordingId, { reason: 'length_limit', endedAt: latest });
  if (recording.showId !== undefined && (await hasEnded(deps, recording.showId))) {
    return stopRecording(deps, recordingId, { reason: 'show_ended' });
  }
  const reason = reasonOf(recording);
  return reason === null ? undefined : stopRecording(deps, recordingId, { reason });
}

/** The end of a show ends its recording; this is for one whose end was lost. */
async function hasEnded(deps: RecordingDeps, showId: string): Promise<boolean> {
  const show = await getShow(deps, showId);
  return show === null || !isOpen(show);
}

async function forgetMark(deps: RecordingDeps, recordingId: string): Promise<void> {
  const ageMs = deps.now().getTime() - (timeOfRecordingId(recordingId)?.getTime() ?? 0);
  if (ageMs > MARK_ALONE_MS) await removeOpenMark(deps, recordingId);
}

async function restart(deps: RecordingDeps, recording: Recording): Promise<void> {
  const state = await observeRecordingExecution(deps, recording);
  if (state === 'running') return undefined;
  if (state === 'missing') return startRecordingExecution(deps, recording);
  // A name cannot be used again, so the next execution has the next number.
  const next = await changeRecording(deps, recording.recordingId, (current) =>
    current.execution === recording.execution && current.state === recording.state
      ? { ...current, execution: current.execution + 1 }
      : current,
  );
  if (!next || next.state !== recording.state) return undefined;
  deps.logger.info('sweep resumes a recording', { recordingId: recording.recordingId, execution: next.execution });
  return startRecordingExecution(deps, next);
}
