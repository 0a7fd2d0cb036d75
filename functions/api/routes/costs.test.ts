import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { putOperation } from '../../aws/history-table.ts';
import { putOrphan } from '../../aws/orphan-table.ts';
import { putReport } from '../../aws/report-store.ts';
import { NOT_RECORDED } from '../../domain/deployment-cost.ts';
import type { Destination } from '../../domain/destination.ts';
import { settle, withOperation } from '../../domain/lifecycle.ts';
import { runOf } from '../../domain/recorded-run.ts';
import {
  DESTINATION_ID,
  makeFlow,
  makeOrphan,
  makePrimary,
  makeRecord,
  makeRunning,
  MISSING_ID,
  NOW,
  OTHER_ID,
  useTestApi,
} from '../../../test/support/api.ts';

const test = useTestApi();

const at = (time: string) => new Date(`2026-11-21T${time}.000Z`);
const twitch = { platform: 'twitch', preset: '1080p30' };
const OUTPUT = { width: 1920, height: 1080, framesPerSecond: 30, videoBitrateBps: 4_500_000, audioBitrateBps: 128_000 };

/** Stores an ended run in the history, as a stop does. */
async function putRun(from: Date, to: Date, change: Partial<Destination> = {}): Promise<void> {
  const channelRun = { startedAt: from.toISOString(), generation: 3 };
  const running = makeRunning({ ...twitch, held: { channelRun }, generation: ++generation, ...change });
  const stopping = withOperation(running, 'stop', { now: to, requestedBy: 'operator' });
  const step = { startedAt: to.toISOString(), endedAt: to.toISOString(), attempts: 1 };
  const results = { ReleaseChannelRun: { ...step, released: 'channelRun' as const } };
  const { operation } = settle(stopping, { outcome: 'succeeded' }, to, results);
  await putOperation(test.deps, stopping, operation, runOf(stopping, results));
}
let generation = 10;

describe('the cost of a destination', () => {
  const costOf = async () => (await test.call('GET', `/api/destinations/${DESTINATION_ID}`)).body.cost;

  it('is shown while off air, with the parts it leaves out', async () => {
    await test.put(makeRecord(twitch));
    expect(await costOf()).toEqual({
      currency: 'USD',
      perHourRunning: 0.785034,
      perHourIdle: 0,
      perHourNow: 0,
      minimumPerStart: 0.0996,
      isMinimumComplete: true,
      thisRun: null,
      parts: [
        { part: 'encoding', perHour: 0.5976, isComplete: true, isAbout: false },
        { part: 'transfer', perHour: null, isComplete: false, isAbout: false },
        { part: 'egress', perHour: 0.187434, isComplete: true, isAbout: true },
      ],
      isComplete: false,
      isAbout: true,
      unknownParts: ['transfer from MediaConnect to MediaLive'],
      isBilled: false,
    });
  });

  it('counts this run from the accepted start, at least ten minutes, with the settings at the start', async () => {
    const running = makeRunning({ ...twitch, standby: 'warm', preset: '480p30' });
    running.held.channelRun = { ...running.held.channelRun!, platform: 'twitch', preset: '1080p30' };
    await test.put(running);
    expect(await costOf()).toMatchObject({
      perHourRunning: 0.454734,
      perHourIdle: null,
      perHourNow: 0.5976,
      thisRun: 0.0996,
    });
    // 61 minutes and 10 seconds after 17:58:50, rounded up: 62 x 0.5976 / 60.
    test.time.now = at('19:00:00');
    expect(await costOf()).toMatchObject({ thisRun: 0.61752 });
  });

  it('counts the traffic of a run with recorded outputs by the second', async () => {
    const running = makeRunning(twitch);
    running.held.channelRun = { ...running.held.channelRun!, outputs: [OUTPUT] };
    await test.put(running);
    // Ten minutes of encoding, and 70 seconds of 0.187434 an hour.
    expect(await costOf()).toMatchObject({ perHourNow: 0.785034, thisRun: 0.103245, isAbout: true });
  });

  it('is priced by the input declared on AWS, not by the one declared on one machine', async () => {
    await test.put(makeRecord(twitch));
    const pricedInput = { Codec: 'AVC', Resolution: 'HD', MaximumBitrate: 'MAX_10_MBPS' } as const;
    test.rebuild({ deployment: { ...test.deps.deployment, pricedInput } });
    expect((await costOf()).parts[0]).toMatchObject({ part: 'encoding', perHour: 0.5616 });
  });

  it('is in the list too, without a read of the history', async () => {
    await test.put(makeRunning(twitch));
    const seen = test.watchTable();
    const { body } = await test.call('GET', '/api/destinations');
    expect(body.data[0].cost.thisRun).toBe(0.0996);
    expect(seen).toEqual(['DESTINATIONS']);
  });

  it('isBilled is true on AWS', async () => {
    await test.put(makeRecord(twitch));
    test.rebuild({ embedded: false });
    expect((await costOf()).isBilled).toBe(true);
  });

  it('is null without a price list', async () => {
    await test.put(makeRecord(twitch));
    const deployment = { ...test.deps.deployment, flowArn: 'arn:aws:mediaconnect:eu-north-1:0:flow:1-a:b' };
    test.rebuild({ deployment });
    expect(await costOf()).toMatchObject({ perHourRunning: null, minimumPerStart: null, isComplete: false });
    const { body } = await test.call('GET', '/api/costs/now');
    expect(body).toMatchObject({ region: 'eu-north-1', priceDate: null, isComplete: false });
    expect(body.unknownParts).toContain(
      'all prices of eu-north-1 (run npm run preflight -- --environment NAME --prices, then deploy)',
    );
  });
});

describe('GET /api/costs/now', () => {
  const now = async () => test.call('GET', '/api/costs/now');

  it('200 with only the flow and the fixed costs when nothing else exists', async () => {
    expect((await now()).body).toMatchObject({
      // The flow, 11.90 a month for CloudWatch, and 4.60 a month for keys and secrets.
      perHourNow: 0.184247,
      isComplete: true,
      isAbout: false,
      show: null,
      priceDate: '2026-09-18',
      isBilled: false,
    });
    await test.reset();
    test.mediaConnect.flow = makeFlow('STANDBY');
    expect((await now()).body.perHourNow).toBe(0.024247);
  });

  it('200 counts today’s fixed costs from the first deployment, and names what today leaves out', async () => {
    expect((await now()).body).toMatchObject({ soFarToday: 0, isSoFarComplete: false });
    await test.reset();
    await test.put({ ...makeRecord({ destinationId: 'primary' }), createdAt: '2026-11-21T08:00:00.000Z' });
    const { body } = await now();
    // Ten hours.
    expect(body.soFarToday).toBe(0.24247);
    expect(body.soFarUnknownParts).toEqual([...NOT_RECORDED.unknownParts]);
  });

  it('200 includes the price of flow and preview while they run', async () => {
    test.mediaConnect.flow = makeFlow('STANDBY');
    expect((await now()).body.whenRunning).toMatchObject({ flow: { perHour: 0.16 }, primary: null, viewer: null });
    await test.reset();
    await test.put(makeRecord({ destinationId: 'primary', platform: 'hls', preset: '720p30' }));
    expect((await now()).body.whenRunning).toEqual({
      flow: { perHour: 0.16, isComplete: true, isAbout: false, unknownParts: [] },
      primary: {
        perHour: 0.639828,
        isComplete: false,
        isAbout: true,
        unknownParts: [
          'transfer from MediaConnect to MediaLive',
          'viewers of the preview (MediaPackage origination, CloudFront)',
        ],
      },
      viewer: { perHour: 0.190026, isComplete: true, isAbout: true, unknownParts: [] },
    });
  });

  it('200 counts the metrics of both pipelines of a channel with a backup ingest', async () => {
    const single = makeRunning(twitch);
    const channel = { ...single.held.channel!, channelClass: 'STANDARD' as const };
    await test.put({ ...single, held: { ...single.held, channel } });
    const { body } = await now();
    // As much as two channels: 19 metrics a minute.
    expect(body.parts.find(({ part }: { part: string }) => part === 'monitoring').perHourNow).toBe(0.028745);
  });

  it('200 sums up the present cost, today’s runs and the show, including deleted destinations', async () => {
    await test.put(makeRunning(twitch));
    await test.put({ ...makePrimary(), platform: 'hls', createdAt: '2026-11-21T08:00:00.000Z' });
    await putRun(at('10:00:00'), at('11:00:00'), { destinationId: OTHER_ID, name: 'Gone' });
    await putOrphan(test.deps, makeOrphan());
    const { status, body } = await now();
    expect(status).toBe(200);
    // Two channels and an orphan at 0.5976, the flow, the fixed costs, and 19 metrics a minute.
    expect(body.perHourNow).toBe(1.987847);
    // One hour, twice ten minutes, and ten hours of the fixed costs.
    expect(body.soFarToday).toBe(1.03927);
    expect(body.show).toEqual({ since: '2026-11-21T17:58:50.000Z', soFar: 0.1992, isComplete: false });
    const shown = body.parts.map((part: Record<string, unknown>) => [
      part['part'],
      part['count'],
      part['perHourNow'],
      part['isComplete'],
      part['soFarToday'],
    ]);
    expect(shown).toEqual([
      ['destinations', 1, 0.5976, false, 0.6972],
      ['primary', 1, 0.5976, false, 0.0996],
      ['flow', 1, 0.16, true, null],
      ['leftovers', 1, 0.5976, false, null],
      ['monitoring', 76, 0.028745, true, 0.17945],
      ['keysAndSecrets', 7, 0.006302, true, 0.06302],
    ]);
    expect(body.notes.join(' ')).toContain('Not included');
  });

  it('200 follows a show over midnight', async () => {
    await test.put(
      makeRunning({ ...twitch, held: { channelRun: { startedAt: '2026-11-20T23:00:00.000Z', generation: 3 } } }),
    );
    await putRun(new Date('2026-11-20T23:10:00.000Z'), new Date('2026-11-20T23:40:00.000Z'), {
      destinationId: OTHER_ID,
    });
    test.time.now = at('01:00:00');
    // 60 minutes today; 120 and 30 since eleven.
    expect((await now()).body).toMatchObject({ soFarToday: 0.5976, show: { soFar: 1.494 } });
  });

  it('200 reads the records and each day of the show once', async () => {
    for (const [startedAt, days] of [
      ['2026-11-19T23:00:00.000Z', ['2026-11-19', '2026-11-20', '2026-11-21']],
      ['2026-11-21T00:00:00.000Z', ['2026-11-21']],
    ] as const) {
      await test.reset();
      await test.put(makeRunning({ ...twitch, held: { channelRun: { startedAt, generation: 3 } } }));
      const seen = test.watchTable();
      await now();
      expect(seen.toSorted()).toEqual([...days, 'DESTINATIONS', 'ORPHANS']);
    }
  });

  it('422 for an unknown query parameter', async () => {
    expect((await test.call('GET', '/api/costs/now?day=1')).status).toBe(422);
  });
});

describe('GET /api/costs', () => {
  const costs = (query = '', headers = {}) => test.call('GET', `/api/costs${query}`, { headers });

  beforeEach(async () => {
    await putRun(new Date('2026-11-20T22:00:00.000Z'), at('01:00:00'), { name: 'Before' });
    await putRun(at('10:00:00'), at('12:00:00'));
    await putRun(at('13:00:00'), at('13:00:30'), { destinationId: OTHER_ID, name: '=Evil, "Inc"', preset: '480p30' });
    await test.put(makeRunning(twitch));
  });

  it('200 by destination, for today unless a time is given', async () => {
    const { status, body } = await costs();
    expect(status).toBe(200);
    expect(body).toMatchObject({ from: '2026-11-21T00:00:00.000Z', to: NOW.toISOString(), currency: 'USD' });
    expect(body.data).toEqual([
      {
        key: DESTINATION_ID,
        name: 'Main',
        platform: 'twitch',
        runs: 2,
        minutes: 181.17,
        billedMinutes: 190,
        cost: 1.8924,
        isComplete: false,
        isAbout: false,
      },
      {
        key: OTHER_ID,
        name: '=Evil, "Inc"',
        platform: 'twitch',
        runs: 1,
        minutes: 0.5,
        billedMinutes: 10,
        cost: 0.0648,
        isComplete: false,
        isAbout: false,
      },
    ]);
    expect(body.total).toMatchObject({ runs: 3, minutes: 181.67, billedMinutes: 200, cost: 1.9572, isComplete: false });
    // These runs were recorded without bitrates.
    expect(body.unknownParts).toEqual([
      'transfer from MediaConnect to MediaLive',
      'transfer to the internet (bitrate not known)',
    ]);
  });

  it('200 by day and by platform add up to the same', async () => {
    const byDay = (await costs('?groupBy=day&from=2026-11-20')).body;
    expect(byDay.data.map(({ key, cost }: { key: string; cost: number }) => [key, cost])).toEqual([
      ['2026-11-20', 1.1952],
      ['2026-11-21', 1.9572],
    ]);
    const byPlatform = (await costs('?groupBy=platform&from=2026-11-20')).body;
    expect(byPlatform.data).toMatchObject([{ key: 'twitch', name: 'Twitch' }]);
    expect(byPlatform.total).toEqual(byDay.total);
    expect(byDay.total.cost).toBe(3.1524);
  });

  it('200 counts runs that end after the requested time', async () => {
    const { body } = await costs('?from=2026-11-20T23:00:00Z&to=2026-11-21T00:00:00%2B00:00');
    expect(body.total).toMatchObject({ runs: 0, billedMinutes: 60, cost: 0.5976 });
  });

  it('200 as a CSV file without spreadsheet formulas', async () => {
    for (const answer of [await costs('?format=csv'), await costs('', { accept: 'text/csv' })]) {
      expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
      expect(answer.headers.get('content-disposition')).toBe(
        'attachment; filename="costs-destination-2026-11-21-2026-11-21.csv"',
      );
      expect(answer.text).toBe(
        'key,name,platform,runs,minutes,billedMinutes,costUsd,isComplete\r\n' +
          `${DESTINATION_ID},Main,twitch,2,181.17,190,1.8924,false\r\n` +
          `${OTHER_ID},"'=Evil, ""Inc""",twitch,1,0.5,10,0.0648,false\r\n`,
      );
    }
    expect((await costs('?format=json', { accept: 'text/csv' })).body.currency).toBe('USD');
  });

  it.each([
    ['from=2026-11-22&to=2026-11-21', 'from'],
    ['from=2026-08-01', 'from'],
    ['from=2026-01-01&to=2026-01-02', 'from'],
    ['from=yesterday', 'from'],
    ['to=2026-13-01', 'to'],
    ['groupBy=colour', 'groupBy'],
    ['format=pdf', 'format'],
  ])('422 for %s', async (query, field) => {
    const answer = await costs(`?${query}`);
    expect([answer.status, answer.problem.errors?.[0]?.field]).toEqual([422, field]);
  });
});

describe('POST /api/estimates', () => {
  const estimate = (body: object) => test.call('POST', '/api/estimates', { body });

  it('200 for destinations, one by one and in total', async () => {
    await test.put(makeRecord(twitch));
    await test.put(makeRecord({ ...twitch, destinationId: OTHER_ID, preset: '480p30', standby: 'warm' }));
    const { status, body } = await estimate({ destinationIds: [DESTINATION_ID, OTHER_ID, OTHER_ID], hours: 2.5 });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      perHour: 1.239768,
      minimum: 0.1644,
      isMinimumComplete: true,
      total: 3.09942,
      isComplete: false,
      isAbout: true,
      unknownParts: ['transfer from MediaConnect to MediaLive'],
    });
    expect(body.items).toMatchObject([
      { destinationId: DESTINATION_ID, name: 'Main', perHour: 0.785034, total: 1.962585, perHourIdle: 0 },
      { destinationId: OTHER_ID, perHour: 0.454734, total: 1.136835, perHourIdle: null },
    ]);
    expect(body.items[0].parts).toMatchObject([{ part: 'encoding' }, { part: 'transfer' }, { part: 'egress' }]);
    expect(body.notes.join()).toContain('minimum of ten minutes');
  });

  it('200 for a planned destination; a short show costs ten minutes of encoding', async () => {
    const planned = { platform: 'twitch', preset: '720p30', standby: 'cold' };
    const { body } = await estimate({ planned, hours: 0.01 });
    expect(body).toMatchObject({ perHour: 0.724284, minimum: 0.0996, total: 0.100867 });
    expect(body.items).toMatchObject([{ destinationId: null, platform: 'twitch', preset: '720p30', perHourIdle: 0 }]);
  });

  it('404 for an unknown destination', async () => {
    expect((await estimate({ destinationIds: [MISSING_ID], hours: 1 })).status).toBe(404);
  });

  it.each([
    [{ hours: 1 }, 'body'],
    [{ hours: 1, destinationIds: [], planned: undefined }, 'destinationIds'],
    [{ hours: 1, destinationIds: ['x'] }, 'destinationIds.0'],
    [{ hours: 0, destinationIds: [DESTINATION_ID] }, 'hours'],
    [{ hours: 1e6, destinationIds: [DESTINATION_ID] }, 'hours'],
    [{ hours: 1, planned: { platform: 'nowhere', preset: '720p30' } }, 'planned.platform'],
    [{ hours: 1, planned: { platform: '__proto__', preset: '720p30' } }, 'planned.platform'],
    [{ hours: 1, planned: { platform: 'kick', preset: '8k' } }, 'planned.preset'],
  ])('422 for %j', async (body, field) => {
    const answer = await estimate(body);
    expect([answer.status, answer.problem.errors?.[0]?.field]).toEqual([422, field]);
  });

  it('422 names the allowed hours', async () => {
    const messages = [0, 1e6].map(
      async (hours) => (await estimate({ destinationIds: [DESTINATION_ID], hours })).problem,
    );
    expect((await Promise.all(messages)).map(({ detail }) => detail)).toEqual([
      'hours: must be more than 0, not 0',
      'hours: must be at most 8784, not 1000000',
    ]);
  });

  it('starts no operation', async () => {
    await test.put(makeRecord(twitch));
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 1e-6, max: 8784, noNaN: true }), async (hours) => {
        const { body } = await estimate({ destinationIds: [DESTINATION_ID], hours });
        expect(body.total).toBeGreaterThanOrEqual(body.minimum);
        expect(body.total).toBeGreaterThanOrEqual(Math.floor(hours * 60) * 0.00702 - 1e-6);
      }),
      { numRuns: 20 },
    );
    expect(test.executions()).toEqual([]);
  });
});

describe('GET /api/reports', () => {
  it('200 lists a year newest first, and downloads the stored file', async () => {
    for (const day of ['2025-12-31', '2026-11-19', '2026-11-20']) {
      for (const format of ['json', 'csv'] as const) await putReport(test.deps, { day, format }, `${day} ${format}`);
    }
    const { status, body } = await test.call('GET', '/api/reports');
    expect(status).toBe(200);
    expect(body.data.map(({ name }: { name: string }) => name)).toEqual([
      '2026-11-20.json',
      '2026-11-20.csv',
      '2026-11-19.json',
      '2026-11-19.csv',
    ]);
    expect(body.data[0]).toMatchObject({ day: '2026-11-20', format: 'json', sizeBytes: 15 });
    expect((await test.call('GET', '/api/reports?year=2025')).body.data).toHaveLength(2);
    const file = await test.call('GET', '/api/reports/2026-11-20.csv');
    expect([file.status, file.text, file.headers.get('content-type')]).toEqual([
      200,
      '2026-11-20 csv',
      'text/csv; charset=utf-8',
    ]);
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="cost-report-2026-11-20.csv"');
  });

  it('404 for an unknown report and for an invalid name', async () => {
    for (const name of ['2026-11-20.csv', '2026-11-20.pdf', '..%2f..%2froot.key', '%2e%2e']) {
      expect((await test.call('GET', `/api/reports/${name}`)).status, name).toBe(404);
    }
  });

  it('422 for an invalid year and for unknown parameters', async () => {
    expect((await test.call('GET', '/api/reports?year=x')).status).toBe(422);
    expect((await test.call('GET', '/api/reports/2026-11-20.csv?year=2026')).status).toBe(422);
  });
});

describe('the contract', () => {
  it('has a case for every status it documents', async () => {
    expect(
      await test.unmetStatuses('/api/costs/now', '/api/costs', '/api/estimates', '/api/reports', '/api/reports/{name}'),
    ).toEqual([]);
  });
});
