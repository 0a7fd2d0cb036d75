import { observeShowExecution, startShowExecution } from '../aws/executions.ts';
import { listOpenShows } from '../aws/show-table.ts';
import { isUnready } from '../domain/show-preflight.ts';
import { isOpen, type Show } from '../domain/show.ts';
import type { PublishDeps } from '../notify/publish-event.ts';
import { finishShow } from '../workflow/finish-show.ts';
import { needsExecution, type ShowStoreDeps } from '../workflow/run-show.ts';
import { startNextExecution } from '../workflow/show-steps.ts';

/** The sweep's part in shows: it starts the executions that are missing, and finishes the move of shows that have ended. */

/** Executions that one sweep asks about, the earliest starts first. Later shows are handled by the next sweeps. */
const ASKED_MAX = 100;

/** Starts the execution of each show that needs one and has none. @returns how many start soon and are not ready */
export async function sweepShows(deps: ShowStoreDeps & PublishDeps): Promise<number> {
  const shows = await listOpenShows(deps);
  for (const show of shows.filter((each) => !isOpen(each))) await finishShow(deps, show);
  const needed = shows.filter((show) => needsExecution(show, deps.now()) && actsByItself(show));
  for (const show of needed.slice(0, ASKED_MAX)) {
    const state = await observeShowExecution(deps, show);
    if (state === 'running') continue;
    deps.logger.info('sweep resumes the run sheet of a show', { showId: show.showId });
    if (state === 'missing') await startShowExecution(deps, show);
    else await startNextExecution(deps, show);
  }
  return shows.filter((show) => isUnready(show, deps.now())).length;
}

/** Returns false for a show that waits for a person, whose execution has ended. */
function actsByItself({ automation, state }: Show): boolean {
  return automation === 'on' || state === 'ending' || state === 'scheduled';
}
