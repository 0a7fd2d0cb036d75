import { archiveShow } from '../aws/show-table.ts';
import { showReportReady } from '../domain/show-events.ts';
import type { Show } from '../domain/show.ts';
import { publishEvents, type PublishDeps } from '../notify/publish-event.ts';

/**
 * Announces the report of a show that has ended, if it wants that, and moves it to the past ones. The announcement comes
 * first and is one message however often it is repeated, so a crash in between neither loses nor doubles it.
 * @throws when the table does not answer; then call again
 */
export async function finishShow(deps: PublishDeps, show: Show): Promise<void> {
  const event = showReportReady(show);
  if (event) await publishEvents(deps, [event]);
  await archiveShow(deps, show);
}
