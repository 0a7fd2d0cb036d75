import type { DestinationResource } from '../../../functions/api/schemas.ts';
import { presentDestination } from './destination-presentation.ts';

/** The show in three numbers. */
export interface ShowCounts {
  onAir: number;
  total: number;
  needsPerson: number;
}

/** Counts what runs and what needs a person. The preview is not counted as on air: nobody starts it. */
export function countShow(destinations: readonly DestinationResource[]): ShowCounts {
  const pushes = destinations.filter((destination) => !destination.primary);
  return {
    onAir: pushes.filter((destination) => destination.onAir).length,
    total: pushes.length,
    needsPerson: destinations.filter((destination) => presentDestination(destination).tone === 'attention').length,
  };
}
