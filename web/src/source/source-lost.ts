import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';

/** A health reported this soon after a start is older than the first frame. */
const START_TAKES_MS = 5000;

/** Returns true when destinations that were on air have lost their picture. */
export function isSourceLost(destinations: readonly DestinationResource[]): boolean {
  const pushes = destinations.filter((destination) => !destination.primary);
  return !pushes.some((destination) => destination.onAir) && pushes.some(hasLostSource);
}

function hasLostSource({ status, runningSince, health }: DestinationResource): boolean {
  if (status !== 'running' || health.level !== 'waiting_for_source') return false;
  if (runningSince === null || health.since === null) return true;
  return Date.parse(health.since) - Date.parse(runningSince) > START_TAKES_MS;
}
