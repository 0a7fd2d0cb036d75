/** What a place in the operator's order needs of a destination. */
interface Placed {
  destinationId: string;
  position: number;
}

/** Room left between two neighbours when a list is numbered again, and at its ends. */
const STEP = 1000;

/** Puts destinations in the operator's order; those at one place keep the order of their creation, which ids have. */
export function sortByPosition<Each extends Placed>(destinations: readonly Each[]): Each[] {
  return destinations.toSorted((a, b) => a.position - b.position || (a.destinationId < b.destinationId ? -1 : 1));
}

/**
 * The positions that put one destination at another index: its own alone, unless its new neighbours leave no number
 * between them. Pure.
 * @param ordered in the operator's order
 * @param index among the others, from 0
 * @returns position by destination id; empty when it is there already
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
