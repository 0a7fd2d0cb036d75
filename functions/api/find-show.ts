import { getShow } from '../aws/show-table.ts';
import { AppError } from '../domain/errors.ts';
import { etagOf, tagsOf } from '../domain/etag.ts';
import type { Show } from '../domain/show.ts';
import type { ApiDeps } from './api-deps.ts';

/** Reads a show. @throws {AppError} `not_found` */
export async function findShow(deps: ApiDeps, showId: string): Promise<Show> {
  return requireFoundShow(await getShow(deps, showId), showId);
}

/** Returns what was found of a show. @throws {AppError} `not_found` when it is null */
export function requireFoundShow(found: Show | null, showId: string): Show {
  if (found) return found;
  throw new AppError('not_found', {
    detail: `no show ${showId}`,
    remedy: 'GET /api/shows lists those that have not ended, and ?state=past those that have, for 13 months',
  });
}

/** Refuses a change based on another version than the stored one. @param ifMatch the header as given */
export function requireShowMatch(show: Show, ifMatch: string | undefined): void {
  if (ifMatch === undefined) return;
  const tags = tagsOf(ifMatch);
  if (tags.includes('*') || tags.includes(etagOf(show))) return;
  throw new AppError('etag_mismatch', {
    detail: `the show was changed after you read it: you sent ${ifMatch}, its ETag is ${etagOf(show)}`,
    remedy: 'read it again, check what changed, and repeat your change',
  });
}

/** Returns the refusal of a change whose show was changed while it was checked. */
export function showChangedMeanwhile(showId: string): AppError {
  return new AppError('concurrent_change', {
    detail: `show ${showId} was changed while this change was being checked`,
    remedy: 'read it again and repeat your change',
    retryAfterSeconds: 1,
  });
}
