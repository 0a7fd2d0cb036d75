import { getRecording, getRecordingSettings } from '../aws/recording-table.ts';
import { changeShow } from '../aws/show-table.ts';
import { AppError, errorName } from '../domain/errors.ts';
import {
  isRecordingDue,
  noteRecording,
  recordingIdOfShow,
  wasMissed,
  type ShowRecording,
} from '../domain/show-recording.ts';
import { isOpen, RUN_SHEET, type Show } from '../domain/show.ts';
import { beginRecording, isAtLimit, stopRecording, type RecordingDeps } from './recordings.ts';

/** The run sheet's part in recordings. While a show is open nothing here throws: it never depends on its recording. */

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

/**
 * Ends the recording of a show that has ended. One that could not begin while the show was live begins now, because
 * MediaPackage still has its media.
 * @returns the show, with what became of its recording
 * @throws when it is not known whether a missed recording has begun; then call again
 */
export async function endShowRecording(deps: RecordingDeps, show: Show): Promise<Show> {
  if (isOpen(show)) return show;
  const noted = wasMissed(show) ? noteRecording(show, await beginMissed(deps, show), deps.now()) : show;
  const recordingId = noted.recording?.recordingId;
  if (!recordingId) return noted;
  const endedAt = show.endedAt === null ? deps.now() : new Date(show.endedAt);
  try {
    await stopRecording(deps, recordingId, { reason: 'show_ended', endedAt });
  } catch (error) {
    logFailure(deps, show, error);
  }
  return noted;
}

async function beginMissed(deps: RecordingDeps, show: Show): Promise<ShowRecording> {
  const begun = await getRecording(deps, recordingIdOfShow(show));
  return begun ? { recordingId: begun.recordingId, problem: null } : begin(deps, show);
}

async function endUnwanted(deps: RecordingDeps, { record, recording }: Show): Promise<null> {
  if (!record && recording?.recordingId) await stopRecording(deps, recording.recordingId, { reason: 'operator' });
  return null;
}

/** @throws when it is not known whether the recording has begun */
async function begin(deps: RecordingDeps, show: Show): Promise<ShowRecording> {
  const { keepDays, limitBytes } = await getRecordingSettings(deps);
  if (await isAtLimit(deps, { limitBytes })) return { recordingId: null, problem: NO_SPACE };
  try {
    const { recordingId } = await beginRecording(deps, {
      ...{ recordingId: recordingIdOfShow(show), name: show.title, origin: 'show', showId: show.showId },
      ...{ askedAt: show.liveAt!, keepDays, createdBy: RUN_SHEET },
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
