import { describe, expect, it } from 'vitest';
import { joinSeconds, type JoinedItem } from './timeline-seconds.ts';
import type { TimelineItem } from './timeline.ts';

function item(number: number, at: string, change: Partial<TimelineItem> = {}): TimelineItem {
  return {
    entryId: `dst_${number}.${at}`,
    at,
    actor: 'monitor',
    kind: 'health',
    code: 'waiting_for_source',
    detail: 'waiting for the source',
    operationId: null,
    destinationId: `dst_${number}`,
    destinationName: `Destination ${number}`,
    ...change,
  };
}

async function join(items: TimelineItem[]): Promise<JoinedItem[]> {
  async function* read() {
    yield* items;
  }
  const joined: JoinedItem[] = [];
  for await (const each of joinSeconds(read())) joined.push(each);
  return joined;
}

const AT = '2026-11-21T18:00:05';

describe('changes of health', () => {
  it('of seven destinations in the same second are one entry, with the time of the oldest', async () => {
    const items = [7, 6, 5, 4, 3, 2, 1].map((number) => item(number, `${AT}.${number}00Z`));
    const joined = await join(items);
    expect(joined).toMatchObject([{ destinationId: 'dst_1', at: `${AT}.100Z` }]);
    expect(joined[0]!.others.map(({ destinationName }) => destinationName)).toEqual(
      [7, 6, 5, 4, 3, 2].map((number) => `Destination ${number}`),
    );
  });

  it('with another code, text or second stay separate', async () => {
    const items = [
      item(1, '2026-11-21T18:00:06.000Z'),
      item(2, `${AT}.900Z`, { code: 'stalled' }),
      item(3, `${AT}.800Z`, { detail: 'another' }),
      item(4, `${AT}.700Z`),
    ];
    const joined = await join(items);
    expect(joined.map(({ destinationId, others }) => [destinationId, others])).toEqual(
      [1, 2, 3, 4].map((number) => [`dst_${number}`, []]),
    );
  });

  it('stay in order among other entries of their second', async () => {
    const operation = item(3, `${AT}.500Z`, { kind: 'operation_ended', code: null });
    const joined = await join([item(1, `${AT}.900Z`), operation, item(2, `${AT}.100Z`)]);
    expect(joined.map(({ at, others }) => [at, others.length])).toEqual([
      [`${AT}.500Z`, 0],
      [`${AT}.100Z`, 1],
    ]);
  });
});

describe('entries of other kinds', () => {
  it('are never joined', async () => {
    const ended = (number: number) =>
      item(number, `${AT}.000Z`, { kind: 'operation_ended', detail: 'start succeeded' });
    expect(await join([ended(2), ended(1)])).toHaveLength(2);
  });
});
