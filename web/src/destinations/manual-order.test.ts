import { describe, expect, it } from 'vitest';
import { positionsAfterMove, sortByPosition } from './manual-order.ts';

const list = (...positions: number[]) => positions.map((position, index) => ({ destinationId: `d${index}`, position }));

/** The order after a move, by id. */
function moved(before: ReturnType<typeof list>, id: string, index: number): string {
  const changes = positionsAfterMove(before, id, index);
  const after = before.map((each) => ({ ...each, position: changes.get(each.destinationId) ?? each.position }));
  return sortByPosition(after)
    .map(({ destinationId }) => destinationId)
    .join(' ');
}

describe('positionsAfterMove', () => {
  it('changes only the moved destination', () => {
    expect(positionsAfterMove(list(10, 20, 30), 'd2', 1)).toEqual(new Map([['d2', 15]]));
    expect(moved(list(10, 20, 30), 'd2', 0)).toBe('d2 d0 d1');
    expect(moved(list(10, 20, 30), 'd0', 2)).toBe('d1 d2 d0');
    expect(moved(list(10, 20, 30), 'd0', 1)).toBe('d1 d0 d2');
  });

  it('changes nothing for the same place or an unknown id, and clamps an index past the end', () => {
    expect(positionsAfterMove(list(10, 20), 'd1', 1).size).toBe(0);
    expect(positionsAfterMove(list(10, 20), 'other', 0).size).toBe(0);
    expect(moved(list(10, 20, 30), 'd0', 99)).toBe('d1 d2 d0');
  });

  it('renumbers the list after equal positions and after many moves to one place', () => {
    expect(moved(list(10, 10, 10), 'd2', 0)).toBe('d2 d0 d1');
    expect(moved(list(10, 10, 10), 'd2', 1)).toBe('d0 d2 d1');
    let order = list(1.7e12, 1.7e12 + 1, 1.7e12 + 2);
    for (let turn = 0; turn < 200; turn += 1) {
      const last = order.at(-1)!.destinationId;
      const changes = positionsAfterMove(order, last, 1);
      order = sortByPosition(
        order.map((each) => ({ ...each, position: changes.get(each.destinationId) ?? each.position })),
      );
      expect(order[1]!.destinationId).toBe(last);
    }
  });
});
