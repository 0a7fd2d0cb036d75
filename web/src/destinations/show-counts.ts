import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';

/** Number of destinations on air. */
interface ShowCounts {
  onAir: number;
  total: number;
}

/** Counts the destinations on air, without the preview, which no operator starts. */
export function countShow(destinations: readonly DestinationResource[]): ShowCounts {
  const pushes = destinations.filter((destination) => !destination.primary);
  return { onAir: pushes.filter((destination) => destination.onAir).length, total: pushes.length };
}
