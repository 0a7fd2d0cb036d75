import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { knownDestinations, moveDestinations } from '../api/destinations.ts';
import { positionsAfterMove, sortByPosition } from './manual-order.ts';
import { announce } from '../app/announcements.ts';
import { showProblem } from '../app/problem-toast.tsx';

/** Moves a destination one place up or down within its group, and announces its new place. */
export function moveBy(destination: DestinationResource, by: 1 | -1): void {
  const siblings = siblingsOf(destination);
  const from = siblings.findIndex((each) => each.destinationId === destination.destinationId);
  const to = Math.max(0, Math.min(from + by, siblings.length - 1));
  moveTo(destination, siblings, to);
  announce(`${destination.name}: ${to + 1} of ${siblings.length}`);
}

/** Moves a destination before or after another one of its group; ignores other groups. */
export function moveBeside(
  destination: DestinationResource,
  other: DestinationResource,
  side: 'before' | 'after',
): void {
  if (destination.group !== other.group || destination.destinationId === other.destinationId) return;
  const siblings = siblingsOf(destination);
  const others = siblings.filter((each) => each.destinationId !== destination.destinationId);
  const at = others.findIndex((each) => each.destinationId === other.destinationId);
  moveTo(destination, siblings, side === 'before' ? at : at + 1);
}

/** Returns the destinations of the same group in manual order. */
function siblingsOf({ group }: DestinationResource): DestinationResource[] {
  return sortByPosition(knownDestinations().filter((each) => !each.primary && each.group === group));
}

function moveTo(destination: DestinationResource, siblings: DestinationResource[], index: number): void {
  const positions = positionsAfterMove(siblings, destination.destinationId, index);
  if (positions.size === 0) return;
  moveDestinations(positions).catch((error: unknown) => showProblem(error, `Move ${destination.name}`));
}
