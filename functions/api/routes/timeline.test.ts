import { describe, expect, it } from 'vitest';
import { putOperation, putTimelineEntry } from '../../aws/history-table.ts';
import type { Destination } from '../../domain/destination.ts';
import { settle, withOperation } from '../../domain/lifecycle.ts';
import { DESTINATION_ID, makeRecord, NOW, OTHER_ID, useTestApi } from '../../../test/support/api.ts';

const test = useTestApi();

/** Returns the time so many minutes before now. */
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);
const main = makeRecord();
const gone = makeRecord({ destinationId: OTHER_ID, name: '=Gone' });

async function putEnded(record: Destination, generation: number, began: Date, ended: Date): Promise<void> {
  const begun = withOperation({ ...record, generation }, 'start', { now: began, requestedBy: 'operator' });
  await putOperation(test.deps, begun, settle(begun, { outcome: 'succeeded' }, ended).operation);
}

async function putHealth(record: Destination, at: Date, detail = 'good: fine'): Promise<void> {
  const entry = { at: at.toISOString(), actor: 'monitor', kind: 'health' as const, detail };
  await putTimelineEntry(test.deps, record, entry, 1);
}

const read = async (query = '') => test.call('GET', `/api/timeline${query}`);
type Entry = Record<string, string>;
const shown = (entries: Entry[]) => entries.map(({ at, kind, destinationName }) => [at, kind, destinationName]);

async function readAll(query: string, limit: number): Promise<Entry[]> {
  const found: Entry[] = [];
  let cursor: string | null = null;
  do {
    const { status, body } = await read(`?limit=${limit}${query}${cursor ? `&cursor=${cursor}` : ''}`);
    expect(status).toBe(200);
    found.push(...body.data);
    cursor = body.nextCursor;
  } while (cursor);
  return found;
}

describe('GET /api/timeline', () => {
  it('200 lists all destinations, newest first, deleted ones by their last name', async () => {
    await putEnded(gone, 1, ago(50), ago(30));
    await putHealth(main, ago(40));
    await test.put(withOperation(main, 'start', { now: ago(1), requestedBy: 'operator' }));
    const { status, body } = await read();
    expect(status).toBe(200);
    expect(shown(body.data)).toEqual([
      [ago(1).toISOString(), 'operation_began', 'Main'],
      [ago(30).toISOString(), 'operation_ended', '=Gone'],
      [ago(40).toISOString(), 'health', 'Main'],
      [ago(50).toISOString(), 'operation_began', '=Gone'],
    ]);
    expect(body.data[1]).toMatchObject({ destinationId: OTHER_ID, operationId: `${OTHER_ID}-start-2` });
    expect(body.nextCursor).toBeNull();
  });

  it('200 returns each entry once, page by page, over days and at the same instant', async () => {
    for (let index = 0; index < 12; index++) {
      await putEnded(main, index, ago(index * 400 + 91), ago(index * 400 + 1));
      await putHealth(index % 2 ? main : gone, ago(index * 400 + 91));
      await putHealth(main, ago(index * 400 + 1), 'down: no');
    }
    const whole = await readAll('', 200);
    expect(whole).toHaveLength(48);
    expect(whole.map(({ at }) => at)).toEqual(
      whole
        .map(({ at }) => at)
        .toSorted()
        .toReversed(),
    );
    for (const limit of [1, 5, 7]) expect(await readAll('', limit)).toEqual(whole);
    expect(new Set(whole.map(({ entryId }) => entryId)).size).toBe(48);
  });

  it('200 filters by kind, destination and time', async () => {
    await putEnded(gone, 1, ago(50), ago(30));
    await putHealth(main, ago(40));
    await putHealth(main, ago(60 * 24 * 8));
    expect(shown((await read('?kind=operation_began')).body.data)).toEqual([
      [ago(50).toISOString(), 'operation_began', '=Gone'],
    ]);
    expect((await read(`?destinationId=${DESTINATION_ID}`)).body.data).toHaveLength(1);
    expect((await read(`?destinationId=${DESTINATION_ID}&from=2026-11-01`)).body.data).toHaveLength(2);
    const between = `?from=${ago(50).toISOString()}&to=${ago(40).toISOString()}`;
    // Includes the start and excludes the end, because the row was written after it.
    expect(shown((await read(between)).body.data)).toEqual([[ago(50).toISOString(), 'operation_began', '=Gone']]);
    expect((await read('?from=9999-12-30&to=9999-12-31')).body.data).toEqual([]);
  });

  it('200 as a CSV file with all entries and without spreadsheet formulas', async () => {
    await putEnded(gone, 1, ago(50), ago(30));
    const answer = await read('?format=csv&limit=1');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="timeline-2026-11-14-2026-11-21.csv"');
    expect(answer.text.split('\r\n')).toEqual([
      'at,destinationId,destinationName,kind,actor,operationId,detail,code',
      `${ago(30).toISOString()},${OTHER_ID},'=Gone,operation_ended,workflow,${OTHER_ID}-start-2,start succeeded,`,
      `${ago(50).toISOString()},${OTHER_ID},'=Gone,operation_began,operator,${OTHER_ID}-start-2,start began,`,
      '',
    ]);
  });

  it('422 for a cursor of other filters and for an invalid cursor', async () => {
    await putEnded(main, 1, ago(50), ago(30));
    const { nextCursor } = (await read('?limit=1&kind=operation_ended')).body;
    expect(nextCursor).toBeNull();
    const cursor = (await read('?limit=1')).body.nextCursor;
    expect(cursor).not.toBeNull();
    for (const query of [
      `kind=health&cursor=${cursor}`,
      `from=2026-11-20&cursor=${cursor}`,
      'cursor=x',
      'cursor=W10',
    ]) {
      const answer = await read(`?${query}`);
      expect([answer.status, answer.problem.errors?.[0]?.field], query).toEqual([422, 'cursor']);
    }
  });

  it('422 for a cursor with a forged time, without a read', async () => {
    await putEnded(main, 1, ago(50), ago(30));
    const { nextCursor } = (await read('?limit=1')).body;
    const [digest, from, to, at, entryId] = JSON.parse(Buffer.from(nextCursor, 'base64url').toString());
    const long = '2021-11-21T00:00:00.000Z';
    const seen = test.watchTable();
    for (const forged of [
      [digest, long, to, at, entryId],
      [digest, long, long, at, entryId],
      [digest, from, to, '2099-01-01T00:00:00.000Z', entryId],
      [digest, to, from, at, entryId],
    ]) {
      const answer = await read(`?limit=1&cursor=${Buffer.from(JSON.stringify(forged)).toString('base64url')}`);
      expect([answer.status, answer.problem.errors?.[0]?.field], forged.join()).toEqual([422, 'cursor']);
    }
    expect(seen).toEqual([]);
  });

  it.each(['from=2026-01-01', 'from=2026-11-22&to=2026-11-21', 'kind=other', 'limit=0', 'since=1', 'to=soon'])(
    '422 for %s',
    async (query) => {
      expect((await read(`?${query}`)).status).toBe(422);
    },
  );
});

describe('the contract', () => {
  it('has a case for every status it documents', async () => {
    expect(await test.unmetStatuses('/api/timeline')).toEqual([]);
  });
});
