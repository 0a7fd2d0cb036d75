import { archiveShow } from '../aws/show-table.ts';
import { showReportReady } from '../domain/show-events.ts';
import type { Show } from '../domain/show.ts';
import { publishEvents, type PublishDeps } from '../notify/publish-event.ts';
import type { RecordingDeps } from './recordings.ts';
import { endShowRecording } from './show-recording.ts';

/**
 * Ends the recording of a show that has ended, announces its report, if it wants that, and moves it to the past ones. The
 * announcement is one message however often it is repeated, so a crash in between neither loses nor doubles it.
 * @throws when the table does not answer; then call again
 */
export async function finishShow(deps: PublishDeps & RecordingDeps, show: Show): Promise<void> {
  const noted = await endShowRecording(deps, show);
  const event = showReportReady(noted);
  if (event) await publishEvents(deps, [event]);
  await archiveShow(deps, noted);
}
