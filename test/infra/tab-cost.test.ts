import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, describe, expect, it } from 'vitest';
import { makeFlow, makeRunning, NOW, startTestApi } from '../support/api.ts';
import { countUnits } from '../support/count-units.ts';
import { FIGURES_ON_AWS } from '../../functions/api/api-deps.ts';
import { besidePollMs, snapshotPollMs } from '../../web/src/api/pace.ts';
import { queryClient, queryKeys } from '../../web/src/api/query-client.ts';
import { HEARTBEAT_SECONDS } from '../../functions/domain/presence.ts';
import { POLL_DETAILS_MS } from '../../web/src/api/freshness.ts';

/** List prices of us-east-1, November 2026. */
const USD = {
  /** HTTP API. [aws.amazon.com/api-gateway/pricing] */
  perRequest: 1 / 1e6,
  /** HTTPS request to CloudFront, without its free tier. [aws.amazon.com/cloudfront/pricing] */
  perCdnRequest: 0.01 / 10_000,
  /** arm64. [aws.amazon.com/lambda/pricing] */
  perInvocation: 0.2 / 1e6,
  perGigabyteSecond: 0.0000133334,
  /** GetMetricData. [aws.amazon.com/cloudwatch/pricing] */
  perMetric: 0.01 / 1000,
  /** On demand; half a unit where the read is eventually consistent. [aws.amazon.com/dynamodb/pricing/on-demand] */
  perReadUnit: 0.125 / 1e6,
  perWriteUnit: 0.625 / 1e6,
};
/** Memory and time of one request: tens of milliseconds for a few reads. */
const GIGABYTE_SECONDS_PER_REQUEST = 0.05;
const MINUTES = 2;
const MINUTES_A_DAY = 1440;
const DESTINATIONS = 10;
const USD_A_DAY_MAX = 0.5;

const sluice = await startTestApi();
afterAll(() => sluice.close());

/**
 * Returns what a page polls on AWS with a show on air and one row open: path and interval in milliseconds, from the
 * page's own code.
 */
async function pollsOf(destinationId: string): Promise<[string, number][]> {
  queryClient.setQueryData(queryKeys.session, { embedded: false });
  const { body: snapshot } = await sluice.call('GET', '/api/snapshot');
  queryClient.setQueryData(queryKeys.destinations, snapshot.destinations);
  return [
    ['/api/snapshot', snapshotPollMs()],
    ['/api/recordings?limit=100', besidePollMs()],
    ['/api/mediaconnect/flow/thumbnail', besidePollMs()],
    [`/api/destinations/${destinationId}/metrics`, POLL_DETAILS_MS],
    [`/api/destinations/${destinationId}/timeline`, POLL_DETAILS_MS],
  ];
}

describe('a dashboard tab on AWS', () => {
  it('costs cents a day with ten destinations on air and one row open', async () => {
    await sluice.reset();
    const table = countUnits(sluice.deps.clients.table);
    sluice.rebuild({
      ...FIGURES_ON_AWS,
      embedded: false,
      clients: { ...sluice.deps.clients, table: table.client as never },
    });
    sluice.mediaConnect.flow = makeFlow('ACTIVE');
    const ids = Array.from({ length: DESTINATIONS }, () => sluice.deps.newId('dst'));
    for (const destinationId of ids) await sluice.put(makeRunning({ destinationId }));
    let metrics = 0;
    sluice.mocks.cloudWatch.on(GetMetricDataCommand).callsFake(({ MetricDataQueries }) => {
      metrics += MetricDataQueries.length;
      return { MetricDataResults: [] };
    });
    const polls = await pollsOf(ids[0]!);
    const counted = { requests: 0 };
    metrics = 0;
    Object.assign(table.counted, { readUnits: 0, writeUnits: 0 });
    for (let second = 0; second < MINUTES * 60; second++) {
      sluice.time.now = new Date(NOW.getTime() + second * 1000);
      for (const [path, intervalMs] of polls) {
        if ((second * 1000) % intervalMs !== 0) continue;
        counted.requests += 1;
        expect((await sluice.call('GET', path)).status, path).toBeLessThan(500);
      }
      if (second % HEARTBEAT_SECONDS !== 0) continue;
      counted.requests += 1;
      const body = { page: '/', editing: null };
      expect((await sluice.call('PUT', `/api/presence/${'0'.repeat(32)}`, { body })).status).toBe(204);
    }
    const perDay = MINUTES_A_DAY / MINUTES;
    const perRequest =
      USD.perRequest + USD.perCdnRequest + USD.perInvocation + GIGABYTE_SECONDS_PER_REQUEST * USD.perGigabyteSecond;
    const usd = {
      requests: counted.requests * perDay * perRequest,
      table: perDay * (table.counted.readUnits * USD.perReadUnit + table.counted.writeUnits * USD.perWriteUnit),
      metrics: metrics * perDay * USD.perMetric,
    };
    expect(table.counted.writeUnits).toBe((MINUTES * 60) / HEARTBEAT_SECONDS);
    const total = usd.requests + usd.table + usd.metrics;
    expect(total).toBeLessThanOrEqual(USD_A_DAY_MAX);
    // Less than a fifth of the limit would mean that a cost is not counted.
    expect(total).toBeGreaterThan(USD_A_DAY_MAX / 5);
  });
});
