import { observeShowExecution, startShowExecution } from '../aws/executions.ts';
import { underLease } from '../aws/lease-table.ts';
import { getSeries, listSeries } from '../aws/show-series-table.ts';
import { listOpenShows } from '../aws/show-table.ts';
import { isUnready } from '../domain/show-preflight.ts';
import { isOpen, type Show } from '../domain/show.ts';
import type { PublishDeps } from '../notify/publish-event.ts';
import { finishShow } from '../workflow/finish-show.ts';
import { needsExecution, type ShowStoreDeps } from '../workflow/run-show.ts';
import { releaseForgottenSource, type SourceReleaseDeps } from '../workflow/show-source.ts';
import { planNextShows } from '../workflow/show-series.ts';
import { startNextExecution } from '../workflow/show-steps.ts';
import { PLANNING_LEASE } from '../workflow/store-show.ts';

/**
 * The sweep's part in shows: it makes the next shows of each series, starts the executions that are missing, finishes the
 * move of shows that have ended, and stops the source that a show has left on.
 */

/** Executions that one sweep asks about, the earliest starts first. Later shows are handled by the next sweeps. */
const ASKED_MAX = 100;
/** Longer than the shows of one series take. */
const LEASE_SECONDS = 10;

/**
 * Starts the execution of each show that needs one and has none, and makes the next shows of each series.
 * @returns how many start soon and are not ready
 */
export async function sweepShows(deps: ShowStoreDeps & PublishDeps & SourceReleaseDeps): Promise<number> {
  await sweepSeries(deps);
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
  await releaseForgottenSource(deps);
  return shows.filter((show) => isUnready(show, deps.now())).length;
}

/** Makes the next shows of each series, unless a person plans a show right now: then the next sweep does it. */
async function sweepSeries(deps: ShowStoreDeps): Promise<void> {
  for (const { seriesId } of await listSeries(deps)) {
    const lease = { name: PLANNING_LEASE, now: deps.now(), seconds: LEASE_SECONDS, takeOver: false };
    await underLease(deps, lease, async () => {
      // Read again under the lease, because a person may have changed or cancelled it.
      const series = await getSeries(deps, seriesId);
      if (series) await planNextShows(deps, series);
    });
  }
}

/** Returns false for a show that waits for a person, whose execution has ended. */
function actsByItself({ automation, state }: Show): boolean {
  return automation === 'on' || state === 'ending' || state === 'scheduled';
}
