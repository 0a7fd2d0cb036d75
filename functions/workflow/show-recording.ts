import { getDestination } from '../aws/destination-table.ts';
import { getRecordingSettings } from '../aws/recording-table.ts';
import { changeShow } from '../aws/show-table.ts';
import { PRIMARY_DESTINATION_ID } from '../domain/destination.ts';
import { AppError, errorName } from '../domain/errors.ts';
import { isRecordingDue, noteRecording, recordingIdOfShow, type ShowRecording } from '../domain/show-recording.ts';
import { isOpen, RUN_SHEET, type Show } from '../domain/show.ts';
import { beginRecording, isAtLimit, stopRecording, type RecordingDeps } from './recordings.ts';

/** The run sheet's part in recordings. Nothing here throws: a show never depends on its recording. */

const NO_SPACE = 'the recordings take all the space they may; delete some, or raise the limit';

/**
 * Begins the recording of a show that is live, and ends it when the show is no longer to be recorded. A refusal is on the
 * timeline; the next pass tries again.
 * @returns the show before and after what was noted; null when nothing was
 */
export async function recordShow(deps: RecordingDeps, show: Show): Promise<{ before: Show; after: Show } | null> {
  try {
    if (!isRecordingDue(show)) return await endUnwanted(deps, show);
    const found = await begin(deps, show);
    let before = show;
    const after = await changeShow(deps, show.showId, (current) =>
      noteRecording((before = current), found, deps.now()),
    );
    return after === null || after === before ? null : { before, after };
  } catch (error) {
    logFailure(deps, show, error);
    return null;
  }
}

/** Ends the recording of a show that has ended. */
export async function endShowRecording(deps: RecordingDeps, show: Show): Promise<void> {
  const recordingId = show.recording?.recordingId;
  if (!recordingId || isOpen(show)) return;
  const endedAt = show.endedAt === null ? deps.now() : new Date(show.endedAt);
  try {
    await stopRecording(deps, recordingId, { reason: 'show_ended', endedAt });
  } catch (error) {
    logFailure(deps, show, error);
  }
}

async function endUnwanted(deps: RecordingDeps, { record, recording }: Show): Promise<null> {
  if (!record && recording?.recordingId) await stopRecording(deps, recording.recordingId, { reason: 'operator' });
  return null;
}

/** @throws when it is not known whether the recording has begun */
async function begin(deps: RecordingDeps, show: Show): Promise<ShowRecording> {
  const { keepDays, limitBytes } = await getRecordingSettings(deps);
  if (await isAtLimit(deps, { limitBytes })) return { recordingId: null, problem: NO_SPACE };
  const preview = await getDestination(deps, PRIMARY_DESTINATION_ID);
  // MediaPackage copies nothing from before the preview ran.
  const startedAt = [show.liveAt!, preview?.lastModified ?? ''].toSorted().at(-1)!;
  try {
    const { recordingId } = await beginRecording(deps, {
      ...{ recordingId: recordingIdOfShow(show), name: show.title, origin: 'show', showId: show.showId },
      ...{ startedAt, keepDays, createdBy: RUN_SHEET },
    });
    return { recordingId, problem: null };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'illegal_transition') throw error;
    return { recordingId: null, problem: `${error.detail}; ${error.remedy}` };
  }
}

function logFailure(deps: RecordingDeps, { showId }: Show, error: unknown): void {
  deps.logger.warn('the recording did not follow its show', {
    showId,
    error: error instanceof AppError ? error.code : errorName(error),
  });
}
