import { awsErrorKind } from '../aws/aws-errors.ts';
import { createHarvestJob, findRecordableEndpoint, observeHarvestJob } from '../aws/harvest-job.ts';
import { deleteMedia, manifestKeyOf, measureDuration, measureMedia } from '../aws/recording-store.ts';
import { changeRecording, getRecording, removeOpenMark, removeRecording } from '../aws/recording-table.ts';
import { ATTEMPTS_MAX, harvestJobIdOf, type Recording, type RecordingFailure } from '../domain/recording.ts';
import { laterStart } from '../domain/recording-start.ts';
import { readPreview } from './preview-runs.ts';
import { settleStart } from './recordings.ts';
import type { WorkflowDeps } from './workflow-deps.ts';
import { toStepError } from './step-error.ts';

/**
 * The step of the state machine that finishes or deletes one recording. The record decides what is done: an execution
 * that runs twice, late or never does no harm, and the sweep starts a missing one.
 */

export interface RecordingStepInput {
  step: 'AdvanceRecording';
  recordingId: string;
  /** Names the execution; one with another number has taken over when the record says so. */
  execution: number;
}

/** What the state machine does next. */
export interface RecordingVerdict {
  next: 'wait' | 'finish';
  waitSeconds: number;
}

const FINISH: RecordingVerdict = { next: 'finish', waitSeconds: 0 };
/** Copying takes minutes; a job that has not ended after this time never will. */
const JOB_SECONDS_MAX = 12 * 3600;
const WAIT_SECONDS_MAX = 30;
/** A step that began before the deletion may read twice before its job exists. */
const READS_OF_A_STEP = 2;
/** How long to wait while the account's concurrent jobs are used up. */
const QUOTA_WAIT_SECONDS = 30;

const wait = (waitSeconds: number): RecordingVerdict => ({ next: 'wait', waitSeconds });

/** Does what the record asks for, and returns what to do next. @throws an error of workflow-errors.ts */
export async function runRecordingStep(deps: WorkflowDeps, input: RecordingStepInput): Promise<RecordingVerdict> {
  try {
    const recording = await getRecording(deps, input.recordingId);
    if (recording !== null && recording.execution !== input.execution) return FINISH;
    return await advance(deps, recording, input.recordingId);
  } catch (error) {
    throw toStepError(input.step, input.recordingId, error);
  }
}

async function advance(
  deps: WorkflowDeps,
  recording: Recording | null,
  recordingId: string,
): Promise<RecordingVerdict> {
  if (recording?.state === 'finishing') return finish(deps, recording);
  if (recording?.state === 'deleting') return remove(deps, recording);
  // A recording that has not ended keeps its mark.
  if (recording?.state !== 'recording') await removeOpenMark(deps, recordingId);
  return FINISH;
}

/** Copies a recording that has ended. */
async function finish(deps: WorkflowDeps, ended: Recording): Promise<RecordingVerdict> {
  const recording = await settleStart(deps, ended);
  const { recordingId, startedAt, endedAt, attempt, awaitsPreview } = recording;
  if (endedAt === null || awaitsPreview || startedAt >= endedAt) {
    return settle(deps, recording, { failure: 'no_media' });
  }
  const elapsedSeconds = (deps.now().getTime() - Date.parse(endedAt)) / 1000;
  // The last pictures are still on their way to MediaPackage.
  if (elapsedSeconds < deps.harvestDelaySeconds) return wait(Math.ceil(deps.harvestDelaySeconds - elapsedSeconds));
  const jobId = harvestJobIdOf(deps.deployment.deploymentId, recordingId, attempt);
  const status = await observeHarvestJob(deps, jobId);
  if (status === 'succeeded') return settle(deps, recording, await measure(deps, recordingId));
  if (status === 'failed') return tryAgain(deps, recording);
  if (elapsedSeconds > JOB_SECONDS_MAX) return settle(deps, recording, { failure: 'too_slow' });
  if (status === 'in_progress') return wait(Math.min(WAIT_SECONDS_MAX, Math.ceil(elapsedSeconds / 10)));
  const endpoint = await findRecordableEndpoint(deps);
  if (endpoint === null) return settle(deps, recording, { failure: 'refused' });
  const { endpointId } = endpoint;
  const job = { jobId, endpointId, startedAt, endedAt, manifestKey: manifestKeyOf(recordingId) };
  try {
    await createHarvestJob(deps, job);
  } catch (error) {
    const kind = awsErrorKind(error);
    if (kind === 'quota') return wait(QUOTA_WAIT_SECONDS);
    if (kind !== 'invalid') throw error;
    // Another execution may have created it in between.
    if ((await observeHarvestJob(deps, jobId)) === null) return refuse(deps, recording);
  }
  return wait(1);
}

/**
 * MediaPackage refuses a beginning before the first segment it has received, and tells no time. So close to the start of
 * the preview the recording begins one segment later, until it is accepted.
 */
async function refuse(deps: WorkflowDeps, recording: Recording): Promise<RecordingVerdict> {
  const { recordingId, attempt } = recording;
  const startedAt = await findLaterStart(deps, recording);
  deps.logger.error('MediaPackage refused a harvest job', { recordingId, attempt, nextStart: startedAt });
  if (startedAt === null) return settle(deps, recording, { failure: 'refused' });
  await changeOwn(deps, recording, { startedAt });
  return wait(1);
}

/** Ends the attempt. A job has no second run, so the next attempt is another job. */
async function tryAgain(deps: WorkflowDeps, recording: Recording): Promise<RecordingVerdict> {
  const { attempt, recordingId } = recording;
  deps.logger.error('a harvest job failed', { recordingId, attempt, attemptsMax: ATTEMPTS_MAX });
  if (attempt >= ATTEMPTS_MAX) return settle(deps, recording, { failure: 'copy_failed' });
  const startedAt = (await findLaterStart(deps, recording)) ?? recording.startedAt;
  await changeOwn(deps, recording, { attempt: attempt + 1, startedAt });
  return wait(1);
}

async function findLaterStart(deps: WorkflowDeps, recording: Recording): Promise<string | null> {
  const { runs } = await readPreview(deps);
  return laterStart(recording, runs);
}

async function measure(
  deps: WorkflowDeps,
  recordingId: string,
): Promise<Pick<Recording, 'sizeBytes' | 'durationSeconds' | 'failure'>> {
  const [sizeBytes, durationSeconds] = await Promise.all([
    measureMedia(deps, recordingId),
    measureDuration(deps, recordingId),
  ]);
  return { sizeBytes, durationSeconds, failure: durationSeconds === null ? 'no_media' : null };
}

/** Records how the recording ended; without a failure it is ready. */
async function settle(
  deps: WorkflowDeps,
  recording: Recording,
  outcome: { failure: RecordingFailure | null } & Partial<Recording>,
): Promise<RecordingVerdict> {
  const settled = await changeOwn(deps, recording, {
    ...outcome,
    state: outcome.failure === null ? 'ready' : 'failed',
  });
  const isDone = settled === null || settled.state === 'ready' || settled.state === 'failed';
  if (isDone) await removeOpenMark(deps, recording.recordingId);
  return FINISH;
}

/** Writes a change unless another execution has taken over. */
function changeOwn(
  deps: WorkflowDeps,
  { recordingId, execution, state }: Recording,
  change: Partial<Recording>,
): Promise<Recording | null> {
  return changeRecording(deps, recordingId, (current) =>
    current.execution === execution && current.state === state
      ? { ...current, ...change, lastModified: deps.now().toISOString() }
      : current,
  );
}

/**
 * Deletes the objects, then the record. A job that still copies would write after the deletion, so it is awaited: also
 * one that an earlier execution is creating, and one that MediaPackage does not show for a moment.
 */
async function remove(deps: WorkflowDeps, recording: Recording): Promise<RecordingVerdict> {
  const { recordingId, lastModified } = recording;
  const elapsedMs = deps.now().getTime() - Date.parse(lastModified);
  const creationMs = isSettled(recording) ? 0 : deps.readsLagMs * READS_OF_A_STEP;
  if (elapsedMs < creationMs) return wait(Math.ceil((creationMs - elapsedMs) / 1000));
  if (await isCopying(deps, recording)) return wait(WAIT_SECONDS_MAX / 6);
  if (!(await deleteMedia(deps, recordingId))) return wait(1);
  if (await isCopying(deps, recording)) return wait(WAIT_SECONDS_MAX / 6);
  await removeRecording(deps, recordingId);
  return FINISH;
}

/** Returns whether a recording was ready or had failed before it was to be deleted, so no step creates a job for it. */
const isSettled = ({ sizeBytes, failure }: Recording) => sizeBytes !== null || failure !== null;

async function isCopying(deps: WorkflowDeps, { recordingId, attempt }: Recording): Promise<boolean> {
  for (let number = attempt; number >= 1; number -= 1) {
    const jobId = harvestJobIdOf(deps.deployment.deploymentId, recordingId, number);
    if ((await observeHarvestJob(deps, jobId)) === 'in_progress') return true;
  }
  return false;
}
