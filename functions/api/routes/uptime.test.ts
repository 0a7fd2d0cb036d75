import { describe, expect, it } from 'vitest';
import { putOperation, putTimelineEntry } from '../../aws/history-table.ts';
import { getNewestUptimeDay, listUptimeDays } from '../../aws/uptime-table.ts';
import type { HealthCode } from '../../domain/health-reasons.ts';
import type { Operation } from '../../domain/destination.ts';
import { recordUptime } from '../../schedules/record-uptime.ts';
import { DESTINATION_ID, makeRecord, makeRunning, MISSING_ID, NOW, useTestApi } from '../../../test/support/api.ts';

const test = useTestApi();
const HOUR = 3600;
/** NOW is 18:00 UTC. */
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * HOUR * 1000).toISOString();
let generation = 0;

async function operate(kind: Operation['kind'], startedAt: string, outcome: 'succeeded' | 'failed' = 'succeeded') {
  generation += 1;
  const rest = { requestedBy: 'operator', deadlineAt: startedAt, steps: [], outcome, endedAt: startedAt };
  await putOperation(test.deps, makeRecord(), { operationId: `o${generation}`, kind, generation, startedAt, ...rest });
}

async function observe(at: string, code: HealthCode) {
  const entry = { at, actor: 'monitor', kind: 'health' as const, detail: `${code}: `, code };
  await putTimelineEntry(test.deps, makeRecord(), entry, 1);
}

const states = async (path = '/api/uptime') => {
  const { status, body } = await test.call('GET', path);
  expect(status).toBe(200);
  return body.data.map((row: { day: string; seconds: Record<string, number>; wantedSeconds: number }) => [
    row.day,
    row.wantedSeconds,
    Object.fromEntries(Object.entries(row.seconds).filter(([, seconds]) => seconds > 0)),
  ]);
};

describe('GET /api/uptime', () => {
  it('200 computes today up to now, and adds the states up', async () => {
    await test.put(makeRunning());
    await operate('start', hoursAgo(2));
    await observe(hoursAgo(1.5), 'delivering');
    await observe(hoursAgo(0.5), 'no_source');
    expect(await states()).toEqual([
      ['2026-11-21', 2 * HOUR, { starting: HOUR / 2, delivering: HOUR, waiting: HOUR / 2 }],
    ]);
    const { body } = await test.call('GET', '/api/uptime');
    expect(body.data[0].reasons.map(({ reason }: { reason: string }) => reason)).toEqual(['starting', 'no_source']);
    expect(body.total.wantedSeconds).toBe(2 * HOUR);
  });

  it('200 gives the same days before and after they are stored, over midnight', async () => {
    await test.put(makeRecord());
    await operate('start', hoursAgo(20));
    await observe(hoursAgo(19), 'delivering');
    await operate('stop', hoursAgo(1));
    const expected = [
      ['2026-11-21', 17 * HOUR, { delivering: 17 * HOUR }],
      ['2026-11-20', 2 * HOUR, { starting: HOUR, delivering: HOUR }],
    ];
    expect(await states()).toEqual(expected);
    expect(await recordUptime({ ...test.deps, now: () => NOW })).toEqual(['2026-11-20']);
    expect(await recordUptime({ ...test.deps, now: () => NOW })).toEqual([]);
    expect(await getNewestUptimeDay(test.deps)).toBe('2026-11-20');
    expect(await states()).toEqual(expected);
    expect(await states('/api/uptime?from=2026-11-20&to=2026-11-20')).toEqual([expected[1]]);
  });

  it('catches up on missed days, each from what the day before has left', async () => {
    await test.put(makeRunning());
    await operate('start', hoursAgo(20 + 48));
    await observe(hoursAgo(19 + 48), 'delivering');
    const daysAgo = (days: number) => ({ ...test.deps, now: () => new Date(NOW.getTime() - days * 24 * HOUR * 1000) });
    expect(await recordUptime(daysAgo(2))).toEqual(['2026-11-18']);
    expect(await recordUptime(daysAgo(0))).toEqual(['2026-11-19', '2026-11-20']);
    const stored = await listUptimeDays(test.deps, { from: '2026-11-18', to: '2026-11-20' });
    expect(stored.map(({ day, seconds }) => [day, seconds.starting, seconds.delivering])).toEqual([
      ['2026-11-18', HOUR, HOUR],
      ['2026-11-19', 0, 24 * HOUR],
      ['2026-11-20', 0, 24 * HOUR],
    ]);
  });

  it('200 counts a failed start until it failed, and nothing for a destination that was never started', async () => {
    await test.put(makeRecord());
    await operate('create', hoursAgo(3));
    expect(await states()).toEqual([]);
    await operate('start', hoursAgo(2), 'failed');
    expect(await states()).toEqual([]);
  });

  it('200 answers for one destination, and with a table', async () => {
    await test.put(makeRunning());
    await operate('start', hoursAgo(1));
    expect(await states(`/api/uptime?destinationId=${MISSING_ID}`)).toEqual([]);
    expect(await states(`/api/uptime?destinationId=${DESTINATION_ID}`)).toHaveLength(1);
    const { text, headers } = await test.call('GET', '/api/uptime?format=csv');
    expect(headers.get('content-disposition')).toContain('uptime-2026-10-23-2026-11-21.csv');
    expect(text.split('\r\n').slice(0, 2)).toEqual([
      'day,destinationId,name,wantedSeconds,starting,delivering,degraded,down,waiting,unknown,reasons',
      `2026-11-21,${DESTINATION_ID},${makeRecord().name},3600,3600,0,0,0,0,0,starting 3600`,
    ]);
  });

  it('200 lists the source beside the destinations', async () => {
    const owner = { destinationId: 'source', name: 'Source' };
    const entry = { at: hoursAgo(1), actor: 'monitor', kind: 'source' as const, detail: '' };
    await putTimelineEntry(test.deps, owner, { ...entry, source: { state: 'connected' } }, 0);
    expect(await states('/api/uptime?destinationId=source')).toEqual([['2026-11-21', HOUR, { delivering: HOUR }]]);
  });

  it.each([
    ['to=2026-11-22', 'to'],
    ['from=2026-11-20&to=2026-11-19', 'from'],
    ['from=2025-10-01', 'from'],
    ['from=yesterday', 'from'],
    ['destinationId=x', 'destinationId'],
  ])('422 for %s names the field', async (query, field) => {
    const { status, problem } = await test.call('GET', `/api/uptime?${query}`);
    expect(status).toBe(422);
    expect(problem.errors?.map((error) => error.field)).toEqual([field]);
  });
});
