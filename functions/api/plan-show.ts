import { listAllDestinations } from '../aws/destination-table.ts';
import { changeShow, listOpenShows } from '../aws/show-table.ts';
import { isPrimary } from '../domain/lifecycle.ts';
import {
  checkDestinations,
  checkTimes,
  type DestinationInput,
  type PlannedTimes,
  type TimesInput,
} from '../domain/show-plan.ts';
import { isPlanned, type Show, type ShowDestination } from '../domain/show.ts';
import { noteShow, startShowQuietly } from '../workflow/run-show.ts';
import { insertPlanned, PLANNING_LEASE, requireNoConflict } from '../workflow/store-show.ts';
import type { ApiDeps } from './api-deps.ts';
import { invalidFields } from './http/validation.ts';
import { inTurn } from '../workflow/in-turn.ts';

/** Stores plans of shows. Plans are stored one at a time, so that of two that want one destination one is refused. */

export const PLANNING = { name: PLANNING_LEASE, doing: 'planning shows' };

/** Checks planned times. @throws {AppError} `validation_failed` */
export function requireTimes(deps: ApiDeps, input: TimesInput, options = { running: false }): PlannedTimes {
  const checked = checkTimes(input, deps.now(), options);
  if (!checked.ok) throw invalidFields(checked.errors);
  return checked.value;
}

/** Checks planned destinations against those that exist. @throws {AppError} `validation_failed` */
export async function requireDestinations(
  deps: ApiDeps,
  wanted: readonly DestinationInput[],
  times: Pick<PlannedTimes, 'startsAt' | 'endsAt'>,
): Promise<ShowDestination[]> {
  const records = wanted.length === 0 ? [] : await listAllDestinations(deps);
  const usable = records.filter((record) => !isPrimary(record) && record.desired !== 'deleted');
  const checked = checkDestinations(wanted, times, new Map(usable.map((each) => [each.destinationId, each.name])));
  if (!checked.ok) throw invalidFields(checked.errors);
  return checked.value;
}

/** Stores a new show. @throws {AppError} `show_conflict`, or `validation_failed` when there are too many */
export async function storeNewShow(deps: ApiDeps, show: Show): Promise<Show> {
  const isNew = await inTurn(deps, PLANNING, () => insertPlanned(deps, show));
  if (!isNew) throw new Error('the id of the new show is taken');
  await noteShow(deps, null, show);
  await startShowQuietly(deps, show);
  return show;
}

/**
 * Changes the plan of a show.
 * @param change returns the show to store. Throws to refuse
 * @returns null when the show does not exist
 * @throws {AppError} `show_conflict`
 */
export async function storePlan(deps: ApiDeps, showId: string, change: (show: Show) => Show): Promise<Show | null> {
  let before: Show | null = null;
  const stored = await inTurn(deps, PLANNING, async () => {
    const others = await listOpenShows(deps);
    return changeShow(deps, showId, (found) => {
      before = found;
      const changed = change(found);
      if (isPlanned(changed)) requireNoConflict(deps, changed, others);
      return changed;
    });
  });
  if (stored === null) return null;
  await noteShow(deps, before, stored);
  await startShowQuietly(deps, stored);
  return stored;
}
