import { insertShow, listOpenShows } from '../aws/show-table.ts';
import type { TableDeps } from '../aws/clients.ts';
import { AppError } from '../domain/errors.ts';
import { findConflict } from '../domain/show-plan.ts';
import { isPlanned, type Show } from '../domain/show.ts';

/** Stores new shows. Plans are stored one at a time, so that of two that want one destination one is refused. */

/** More than a year of daily shows. Every plan is compared with all of them. */
const OPEN_SHOWS_MAX = 500;
/** The lease under which plans are stored. */
export const PLANNING_LEASE = 'show-plans';

type StoreDeps = TableDeps & { now: () => Date };

/**
 * Inserts a show. The caller holds the lease.
 * @returns false when a show with its id has not ended
 * @throws {AppError} `show_conflict`, or `validation_failed` when there are too many
 */
export async function insertPlanned(deps: StoreDeps, show: Show): Promise<boolean> {
  const others = await listOpenShows(deps);
  if (others.length >= OPEN_SHOWS_MAX) {
    const message = `there are ${OPEN_SHOWS_MAX} shows that have not ended: cancel or delete some first`;
    throw new AppError('validation_failed', {
      detail: `body: ${message}`,
      remedy: 'cancel or delete some shows, then send again',
      errors: [{ field: 'body', message }],
    });
  }
  requireNoConflict(deps, show, others);
  return insertShow(deps, show);
}

/** @throws {AppError} `show_conflict` when another planned show wants a destination at the same time */
export function requireNoConflict(deps: { now: () => Date }, show: Show, others: readonly Show[]): void {
  const conflict = isPlanned(show) ? findConflict(show, others, deps.now()) : null;
  if (conflict === null) return;
  const { show: other, destination } = conflict;
  const until = other.localEnd === null ? 'without a planned end' : `until ${other.localEnd}`;
  throw new AppError('show_conflict', {
    detail: `the show ${JSON.stringify(other.title)} (${other.showId}) has ${destination.name} from ${other.localStart} ${until}, ${other.zone}`,
    remedy: 'choose another time, leave the destination out, or change that show',
  });
}
