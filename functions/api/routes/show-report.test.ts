import { describe, expect, it } from 'vitest';
import { DESTINATION_ID, makeRecord, NOW, useTestApi } from '../../../test/support/api.ts';
import { makeShow, makeShowDestination, SHOW_ID } from '../../../test/support/make-show.ts';
import { makeTarget, TARGET_ID } from '../../../test/support/make-target.ts';
import { listDeliveries } from '../../aws/delivery-table.ts';
import { insertTarget } from '../../aws/notification-target-table.ts';
import { archiveShow, getShow, insertShow } from '../../aws/show-table.ts';
import { finishShow } from '../../workflow/finish-show.ts';

const test = useTestApi();
const PATH = `/api/shows/${SHOW_ID}/report`;
const MINUTE_MS = 60_000;
const before = (minutes: number) => new Date(NOW.getTime() - minutes * MINUTE_MS).toISOString();

async function putShow(ageDays = 0): Promise<void> {
  const earlier = (minutes: number) => new Date(Date.parse(before(minutes)) - ageDays * 86_400_000).toISOString();
  await test.put(makeRecord({ name: 'YouTube' }));
  const show = makeShow({
    state: 'ended',
    ...{ startsAt: earlier(60), endsAt: earlier(10), liveAt: earlier(60), endingAt: earlier(10), endedAt: earlier(9) },
    endReason: 'clock',
    destinations: [
      makeShowDestination(DESTINATION_ID, {
        name: '=YouTube',
        startRequestedAt: earlier(62),
        onAirAt: earlier(60),
        offAirAt: earlier(9),
      }),
    ],
  });
  await insertShow(test.deps, show);
  await archiveShow(test.deps, show);
}

describe('GET /api/shows/{showId}/report', () => {
  it('200 with what was planned and what happened', async () => {
    await putShow();
    const { status, body } = await test.call('GET', PATH);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ showId: SHOW_ID, isFinal: true, startErrorSeconds: 0, endErrorSeconds: 0, incidents: [], failovers: 0 },
      recordings: [],
      bill: { usd: 0, explanation: 'nothing is charged on one machine' },
      destinations: [
        { destinationId: DESTINATION_ID, onAirErrorSeconds: 0, onAirSeconds: 51 * 60, observed: null, failovers: 0 },
      ],
    });
  });

  it('200 as CSV, one line for the show and one for each destination, without formulas', async () => {
    await putShow();
    const { text, headers } = await test.call('GET', `${PATH}?format=csv`);
    expect(headers.get('content-disposition')).toContain(`show-${before(60).slice(0, 10)}-${SHOW_ID}.csv`);
    const lines = text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain('show,Sunday service');
    expect(lines[0]).toContain('failovers,costUsd,costIsComplete,estimateUsd,billUsd,problem');
    expect(lines.map((line) => line.split(',').length)).toEqual([16, 16, 16]);
    expect(lines[2]).toContain("destination,'=YouTube,false");
  });

  it('says on AWS where the bill is to be read, and claims no amount', async () => {
    await putShow();
    test.rebuild({ embedded: false });
    const { body } = await test.call('GET', PATH);
    expect(body.bill).toEqual({ usd: null, explanation: expect.stringContaining('sluice:destination') });
  });

  it('200 with nothing invented when the history has been deleted', async () => {
    await putShow(120);
    const { body } = await test.call('GET', PATH);
    expect([body.incidents, body.failovers, body.cost, body.destinations[0].cost]).toEqual([null, null, null, null]);
  });

  it('404 for a show that does not exist', async () => {
    expect((await test.call('GET', PATH)).status).toBe(404);
  });

  it('422 for an unknown format', async () => {
    expect((await test.call('GET', `${PATH}?format=pdf`)).status).toBe(422);
  });
});

describe('the announcement of a report', () => {
  const ended = makeShow({ state: 'ended', endedAt: before(1), sendsReport: true });
  const sent = async () => (await listDeliveries(test.deps, TARGET_ID, 10)).map(({ event }) => event.type);

  it('is one message, however often the show is finished', async () => {
    await insertTarget(test.deps, await makeTarget(test.deps, { url: 'https://hook.example.com/a' }));
    await insertShow(test.deps, ended);
    await finishShow(test.deps, ended);
    await Promise.all([finishShow(test.deps, ended), finishShow(test.deps, (await getShow(test.deps, SHOW_ID))!)]);
    expect(await sent()).toEqual(['report.ready']);
    expect((await getShow(test.deps, SHOW_ID))!.state).toBe('ended');
  });

  it('is none for a show that does not want it', async () => {
    await insertTarget(test.deps, await makeTarget(test.deps, { url: 'https://hook.example.com/a' }));
    await insertShow(test.deps, { ...ended, sendsReport: false });
    await finishShow(test.deps, { ...ended, sendsReport: false });
    expect(await sent()).toEqual([]);
  });

  it('is a choice of the plan, which copies keep', async () => {
    const plan = { title: 'Evening', zone: 'UTC', localStart: '2026-11-22T20:00', sendsReport: true };
    const { body } = await test.call('POST', '/api/shows', { body: plan });
    const copy = { localStart: '2026-11-23T20:00' };
    const { body: copied } = await test.call('POST', `/api/shows/${body.showId}/duplicate`, { body: copy });
    const off = await test.call('PATCH', `/api/shows/${body.showId}`, { body: { sendsReport: false } });
    expect([body.sendsReport, copied.sendsReport, off.body.sendsReport]).toEqual([true, true, false]);
  });
});
