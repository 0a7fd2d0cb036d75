import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Operation, TimelineEntry } from './destination.ts';
import {
  inOrder,
  LOOK_AHEAD_MS,
  newestFirst,
  toTimelineItems,
  type HistoryLike,
  type TimelineItem,
} from './timeline.ts';

const time = (seconds: number) => new Date(Date.UTC(2026, 10, 21) + seconds * 1000).toISOString();

function makeOperation(generation: number, began: number, ended: number): HistoryLike & { operation: Operation } {
  const operation: Operation = {
    operationId: `dst_1-start-${generation}`,
    kind: 'start',
    generation,
    requestedBy: 'operator',
    startedAt: time(began),
    endedAt: time(ended),
    deadlineAt: time(began + 9000),
    steps: [],
    outcome: 'succeeded',
  };
  return {
    destinationId: 'dst_1',
    destinationName: 'Main',
    key: `operation#${generation}`,
    at: time(ended),
    operation,
    entry: null,
  };
}

async function* pagesOf(rows: HistoryLike[], size: number) {
  for (let start = 0; start < rows.length; start += size) yield rows.slice(start, start + size);
}

async function collect(items: AsyncIterable<TimelineItem>): Promise<TimelineItem[]> {
  const all: TimelineItem[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('the timeline', () => {
  it('is newest first, although a row is written when its operation ends', async () => {
    const anyRows = fc.array(fc.tuple(fc.nat(5000), fc.nat(7000)), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(anyRows, fc.integer({ min: 1, max: 5 }), async (spans, size) => {
        const rows = spans
          .map(([began, length], index) => makeOperation(index, began, began + length))
          .toSorted((one, other) => (one.at < other.at ? 1 : -1));
        const items = await collect(inOrder(pagesOf(rows, size), [], () => 'Main'));
        expect(items).toEqual(items.toSorted(newestFirst));
        expect(new Set(items.map(({ entryId }) => entryId)).size).toBe(2 * rows.length);
      }),
    );
  });

  it('contains the start of an operation once when the operation ends during the read', async () => {
    const row = makeOperation(1, 10, 20);
    const [, began] = toTimelineItems(row, 'Main');
    const items = await collect(inOrder(pagesOf([row], 1), [began!], () => 'Main'));
    expect(items.map(({ kind }) => kind)).toEqual(['operation_ended', 'operation_began']);
  });

  it('mentions a start that lies too far back in the entry of the end', () => {
    const items = toTimelineItems(makeOperation(1, 0, LOOK_AHEAD_MS / 1000 + 1), 'Main');
    expect(items.map(({ detail }) => detail)).toEqual([`start succeeded; it began at ${time(0)}`]);
  });
});

describe('a change of health', () => {
  const read = (entry: Partial<TimelineEntry>) => {
    const whole: TimelineEntry = { at: time(0), actor: 'monitor', kind: 'health', detail: '', ...entry };
    const row = { destinationId: 'dst_1', destinationName: 'Main', key: 'entry#1', at: time(0), operation: null };
    const [item] = toTimelineItems({ ...row, entry: whole }, 'Main');
    return [item!.code, item!.detail];
  };

  it('has its code beside its words', () => {
    expect(read({ code: 'stalled', detail: 'no byte: for 10 s' })).toEqual(['stalled', 'no byte: for 10 s']);
  });

  it('is read from the text of an earlier version', () => {
    const detail =
      'stream_key_rejected: the platform refused the key, attempt 2, next attempt at 2026-11-21T03:46:38.201Z';
    expect(read({ detail })).toEqual(['stream_key_rejected', 'the platform refused the key']);
    expect(read({ detail: 'not_running: ' })).toEqual(['not_running', 'not on air']);
    expect(read({ detail: 'a_former_code: ' })).toEqual(['a_former_code', 'a former code']);
    expect(read({ detail: 'Plain words' })).toEqual([null, 'Plain words']);
  });

  it('leaves the text of other entries as it is', () => {
    expect(read({ kind: 'drift', detail: 'moved: by hand' })).toEqual([null, 'moved: by hand']);
  });
});
