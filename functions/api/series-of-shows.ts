import { deleteSeries, getSeries, listSeries, putSeries } from '../aws/show-series-table.ts';
import { getShow } from '../aws/show-table.ts';
import { expandRecurrence } from '../domain/recurrence.ts';
import { newShow } from '../domain/new-show.ts';
import { sharedPlanOf, showIdOf, wallClockSeconds, type SeriesPlan, type ShowSeries } from '../domain/show-series.ts';
import type { Show, ShowPlan } from '../domain/show.ts';
import { noteShow, startShowQuietly } from '../workflow/run-show.ts';
import { planNextShows } from '../workflow/show-series.ts';
import { insertPlanned } from '../workflow/store-show.ts';
import type { ApiDeps } from './api-deps.ts';
import { requireFoundShow } from './find-show.ts';
import { invalidFields } from './http/validation.ts';
import { inTurn } from '../workflow/in-turn.ts';
import { PLANNING } from './plan-show.ts';
import { createWithCover } from './show-cover.ts';

/** Plans series of shows. */

/** Each sweep reads all of them. */
const SERIES_MAX = 50;

/**
 * Creates a series and the shows of its next two dates.
 * @param plan of the first show, checked
 * @param made.coverFrom the show whose cover the series gets; undefined: none
 * @returns the first show
 * @throws {AppError} `validation_failed`, or `show_conflict` when another show has a destination of the first one
 */
export async function createSeries(
  deps: ApiDeps,
  plan: ShowPlan & { isDraft: boolean },
  { coverFrom, ...made }: { rule: string; createdBy: string; coverFrom: string | undefined },
): Promise<Show> {
  const expanded = expandRecurrence(made.rule, plan, deps.now());
  if (!expanded.ok) throw invalidFields([expanded.error]);
  const { dates } = expanded;
  const seriesId = deps.newId('ser');
  const showId = showIdOf(seriesId, dates[0]!);
  return createWithCover(deps, coverFrom, { ownerId: seriesId, showId }, (cover) => {
    const series = { ...made, seriesId, plan: toSeriesPlan(plan), cover, dates, plannedThrough: null, revision: 0 };
    return storeSeries(deps, plan, series);
  });
}

async function storeSeries(deps: ApiDeps, plan: ShowPlan & { isDraft: boolean }, series: ShowSeries): Promise<Show> {
  const { cover = null, createdBy, dates, rule, seriesId } = series;
  const showId = showIdOf(seriesId, dates[0]!);
  const at = deps.now().toISOString();
  const place = { seriesId, rule, date: dates[0]! };
  const first = newShow(
    { ...plan, showId, cover, series: place },
    { by: createdBy, at, detail: `planned a series, ${rule}` },
  );
  await inTurn(deps, PLANNING, async () => {
    if ((await listSeries(deps)).length >= SERIES_MAX) {
      const message = `there are ${SERIES_MAX} series: cancel one first`;
      throw invalidFields([{ field: 'recurrence', message }]);
    }
    // First the series: after a crash the sweep makes its shows, so none is left alone.
    const stored = await putSeries(deps, null, series);
    try {
      await insertPlanned(deps, first);
    } catch (error) {
      await deleteSeries(deps, seriesId);
      throw error;
    }
    if (stored) await planNextShows(deps, stored);
  });
  await noteShow(deps, null, first);
  await startShowQuietly(deps, first);
  return requireFoundShow(await getShow(deps, showId), showId);
}

function toSeriesPlan(plan: ShowPlan & { isDraft: boolean }): SeriesPlan {
  const { ceiling, destinations, isDraft, localStart, localEnd } = plan;
  return {
    ...sharedPlanOf(plan),
    ceiling: ceiling && { ...ceiling, course: null },
    timeOfDay: localStart.slice(11),
    lengthSeconds: localEnd === null ? null : wallClockSeconds(localStart, localEnd),
    destinations: destinations.map(({ destinationId, offsetSeconds, isRequired }) => ({
      ...{ destinationId, offsetSeconds, isRequired },
    })),
    isDraft,
  };
}

/** Changes what later shows of a series begin with. A series that has ended needs no change. */
export async function changeSeries(deps: ApiDeps, seriesId: string, from: Show): Promise<void> {
  await inTurn(deps, PLANNING, async () => {
    const before = await getSeries(deps, seriesId);
    if (!before) return;
    await putSeries(deps, before, { ...before, plan: toSeriesPlan({ ...from, isDraft: before.plan.isDraft }) });
  });
}
