import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { startTestDeployment, type TestDeployment } from '../../test/support/test-deployment.ts';
import { changeDestination } from '../aws/destination-table.ts';
import { runMonitor } from './monitor-run.ts';
import { MONITORED_ON_AWS } from './figures-due.ts';

/**
 * Computes what the monitor costs per month with fifty channels on AWS. The calls are counted on the local endpoints;
 * the prices are list prices of us-east-1, of 2026-09-18 for CloudWatch and of 2026-11 for the others.
 */
const USD = {
  /** https://aws.amazon.com/cloudwatch/pricing/ */
  perMetric: 0.01 / 1000,
  /** On demand, one write of a kilobyte. https://aws.amazon.com/dynamodb/pricing/on-demand/ */
  perWriteUnit: 0.625 / 1e6,
  perReadUnit: 0.125 / 1e6,
  /** arm64. https://aws.amazon.com/lambda/pricing/ */
  perInvocation: 0.2 / 1e6,
  perGigabyteSecond: 0.0000133334,
};
const MINUTES_A_MONTH = 43_800;
const CHANNELS = 50;
/** A destination's item with its observation is smaller than three kilobytes; those of source and lease than one. */
const KILOBYTES_PER_ROW = 3;
/** Ten shows that have not ended, each with its log. */
const KILOBYTES_OF_SHOWS = 60;
/** Half a gigabyte for the few seconds that fifty ListAlerts calls take, eight at a time. */
const GIGABYTE_SECONDS_PER_RUN = 0.5 * 4;
const USD_A_MONTH_MAX = 40;

let sluice: TestDeployment;
afterEach(() => sluice.close());

describe('the monitor on AWS', () => {
  it('costs at most 40 USD a month with fifty healthy channels', async () => {
    sluice = await startTestDeployment();
    const startedAt = new Date(Date.now() - 3_600_000).toISOString();
    const held = (number: number) => ({
      channel: { channelId: `9${number}`, channelArn: `arn:channel:9${number}`, configurationHash: 'x' },
    });
    for (let number = 1; number <= CHANNELS; number++) {
      const { destinationId } = await sluice.addDestination();
      await changeDestination(sluice.deps, destinationId, (record) => ({
        ...record,
        status: 'running',
        desired: 'running',
        runningSince: startedAt,
        held: held(number),
      }));
    }
    const counted = { metrics: 0, writes: 0, reads: 0, showReads: 0 };
    const { clients } = sluice.deps;
    const channels = Array.from({ length: CHANNELS }, (_, index) => ({ Id: `9${index + 1}`, State: 'RUNNING' }));
    answer(clients.mediaLive, async (command) =>
      command.constructor.name === 'ListChannelsCommand' ? { Channels: channels } : { Alerts: [] },
    );
    answer(clients.cloudWatch, async (command, send) => {
      if (!(command instanceof GetMetricDataCommand)) return send();
      const queries = command.input.MetricDataQueries ?? [];
      counted.metrics += queries.length;
      // Every destination delivers media, and nothing is wrong with the content.
      const valueOf = (name = '') => (name === 'FillMsec' || name.endsWith('Breaching') ? 0 : 1);
      return {
        MetricDataResults: queries.map(({ Id, MetricStat }) => ({
          Id,
          Timestamps: [command.input.EndTime!],
          Values: [valueOf(MetricStat?.Metric?.MetricName)],
        })),
      };
    });
    answer(clients.table, async (command, send) => {
      if (/Put|Update/.test(command.constructor.name)) counted.writes += 1;
      if (command instanceof QueryCommand) {
        counted[command.input.ExpressionAttributeValues?.[':pk'] === 'SHOWS' ? 'showReads' : 'reads'] += 1;
      }
      return send();
    });
    let minute = 0;
    const monitor = {
      ...sluice.deps,
      now: () => new Date(Date.now() + minute * 60_000),
      windowSeconds: 300,
      periodSeconds: 60,
      everySeconds: 60,
      ...MONITORED_ON_AWS,
    };
    // The first run reads everything. The next ten minutes are typical of every ten minutes of the month.
    await runMonitor(monitor);
    Object.assign(counted, { metrics: 0, writes: 0, reads: 0, showReads: 0 });
    const minutes = 10;
    for (let run = 1; run <= minutes; run++) {
      minute += 1;
      await runMonitor(monitor);
    }
    const perMonth = MINUTES_A_MONTH / minutes;
    const usd = {
      metrics: counted.metrics * perMonth * USD.perMetric,
      table:
        perMonth *
        (counted.writes * KILOBYTES_PER_ROW * USD.perWriteUnit +
          ((counted.reads * CHANNELS * KILOBYTES_PER_ROW + counted.showReads * KILOBYTES_OF_SHOWS) * USD.perReadUnit) /
            4),
      functions: MINUTES_A_MONTH * (USD.perInvocation + GIGABYTE_SECONDS_PER_RUN * USD.perGigabyteSecond),
    };
    const total = usd.metrics + usd.table + usd.functions;
    expect(counted.metrics / minutes / CHANNELS).toBeLessThanOrEqual(1.6);
    expect(total).toBeLessThanOrEqual(USD_A_MONTH_MAX);
    // A total below half of the limit would mean that some call is not counted.
    expect(total).toBeGreaterThan(USD_A_MONTH_MAX / 2);
  });
});

function answer(client: object, wrap: (command: object, send: () => Promise<unknown>) => Promise<unknown>): void {
  const send = (client as { send: (command: object) => Promise<unknown> }).send.bind(client);
  Object.assign(client, { send: (command: object) => wrap(command, () => send(command)) });
}
