import type { DestinationResource } from '../../../functions/api/schemas/answers.ts';

/** How much of a show is on air. */
interface ShowCounts {
  onAir: number;
  total: number;
}

/** Counts what is on air. The preview is not counted: no operator starts it. */
export function countShow(destinations: readonly DestinationResource[]): ShowCounts {
  const pushes = destinations.filter((destination) => !destination.primary);
  return { onAir: pushes.filter((destination) => destination.onAir).length, total: pushes.length };
}
