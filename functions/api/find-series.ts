import { listOpenShows } from '../aws/show-table.ts';
import { AppError } from '../domain/errors.ts';
import type { PlaceInSeries } from '../domain/show-series.ts';
import type { Show } from '../domain/show.ts';
import type { ApiDeps } from './api-deps.ts';

/** A show that is part of a series. */
export type InSeries = Show & { series: PlaceInSeries };

/** Returns a show as one of a series. @throws {AppError} `illegal_transition` when it is not part of one */
export function requireSeries(show: Show): InSeries {
  if (isInSeries(show)) return show;
  throw new AppError('illegal_transition', {
    detail: `the show ${JSON.stringify(show.title)} is not part of a series`,
    remedy: 'change or cancel it alone',
  });
}

/** Lists the shows of the same series that have not started. */
export async function listNotStarted(deps: ApiDeps, { series }: InSeries): Promise<InSeries[]> {
  const shows = (await listOpenShows(deps)).filter(isInSeries);
  return shows.filter(
    ({ series: { seriesId }, state }) => seriesId === series.seriesId && (state === 'draft' || state === 'scheduled'),
  );
}

function isInSeries(show: Show): show is InSeries {
  return show.series !== undefined;
}
