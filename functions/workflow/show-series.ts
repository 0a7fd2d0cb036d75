import { listAllDestinations } from '../aws/destination-table.ts';
import { deleteSeries, putSeries } from '../aws/show-series-table.ts';
import { getShow } from '../aws/show-table.ts';
import { AppError } from '../domain/errors.ts';
import { isPrimary } from '../domain/lifecycle.ts';
import { dueDates, showOn, timesOn, type ShowSeries } from '../domain/show-series.ts';
import type { Show } from '../domain/show.ts';
import { noteShow, startShowQuietly, type ShowStoreDeps } from './run-show.ts';
import { insertPlanned } from './store-show.ts';

/**
 * Makes the shows of the next dates of a series. The caller holds the lease of plans. May be repeated and interrupted
 * anywhere: a show's id comes from series and date, and the series notes a date after its show is stored.
 * @throws {AppError} `validation_failed` when there are too many shows
 */
export async function planNextShows(deps: ShowStoreDeps, series: ShowSeries): Promise<void> {
  const now = deps.now();
  if (isOver(series, now)) return deleteSeries(deps, series.seriesId);
  const due = dueDates(series, now);
  if (due.length === 0) return;
  const records = (await listAllDestinations(deps)).filter(
    (record) => !isPrimary(record) && record.desired !== 'deleted',
  );
  const names = new Map(records.map(({ destinationId, name }) => [destinationId, name]));
  let current = series;
  for (const date of due) {
    const made = await insertOne(deps, (refusal) => showOn(current, date, { names, now, refusal }));
    if (made) {
      await noteShow(deps, null, made);
      await startShowQuietly(deps, made);
    }
    const stored = await putSeries(deps, current, { ...current, plannedThrough: date });
    // A person has changed the series meanwhile. The next sweep continues with what they stored.
    if (stored === null) return;
    current = stored;
  }
}

/** Inserts a show; as a draft when another show has its destinations. @returns null when it had been made before */
async function insertOne(deps: ShowStoreDeps, make: (refusal: string | null) => Show): Promise<Show | null> {
  try {
    const show = make(null);
    // One that was cancelled is among the past shows.
    if ((await getShow(deps, show.showId)) !== null) return null;
    return (await insertPlanned(deps, show)) ? show : null;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'show_conflict') throw error;
    const draft = make(error.detail);
    return (await insertPlanned(deps, draft)) ? draft : null;
  }
}

function isOver({ plan, dates }: ShowSeries, now: Date): boolean {
  const last = dates.at(-1);
  return last === undefined || Date.parse(timesOn(plan, last).startsAt) <= now.getTime();
}
