import { copyCover, removeCover, removeCoversOf, storeCover } from '../aws/cover-store.ts';
import { getSeries, putSeries } from '../aws/show-series-table.ts';
import { changeShow, getShow, listOpenShows } from '../aws/show-table.ts';
import { AppError, errorName } from '../domain/errors.ts';
import type { Picture } from '../domain/picture.ts';
import { hasOwnCover, mayStillShow, withCover, type ShowCover } from '../domain/show-cover.ts';
import { requireShowAction, type Show } from '../domain/show.ts';
import { inTurn } from '../workflow/in-turn.ts';
import { noteShow } from '../workflow/run-show.ts';
import type { ApiDeps } from './api-deps.ts';
import { listNotStarted, requireSeries, type InSeries } from './find-series.ts';
import { findShow, requireFoundShow, showChangedMeanwhile } from './find-show.ts';
import { invalidFields } from './http/validation.ts';
import { PLANNING } from './plan-show.ts';

/**
 * Sets, removes and copies covers. The picture is stored before the record that names it, and a replaced picture is
 * deleted after the record no longer names it. A crash in between leaves a picture without a record, which the bucket
 * deletes by its age.
 */

/** Who requests a cover, and whether it is meant for all later shows of the series too. */
export interface CoverRequest {
  by: string;
  scope: 'one' | 'following';
}

/**
 * Sets the cover of a show.
 * @param check returns the picture. Throws to refuse it; nothing has been stored then
 * @returns the show as stored
 * @throws {AppError} `not_found` or `illegal_transition`
 */
export async function setCover(
  deps: ApiDeps,
  showId: string,
  check: () => Promise<Picture>,
  request: CoverRequest,
): Promise<Show> {
  const found = await findShow(deps, showId);
  requireShowAction(found, 'edit');
  const ownerId = request.scope === 'following' ? requireSeries(found).series.seriesId : showId;
  const made = { coverId: deps.newId('cov'), ownerId, uploadedAt: deps.now().toISOString(), uploadedBy: request.by };
  const cover = await storeCover(deps, await check(), made);
  try {
    return await changeCover(deps, found, cover, request);
  } catch (error) {
    // A series may have been stored with its new cover before its show was refused.
    if (request.scope === 'one' && isRefusal(error)) await quietly(deps, showId, () => removeCover(deps, cover));
    throw error;
  }
}

/** Removes the cover of a show. Does nothing without one. @throws {AppError} `not_found` or `illegal_transition` */
export async function unsetCover(deps: ApiDeps, showId: string, request: CoverRequest): Promise<void> {
  await changeCover(deps, await findShow(deps, showId), null, request);
}

/** Deletes the pictures of a show that was deleted. What cannot be deleted now, the bucket deletes by its age. */
export async function forgetCovers(deps: ApiDeps, showId: string): Promise<void> {
  await quietly(deps, showId, () => removeCoversOf(deps, showId));
}

/**
 * Creates a show with a copy of another show's cover.
 * @param from the show to copy from; left out for a show without a cover
 * @param to the owner of the copy, and the show to create
 * @throws {AppError} `validation_failed` when there is no such show, and what `create` throws
 */
export async function createWithCover<Result>(
  deps: ApiDeps,
  from: string | undefined,
  to: { ownerId: string; showId: string },
  create: (cover: ShowCover | null) => Promise<Result>,
): Promise<Result> {
  const original = from === undefined ? null : await requireCoverSource(deps, from);
  const cover = original && (await copyCover(deps, original, { coverId: deps.newId('cov'), ownerId: to.ownerId }));
  try {
    return await create(cover);
  } catch (error) {
    if (cover && isRefusal(error) && (await getShow(deps, to.showId)) === null) await forgetCovers(deps, to.ownerId);
    throw error;
  }
}

async function requireCoverSource(deps: ApiDeps, showId: string): Promise<ShowCover | null> {
  const show = await getShow(deps, showId);
  if (show) return show.cover ?? null;
  const message = `there is no show ${showId}: send the id of a show from GET /api/shows, or leave it out`;
  throw invalidFields([{ field: 'coverFrom', message }]);
}

function changeCover(deps: ApiDeps, found: Show, cover: ShowCover | null, request: CoverRequest): Promise<Show> {
  if (request.scope === 'one') return changeOne(deps, found.showId, cover, request);
  const first = requireSeries(found);
  // In turn, so that a show that is made right now is before or after, and two covers do not mix.
  return inTurn(deps, PLANNING, () => changeFollowing(deps, first, cover, request));
}

/** Changes the record of one show, then deletes the picture that it had for itself. */
async function changeOne(
  deps: ApiDeps,
  showId: string,
  cover: ShowCover | null,
  { by }: Pick<CoverRequest, 'by'>,
): Promise<Show> {
  let before: Show | null = null;
  const changed = await changeShow(deps, showId, (show) => withCover((before = show), cover, { by, now: deps.now() }));
  const stored = requireFoundShow(changed, showId);
  await noteShow(deps, before, stored);
  await removeOwn(deps, before);
  return stored;
}

async function changeFollowing(
  deps: ApiDeps,
  first: InSeries,
  cover: ShowCover | null,
  request: CoverRequest,
): Promise<Show> {
  requireShowAction(first, 'edit');
  const { date, seriesId } = first.series;
  const series = await getSeries(deps, seriesId);
  const isStored = series === null || (await putSeries(deps, series, { ...series, cover })) !== null;
  if (!isStored) throw showChangedMeanwhile(first.showId);
  const later = (await listNotStarted(deps, first)).filter((show) => show.series.date > date && !hasOwnCover(show));
  const stored = await changeOne(deps, first.showId, cover, request);
  for (const { showId } of later) {
    try {
      await changeOne(deps, showId, cover, request);
    } catch (error) {
      // It was cancelled, started its end or was deleted since it was listed, so the cover is not for it.
      if (!isRefusal(error)) throw error;
    }
  }
  const replaced = new Map(
    [series, first, ...later].flatMap((each) => (each?.cover ? [[each.cover.coverId, each.cover]] : [])),
  );
  await quietly(deps, first.showId, () => removeUnused(deps, seriesId, [...replaced.values()]));
  return stored;
}

/** Deletes the pictures of a series that no show can have any more. */
async function removeUnused(deps: ApiDeps, seriesId: string, replaced: readonly ShowCover[]): Promise<void> {
  const ofSeries = replaced.filter(({ ownerId }) => ownerId === seriesId);
  if (ofSeries.length === 0) return;
  const facts = { series: await getSeries(deps, seriesId), open: await listOpenShows(deps) };
  for (const cover of ofSeries) if (!mayStillShow(cover, facts)) await removeCover(deps, cover);
}

async function removeOwn(deps: ApiDeps, before: Show | null): Promise<void> {
  const { cover } = before ?? {};
  if (before && cover && hasOwnCover(before)) await quietly(deps, before.showId, () => removeCover(deps, cover));
}

/** Returns true when nothing was stored for certain. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof AppError &&
    ['illegal_transition', 'not_found', 'show_conflict', 'validation_failed'].includes(error.code)
  );
}

async function quietly(deps: ApiDeps, showId: string, remove: () => Promise<void>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    deps.logger.warn('a cover that is no longer used was not deleted', { showId, error: errorName(error) });
  }
}
