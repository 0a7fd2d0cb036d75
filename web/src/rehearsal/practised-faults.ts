import type { RehearsalResource } from '../../../functions/api/schemas/rehearsal.ts';
import type { DestinationResource } from '../../../functions/api/schemas/answers.ts';

/**
 * What is practised, in words for the banner: the failure, and on what where it concerns one destination.
 * @param destinations for their names; one that is not among them goes by its id
 */
export function practisedFaults(
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
