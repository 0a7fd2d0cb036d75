import { newestFirst, type TimelineItem } from './timeline.ts';

/** An entry of the timeline, which may stand for several destinations to which the same happened in the same second. */
export interface JoinedItem extends TimelineItem {
  /** The other destinations. */
  others: { destinationId: string; destinationName: string }[];
}

const secondOf = ({ at }: TimelineItem) => at.slice(0, 19);

/**
 * Joins changes of health that several destinations had in the same second, with the same code and text. The joined entry
 * has the id and time of the oldest of them, so that a page that ends with it has shown them all.
 * @param items newest first
 */
export async function* joinSeconds(items: AsyncIterable<TimelineItem>): AsyncGenerator<JoinedItem> {
  let second: TimelineItem[] = [];
  for await (const item of items) {
    if (second[0] && secondOf(second[0]) !== secondOf(item)) {
      yield* join(second);
      second = [];
    }
    second.push(item);
  }
  yield* join(second);
}

function join(items: readonly TimelineItem[]): JoinedItem[] {
  const alike = Map.groupBy(items, ({ entryId, kind, code, detail, actor }) =>
    kind === 'health' ? JSON.stringify([code, detail, actor]) : entryId,
  );
  const joined = [...alike.values()].map((group) => {
    const oldest = group.at(-1)!;
    const names = new Map(group.map(({ destinationId, destinationName }) => [destinationId, destinationName]));
    names.delete(oldest.destinationId);
    const others = [...names].map(([destinationId, destinationName]) => ({ destinationId, destinationName }));
    return { ...oldest, others };
  });
  return joined.toSorted(newestFirst);
}
