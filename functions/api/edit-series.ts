import type { z } from '@hono/zod-openapi';
import { deleteSeries } from '../aws/show-series-table.ts';
import { changeShow, deleteShow } from '../aws/show-table.ts';
import { AppError } from '../domain/errors.ts';
import { timesOn, wallClockSeconds } from '../domain/show-series.ts';
import { requestShowAction, type Show } from '../domain/show.ts';
import { finishShow } from '../workflow/finish-show.ts';
import { noteShow, startShowQuietly } from '../workflow/run-show.ts';
import type { ApiDeps } from './api-deps.ts';
import { editShow } from './edit-show.ts';
import { listNotStarted, requireSeries, type InSeries } from './find-series.ts';
import { findShow } from './find-show.ts';
import { invalidFields } from './http/validation.ts';
import { inTurn } from '../workflow/in-turn.ts';
import { PLANNING } from './plan-show.ts';
import type { CancelledSeries, PatchShow } from './schemas/shows.ts';
import { changeSeries } from './series-of-shows.ts';
import { forgetCovers } from './show-cover.ts';

/** Changes and cancels series of shows. */

type PatchInput = z.infer<typeof PatchShow>;

/**
 * Changes a show of a series and all later ones. May be repeated: a refusal of a later show names it, and what was
 * changed before stays.
 * @throws {AppError} what `editShow` throws; `validation_failed` for another date or zone
 */
export async function editFollowing(
  deps: ApiDeps,
  showId: string,
  change: PatchInput,
  request: { by: string; ifMatch: string | undefined },
): Promise<Show> {
  const found = requireSeries(await findShow(deps, showId));
  requireSameDate(found, change);
  const edited = await editShow(deps, showId, change, request);
  await changeSeries(deps, found.series.seriesId, edited);
  const { date } = found.series;
  for (const later of (await listNotStarted(deps, found)).filter(({ series }) => series.date > date)) {
    try {
      await editShow(deps, later.showId, changeOn(edited, later, change), { by: request.by, ifMatch: undefined });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const detail = `the show of ${later.series.date} (${later.showId}) was not changed: ${error.detail}`;
      throw new AppError(error.code, { detail, remedy: 'change it alone, or repeat this change', cause: error });
    }
  }
  return edited;
}

/** Returns the same change for a later show: its own date, the time of day and the length of the edited one. */
function changeOn(edited: Show, { series }: InSeries, change: PatchInput): PatchInput {
  if (change.localStart === undefined && change.localEnd === undefined) return change;
  const { localStart, localEnd } = edited;
  const lengthSeconds = localEnd === null ? null : wallClockSeconds(localStart, localEnd);
  const times = timesOn({ zone: edited.zone, timeOfDay: localStart.slice(11), lengthSeconds }, series.date);
  return { ...change, localStart: times.localStart, localEnd: times.localEnd };
}

function requireSameDate({ series, zone }: InSeries, change: PatchInput): void {
  const message = 'is the same for a whole series: cancel the series and plan another one';
  if (change.zone !== undefined && change.zone !== zone) throw invalidFields([{ field: 'zone', message }]);
  if (change.localStart === undefined || change.localStart.startsWith(`${series.date}T`)) return;
  const date = `only the time of day can change for all following: keep ${series.date}, or send scope=one`;
  throw invalidFields([{ field: 'localStart', message: date }]);
}

/** Cancels a series: its shows that have not started, and those that would be made. May be repeated. */
export async function cancelSeries(
  deps: ApiDeps,
  showId: string,
  by: string,
): Promise<z.infer<typeof CancelledSeries>> {
  const found = requireSeries(await findShow(deps, showId));
  const { seriesId } = found.series;
  // In turn, so that a sweep that makes a show of it right now is before or after.
  await inTurn(deps, PLANNING, () => deleteSeries(deps, seriesId));
  const cancelled: string[] = [];
  for (const show of await listNotStarted(deps, found)) {
    if (show.state === 'draft') {
      if (!(await deleteShow(deps, show))) continue;
      await forgetCovers(deps, show.showId);
      cancelled.push(show.showId);
      continue;
    }
    let before: Show | null = null;
    const stored = await changeShow(deps, show.showId, (now) => {
      before = now;
      return now.state === 'scheduled' ? requestShowAction(now, 'cancel', { by, now: deps.now() }) : now;
    });
    if (stored === null) continue;
    await noteShow(deps, before, stored);
    await finishShow(deps, stored);
    // One that has started its source stops it first.
    await startShowQuietly(deps, stored);
    if (stored.state === 'cancelled') cancelled.push(stored.showId);
  }
  return { seriesId, cancelled };
}
