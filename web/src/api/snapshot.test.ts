import { QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SnapshotPart } from '../../../functions/api/schemas/snapshot.ts';

// The query library polls only where there is a window.
vi.hoisted(() => vi.stubGlobal('window', globalThis));

const { queryClient, queryKeys } = await import('./query-client.ts');
const { api } = await import('./client.ts');
const { forgetSnapshot, readPart, snapshotQuery } = await import('./snapshot.ts');

const PARTS: SnapshotPart[] = ['destinations', 'source', 'incidents', 'orphans', 'costs', 'service'];
const problem = { status: 503, code: 'upstream_unavailable', detail: 'the flow cannot be read' };
const idle = () => ({
  destinations: [{ destinationId: 'primary', primary: true, desired: 'running', status: 'running', bitrateBps: 1 }],
  source: { status: 'ACTIVE', source: { state: 'disconnected' } },
  groupStarts: [],
  incidents: [],
  orphans: [],
  costs: { perHourNow: 1 },
  problems: {},
});
const live = () => ({
  ...idle(),
  destinations: [{ destinationId: 'dst_1', primary: false, desired: 'running', status: 'running', bitrateBps: 1 }],
});

let shown: object;
let asked: { path: string; tag: string | null }[] = [];
const reads = () => asked.filter(({ path }) => path === '/api/snapshot');
let ends: (() => void)[] = [];

/** Opens a page that shows these parts. */
function open(parts = PARTS) {
  return parts.map((part) => {
    const observer = new QueryObserver(queryClient, snapshotQuery(part));
    ends.push(observer.subscribe(() => {}));
    return observer;
  });
}
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

beforeEach(() => {
  vi.useFakeTimers();
  shown = idle();
  asked = [];
  vi.stubGlobal('fetch', async (path: string, { headers }: RequestInit) => {
    const tag = new Headers(headers).get('if-none-match');
    asked.push({ path, tag });
    const text = JSON.stringify(shown);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const etag = `W/"${text.length}-${text.slice(0, 400)}"`;
    if (path !== '/api/snapshot') return Response.json({});
    return tag === etag
      ? new Response(null, { status: 304, headers: { etag } })
      : new Response(text, { headers: { etag } });
  });
});
afterEach(() => {
  for (const end of ends) end();
  ends = [];
  queryClient.clear();
  forgetSnapshot();
  vi.useRealTimers();
});

describe('the poll of a page', () => {
  it('is one request for all parts, 6 a minute while nothing happens', async () => {
    open();
    await pass(120_000);
    asked = [];
    await pass(60_000);
    expect(reads()).toHaveLength(6);
  });

  it('is at most 30 requests a minute while something is on air', async () => {
    shown = live();
    open();
    await pass(10_000);
    asked = [];
    await pass(60_000);
    expect(reads().length).toBeLessThanOrEqual(30);
    expect(reads().length).toBeGreaterThan(25);
  });

  it('stays one request for all parts when some of them fail and a page opens at another moment', async () => {
    shown = { ...idle(), source: null, costs: null, problems: { source: problem, costs: problem } };
    open(['destinations', 'source']);
    await pass(3000);
    open(['costs', 'incidents']);
    await pass(120_000);
    asked = [];
    await pass(60_000);
    expect(reads()).toHaveLength(6);
  });

  it('serves a part that a page opens between two polls without a request, with the age of its data', async () => {
    open(['destinations']);
    await pass(100);
    const readAtMs = queryClient.getQueryState(queryKeys.destinations)!.dataUpdatedAt;
    await pass(2000);
    const [incidents] = open(['incidents']);
    expect(incidents!.getCurrentResult()).toMatchObject({ data: [], dataUpdatedAt: readAtMs });
    expect(reads()).toHaveLength(1);
  });
});

describe('an unchanged snapshot', () => {
  it('keeps the objects of its parts and makes them younger', async () => {
    const [destinations] = open();
    await pass(100);
    const before = destinations!.getCurrentResult();
    await pass(6000);
    const after = destinations!.getCurrentResult();
    expect(reads().map(({ tag }) => tag !== null)).toEqual([false, true]);
    expect(after.data).toBe(before.data);
    expect(after.dataUpdatedAt).toBeGreaterThan(before.dataUpdatedAt);
  });

  it('undoes what the page has guessed', async () => {
    open();
    await pass(100);
    queryClient.setQueryData(queryKeys.orphans, [{ orphanId: 'guessed' }]);
    await pass(6000);
    expect(queryClient.getQueryData(queryKeys.orphans)).toEqual([]);
  });
});

describe('a part that cannot be read', () => {
  it('keeps what was known and its age, and leaves the others alone', async () => {
    const [destinations, source] = open();
    await pass(100);
    const known = source!.getCurrentResult();
    shown = { ...live(), source: null, problems: { source: problem } };
    await pass(6000);
    expect(source!.getCurrentResult()).toMatchObject({
      data: known.data,
      dataUpdatedAt: known.dataUpdatedAt,
      error: { problem: { code: 'upstream_unavailable' } },
    });
    expect(destinations!.getCurrentResult()).toMatchObject({ data: live().destinations, error: null });
  });
});

describe('a write', () => {
  it('is seen by the next read, however new the snapshot is', async () => {
    open();
    await pass(100);
    shown = live();
    void api.destinations[':destinationId'].start.$post({ param: { destinationId: 'dst_1' } });
    await pass(30);
    void queryClient.invalidateQueries({ queryKey: queryKeys.destinations });
    await pass(30);
    expect(queryClient.getQueryData(queryKeys.destinations)).toEqual(live().destinations);
  });

  it('is not overwritten by a read that was sent before it', async () => {
    open();
    await pass(100);
    void readPart('source').catch(() => {});
    forgetSnapshot();
    void readPart('source');
    await pass(5);
    void api.incidents[':incidentId'].acknowledge.$post({ param: { incidentId: 'inc_1' } });
    queryClient.setQueryData(queryKeys.incidents, [{ incidentId: 'inc_1' }]);
    await pass(100);
    expect(queryClient.getQueryData(queryKeys.incidents)).toEqual([{ incidentId: 'inc_1' }]);
  });
});
