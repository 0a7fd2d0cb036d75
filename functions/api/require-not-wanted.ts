import { listGroupStarts } from '../aws/group-start-table.ts';
import { listOpenShows } from '../aws/show-table.ts';
import type { Destination } from '../domain/destination.ts';
import { AppError } from '../domain/errors.ts';
import { listToStart } from '../domain/group-start.ts';
import { isStillToStart } from '../domain/show.ts';
import type { ApiDeps } from './api-deps.ts';

/** Returns what will start a destination that is not wanted on air yet, in words; null when nothing does. */
export async function findStarter(deps: ApiDeps, destinationId: string): Promise<string | null> {
  const [groupStarts, shows] = await Promise.all([listGroupStarts(deps), listOpenShows(deps)]);
  const groupStart = groupStarts.find((each) => each.endedAt === null && listToStart(each, [destinationId]).length > 0);
  if (groupStart) return `the group start ${groupStart.groupStartId} is about to start it`;
  const show = shows.find(
    ({ automation, destinations, state }) =>
      (state === 'starting' || state === 'live') &&
      automation !== 'off' &&
      destinations.some((item) => item.destinationId === destinationId && isStillToStart(item)),
  );
  return show ? `the show "${show.title}" is about to start it` : null;
}

/**
 * Refuses to delete a destination that is wanted on air, so that a mistyped id does not interrupt a show.
 * @param starter what will start it, in words
 * @throws {AppError} `stop_required`
 */
export function requireNotWanted({ desired, name }: Destination, starter: string | null): void {
  if (desired === 'deleted') return;
  const reason = desired === 'running' ? 'it is wanted on air' : starter;
  if (reason === null) return;
  throw new AppError('stop_required', {
    detail: `cannot delete "${name}": ${reason}`,
    remedy: 'repeat the call with ?stop=true to take it off air and delete it',
  });
}
