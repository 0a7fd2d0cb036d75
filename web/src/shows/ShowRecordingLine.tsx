import { Link } from 'wouter';
import type { ShowResource } from '../../../functions/api/schemas/shows.ts';
import { paths } from '../app/paths.ts';
import { sentence } from '../ui/format.ts';

/** Says what becomes of the recording of a show. A failure of it does not concern the show. */
export function ShowRecordingLine({ show }: { show: ShowResource }) {
  const { record, recording, state } = show;
  if (recording?.recordingId) {
    return (
      <p>
        Recording: <Link href={paths.recordings}>{show.title}</Link>
      </p>
    );
  }
  if (recording?.problem) return <p>Not recorded. {sentence(recording.problem)}.</p>;
  const isToCome = state === 'draft' || state === 'scheduled' || state === 'starting';
  return record && isToCome ? <p>Recorded from when it goes live until everything is off air.</p> : null;
}
