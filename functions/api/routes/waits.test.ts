import { describe, expect, it } from 'vitest';
import { changeDestination } from '../../aws/destination-table.ts';
import type { Destination } from '../../domain/destination.ts';
import { DESTINATION_ID, makeRecord, makeRunning, NOW, OTHER_ID, useTestApi } from '../../../test/support/api.ts';
import { WAITS } from '../waits.ts';

/** `Prefer: wait=N` on every call that answers 202. */

const test = useTestApi();

const path = `/api/destinations/${DESTINATION_ID}`;
const RUNNING: Partial<Destination> = { status: 'running', operation: null };

/** Runs work while the API waits. @param work by the second of the wait */
function during(work: Record<number, () => Promise<unknown>>): void {
  const { sleep } = test.deps;
  let second = 0;
  test.rebuild({
    sleep: async (delayMs) => {
      await sleep(delayMs);
      second += 1;
      await work[second]?.();
    },
  });
}

const becomes = (changes: Partial<Destination> | null, destinationId = DESTINATION_ID) =>
  changeDestination(test.deps, destinationId, (record) => changes && { ...record, ...changes });

const start = (prefer: string, headers = {}) => test.call('POST', `${path}/start`, { headers: { prefer, ...headers } });
const waitedSeconds = () => (test.time.now.getTime() - NOW.getTime()) / 1000;

describe('a call with Prefer: wait=N', () => {
  it('answers with the result as soon as the work has ended', async () => {
    await test.put(makeRecord());
    during({ 3: () => becomes(RUNNING) });
    const { status, body, headers } = await start('wait=20');
    expect([status, body.status, body.operation]).toEqual([200, 'running', null]);
    expect(headers.get('preference-applied')).toBe('wait=20');
    expect(headers.get('location')).toBe(`/api/operations/${DESTINATION_ID}-start-4`);
    expect(headers.get('retry-after')).toBeNull();
    expect(waitedSeconds()).toBe(3);
  });

  it('answers 202 when the time is over, and says when to ask again', async () => {
    await test.put(makeRecord());
    const { status, body, headers } = await start('wait=4');
    expect([status, body.status]).toEqual([202, 'starting']);
    expect([headers.get('preference-applied'), headers.get('retry-after')]).toEqual(['wait=4', '2']);
    expect(waitedSeconds()).toBe(4);
  });

  it('waits at most 25 seconds, and reads the preference among others', async () => {
    await test.put(makeRecord());
    const { headers } = await start('respond-async, wait="900"; foo=bar, handling=lenient');
    expect([headers.get('preference-applied'), waitedSeconds()]).toEqual(['wait=25', 25]);
  });

  it('does not wait without the preference', async () => {
    await test.put(makeRecord());
    const { status, headers } = await start('respond-async');
    expect([status, headers.get('preference-applied'), headers.get('retry-after')]).toEqual([202, null, '2']);
    expect(waitedSeconds()).toBe(0);
  });

  it.each(['wait', 'wait=', 'wait=soon', 'wait=-1', 'wait=1.5'])('refuses %s, and begins nothing', async (prefer) => {
    await test.put(makeRecord());
    const { status, problem } = await start(prefer);
    expect([status, problem.errors?.[0]?.field]).toEqual([422, 'Prefer']);
    expect(test.executions()).toEqual([]);
  });

  it('waits for a failure too', async () => {
    await test.put(makeRecord());
    const lastError = { code: 'quota_exceeded', detail: 'full', remedy: 'ask', at: NOW.toISOString() } as const;
    during({ 2: () => becomes({ status: 'error', operation: null, lastError: lastError as never }) });
    const { status, body } = await start('wait=20');
    expect([status, body.status, body.lastError.code]).toEqual([200, 'error', 'quota_exceeded']);
  });

  it('waits for the start that follows the stop of a restart', async () => {
    await test.put(makeRunning());
    during({
      2: () => becomes({ status: 'idle', operation: null, desired: 'running' }),
      4: () => becomes(RUNNING),
    });
    const { body } = await test.call('POST', `${path}/restart`, { headers: { prefer: 'wait=20' } });
    expect([body.status, waitedSeconds()]).toEqual(['running', 4]);
  });

  it('waits for the start that a repeated request finds', async () => {
    await test.put(makeRecord());
    await start('respond-async');
    during({ 2: () => becomes(RUNNING) });
    const { status, body } = await start('wait=20');
    expect([status, body.status]).toEqual([200, 'running']);
  });

  it('waits again when it is repeated with its idempotency key', async () => {
    await test.put(makeRecord());
    const key = { 'idempotency-key': 'one' };
    expect((await start('wait=1', key)).status).toBe(202);
    during({ 2: () => becomes(RUNNING) });
    const { body, headers } = await start('wait=20', key);
    expect([body.status, headers.get('idempotent-replayed')]).toEqual(['running', 'true']);
    expect(test.executions()).toHaveLength(1);
  });

  it('answers 204 when the resource is gone', async () => {
    await test.put(makeRecord());
    during({ 2: () => becomes(null) });
    const { status, text } = await test.call('DELETE', path, { headers: { prefer: 'wait=20' } });
    expect([status, text]).toEqual([204, '']);
  });

  it('waits for every item of a bulk request', async () => {
    await test.put(makeRunning());
    await test.put(makeRunning({ destinationId: OTHER_ID }));
    const idle = { status: 'idle', operation: null } as const;
    during({ 2: () => becomes(idle), 5: () => becomes(idle, OTHER_ID) });
    const { status, body } = await test.call('POST', '/api/destinations/stop', {
      headers: { prefer: 'wait=20' },
      body: { ids: [DESTINATION_ID, OTHER_ID] },
    });
    expect([status, waitedSeconds()]).toEqual([200, 5]);
    expect(body.results.map((each: { outcome: string; status: string }) => [each.outcome, each.status])).toEqual([
      ['accepted', 'idle'],
      ['accepted', 'idle'],
    ]);
  });

  it('shows the state of an operation once it has ended', async () => {
    await test.put(makeRecord());
    const { headers } = await start('respond-async');
    const location = headers.get('location')!;
    const { body } = await test.call('GET', location, { headers: { prefer: 'wait=3' } });
    expect([body.state, waitedSeconds()]).toEqual(['running', 3]);
  });

  it('keeps the answer of a request whose progress cannot be read', async () => {
    await test.put(makeRecord());
    during({ 1: async () => void (test.deps.deployment.tableName = 'gone') });
    const { status, headers } = await start('wait=2');
    expect([status, headers.get('preference-applied')]).toEqual([202, 'wait=2']);
    expect(test.log.join('\n')).toContain('a wait could not look');
  });

  it('is documented on every route that answers 202, and on operations', async () => {
    const { body: document } = await test.call('GET', '/api/openapi.json');
    type Operation = { responses: object; parameters?: { name: string; in: string }[] };
    const operations = Object.entries<Record<string, Operation>>(document.paths).flatMap(([each, methods]) =>
      Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${each}`, operation] as const),
    );
    const slow = operations.filter(([, { responses }]) => '202' in responses).map(([route]) => route);
    expect([...slow, 'GET /api/operations/{operationId}'].toSorted()).toEqual(Object.keys(WAITS).toSorted());
    const documented = operations.filter(([, { parameters }]) => parameters?.some(({ name }) => name === 'Prefer'));
    expect(documented.map(([route]) => route).toSorted()).toEqual(Object.keys(WAITS).toSorted());
  });
});
