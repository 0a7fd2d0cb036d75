import type { RehearsalResource } from '../../../functions/api/schemas/rehearsal.ts';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';

/**
 * Describes the running drills for the banner: the failure and its destinations.
 * @param destinations provide the names; an unknown one is shown by its id
 */
export function describeActiveDrills(
  faults: readonly RehearsalResource['data'][number][],
  destinations: readonly Pick<DestinationResource, 'destinationId' | 'name'>[],
): string[] {
  const nameOf = (id: string): string => destinations.find(({ destinationId }) => destinationId === id)?.name ?? id;
  return faults
    .filter(({ isActive }) => isActive)
    .map(({ label, destinationIds }) =>
      destinationIds.length > 0 ? `${label}: ${destinationIds.map(nameOf).join(', ')}` : label,
    );
}
