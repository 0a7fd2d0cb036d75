import type { DestinationResource } from '../../functions/api/schemas/destinations.ts';

/** What a script wants to know after a start: whether the media arrives. `status` says only that the channel runs. */

type Started = Pick<DestinationResource, 'destinationId' | 'health' | 'status'>;

/** Longer than AWS takes from a running channel to its first figures, and than the API waits for missing ones. */
const SETTLES_WITHIN_MS = 6 * 60_000;

/** Returns true while a running destination connects, or while no figures of its run have arrived. */
function isSettling({ health: { code, level, severity }, status }: Started): boolean {
  if (status !== 'running' || code === 'output_paused') return false;
  return level === 'unknown' || level === 'starting' || (level === 'reconnecting' && severity === 'transient');
}

/**
 * Returns a function that says whether to wait longer for the health of a running destination. It ends the wait for a
 * destination after six minutes, because figures that never come settle nothing.
 */
export function createSettling(nowMs: () => number = () => performance.now()): (destination: Started) => boolean {
  const since = new Map<string, number>();
  return (destination) => {
    if (!isSettling(destination)) return false;
    const first = since.get(destination.destinationId) ?? nowMs();
    since.set(destination.destinationId, first);
    return nowMs() - first < SETTLES_WITHIN_MS;
  };
}

/**
 * Returns why a running destination does not deliver; null when it does, when a show holds its output, when a slate is
 * on air on request, and for one that does not run.
 */
export function whyNotDelivering(destination: Started): string | null {
  const { health, status } = destination;
  if (status !== 'running' || (health.severity === 'none' && !isSettling(destination))) return null;
  return health.remedy === '' ? health.detail : `${health.detail}; ${health.remedy}`;
}
