import { ulidOf } from './derived-ulid.ts';
import { RUN_SHEET, withLog, type Show } from './show.ts';

/**
 * The recording of a show: it begins when the show goes live and ends when everything is off air. What goes wrong with it
 * is on the timeline and never changes the show. Pure.
 */

/** What became of the recording. */
export interface ShowRecording {
  /** Null while none has begun. */
  recordingId: string | null;
  /** Why none has begun, in words; null when it has. */
  problem: string | null;
}

/** Returns true for a show whose recording is to begin now. One that a person has taken over begins none. */
export function isRecordingDue({ record, state, automation, liveAt, recording }: Show): boolean {
  const isLive = state === 'live' && automation === 'on' && liveAt !== null;
  return record === true && isLive && !recording?.recordingId;
}

/** Returns true for a show that was live and to be recorded, and ended before its recording began. */
export function wasMissed({ record, state, automation, liveAt, recording }: Show): boolean {
  return record === true && state === 'ended' && automation === 'on' && liveAt !== null && !recording?.recordingId;
}

/** Returns the id of a show's recording: the same each time, so that a repeated request begins no second one. */
export function recordingIdOfShow({ showId, liveAt }: Show): string {
  return `rec_${ulidOf(Date.parse(liveAt!), `${showId} ${liveAt}`)}`;
}

/** Records what became of the recording. Returns the same show when that is known. */
export function noteRecording(show: Show, found: ShowRecording, now: Date): Show {
  const known = show.recording;
  if (known?.recordingId === found.recordingId && known?.problem === found.problem) return show;
  const detail = found.problem === null ? 'records the show' : `does not record the show: ${found.problem}`;
  return withLog({ ...show, recording: found }, { at: now.toISOString(), actor: RUN_SHEET, detail });
}
