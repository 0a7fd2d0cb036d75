import type { BulkResult, DestinationResource } from '../../../functions/api/schemas.ts';
import { sentence } from './format.ts';

/** What can be asked of all destinations at once. */
export type BulkAction = 'start' | 'stop';

/** Result of one destination of many. */
export type BulkItemResult = BulkResult['results'][number];

/** Those the API says the action is possible for. */
export function destinationsFor(
  action: BulkAction,
  destinations: readonly DestinationResource[],
): readonly DestinationResource[] {
  return destinations.filter((destination) => destination.allowedActions.includes(action));
}

/** A number of destinations in words. */
export function countDestinations(count: number): string {
  return count === 1 ? 'one destination' : `${count} destinations`;
}

const ACCEPTED: Record<BulkAction, string> = { start: 'Starts', stop: 'Stops' };

/** What became of one destination of many. */
export function bulkOutcome(action: BulkAction, { outcome, detail, code }: BulkItemResult): string {
  if (outcome === 'accepted') return ACCEPTED[action];
  if (outcome === 'unchanged') return 'Nothing to do';
  return `Refused: ${detail ?? sentence((code ?? 'no reason given').replaceAll('_', ' '))}`;
}
