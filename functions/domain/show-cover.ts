import type { ShowSeries } from './show-series.ts';
import { requireShowAction, withLog, type Show, type ShowRequest } from './show.ts';
import { DAY_MS } from './utc-day.ts';

/**
 * The cover picture of a show. It is no part of the plan: a new cover changes no revision, so no wake-up of the show
 * becomes stale. The pictures of a show belong to the show alone. Those of a series belong to the series, and each of its
 * shows begins with the newest.
 */
export interface ShowCover {
  /** Another one for every upload, so that deleting a replaced picture cannot hit the one that replaced it. */
  coverId: string;
  /** The id of the show or of the series that the picture belongs to. */
  ownerId: string;
  width: number;
  height: number;
  uploadedAt: string;
  uploadedBy: string;
}

/**
 * Gives a show another cover, or none. Pure.
 * @throws {AppError} `illegal_transition` when the show has ended or is ending
 */
export function withCover(show: Show, cover: ShowCover | null, { by, now }: ShowRequest): Show {
  requireShowAction(show, 'edit');
  if (cover === null && !show.cover) return show;
  const detail = cover ? 'set the cover' : 'removed the cover';
  return withLog({ ...show, cover }, { at: now.toISOString(), actor: by, detail });
}

/** Returns true for a show whose picture the series does not replace. */
export function hasOwnCover({ cover, showId }: Pick<Show, 'cover' | 'showId'>): boolean {
  return cover?.ownerId === showId;
}

/**
 * Returns whether a replaced cover of a series may still be the cover of one of its shows. Past shows are not read: every
 * date that was made since the upload and is not among the open shows counts as one that has it.
 * @param series null when it has ended or was cancelled
 */
export function mayStillShow(
  { coverId, uploadedAt }: ShowCover,
  { series, open }: { series: ShowSeries | null; open: readonly Pick<Show, 'cover' | 'series'>[] },
): boolean {
  if (series === null || open.some(({ cover }) => cover?.coverId === coverId)) return true;
  const { dates, plannedThrough, seriesId } = series;
  if (plannedThrough === null) return false;
  const openDates = new Set(open.filter((show) => show.series?.seriesId === seriesId).map((show) => show.series?.date));
  // The day before, because a date is one of the zone of the series.
  const from = new Date(Date.parse(uploadedAt) - DAY_MS).toISOString().slice(0, 10);
  return dates.some((date) => date >= from && date <= plannedThrough && !openDates.has(date));
}
