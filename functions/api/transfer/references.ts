import { isPrimary } from '../../domain/lifecycle.ts';
import { positionOf, type Destination } from '../../domain/destination.ts';
import { numbered } from './pair-items.ts';

/**
 * References of destinations in an export. They are names and no ids: another deployment gives its destinations other
 * ids, and an id must not be used twice, because requests to AWS are recognised by it.
 */

/** Returns the destinations that an export contains, in the order of the dashboard. */
export function exportable(records: readonly Destination[]): Destination[] {
  return records
    .filter((record) => !isPrimary(record) && record.desired !== 'deleted')
    .toSorted(
      (one, other) => positionOf(one) - positionOf(other) || (one.destinationId < other.destinationId ? -1 : 1),
    );
}

/** Returns the reference of each destination by its id: the name, numbered from the second of a name on. */
export function referencesOf(ordered: readonly Pick<Destination, 'destinationId' | 'name'>[]): Map<string, string> {
  const names = numbered(ordered.map(({ name }) => name));
  return new Map(ordered.map(({ destinationId }, index) => [destinationId, names[index]!]));
}
