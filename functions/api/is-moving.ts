import type { DestinationResource } from './schemas/destinations.ts';

/**
 * Returns true while more is to come for a destination, for `Prefer: wait` and for `sluice --wait`. A restart has no
 * operation between its stop and its start, and the desired state says that more is to come.
 */
export function isMoving({
  desired,
  lastError,
  operation,
  slate,
  status,
}: Pick<DestinationResource, 'desired' | 'lastError' | 'operation' | 'slate' | 'status'>): boolean {
  if (operation !== null || slate?.state === 'showing' || slate?.state === 'ending') return true;
  return status !== 'error' && lastError === null && status !== desired;
}
