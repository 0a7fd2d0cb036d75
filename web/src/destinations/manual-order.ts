/** The fields of a destination that define its place in the manual order. */
interface Placed {
  destinationId: string;
  position: number;
}

/** Distance between neighbours in a renumbered list, and at its ends. */
const STEP = 1000;

/** Sorts destinations in the manual order; equal positions sort by creation, the order of their ids. */
export function sortByPosition<Each extends Placed>(destinations: readonly Each[]): Each[] {
  return destinations.toSorted((a, b) => a.position - b.position || (a.destinationId < b.destinationId ? -1 : 1));
}

/**
 * Returns the positions that move a destination to an index: only its own, unless there is no number left between its
 * new neighbours. Pure.
 * @param ordered in manual order
 * @param index among the others, from 0
 * @returns position by destination id; empty when nothing moves
 */
export function positionsAfterMove(
  ordered: readonly Placed[],
  destinationId: string,
  index: number,
): Map<string, number> {
  const from = ordered.findIndex((each) => each.destinationId === destinationId);
  const others = ordered.filter((each) => each.destinationId !== destinationId);
  const at = Math.max(0, Math.min(index, others.length));
  if (from < 0 || from === at) return new Map();
  const before = others[at - 1]?.position ?? others[0]!.position - 2 * STEP;
  const after = others[at]?.position ?? before + 2 * STEP;
  const between = (before + after) / 2;
  if (before < between && between < after) return new Map([[destinationId, between]]);
  const ids = others.map((each) => each.destinationId).toSpliced(at, 0, destinationId);
  const first = Math.min(...ordered.map(({ position }) => position));
  return new Map(ids.map((id, place) => [id, first + place * STEP]));
}
