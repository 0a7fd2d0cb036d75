import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, it } from 'vitest';
import { getListenerMetrics } from './listener-metrics.ts';
import { metricsPerLook } from './metrics.ts';

const NOW = new Date('2026-12-01T12:00:00Z');
const SOURCES = (['main', 'backup'] as const).map((role) => ({ role, name: role, sourceArn: `arn:${role}` }));

/** Reads the metrics of sources whose connection CloudWatch has for two minutes, newest first. */
async function read(sources: typeof SOURCES, connected: number[]) {
  const cloudWatch = new CloudWatchClient({ region: 'us-east-1' });
  const mock = mockClient(cloudWatch)
    .on(GetMetricDataCommand)
    .resolves({
      MetricDataResults: sources.map(({ role }) => ({
        Id: `${role}connected`,
        Values: connected,
        Timestamps: [120_000, 180_000].map((agoMs) => new Date(NOW.getTime() - agoMs)),
      })),
    });
  const window = { now: NOW, windowSeconds: 300, periodSeconds: 60 };
  const deps = { clients: { cloudWatch }, deployment: { flowArn: 'arn:flow' } };
  const listeners = await getListenerMetrics(deps as never, { sources: sources as never }, window);
  const asked = mock.commandCalls(GetMetricDataCommand).flatMap(({ args }) => args[0].input.MetricDataQueries ?? []);
  return { listeners, asked };
}

it('requests as many metrics of two sources as the costs count, and none of one', async () => {
  const { asked } = await read(SOURCES, [1, 1]);
  expect(asked).toHaveLength(metricsPerLook(1, { hasBackupSource: true }) - metricsPerLook(1));
  expect((await read(SOURCES.slice(0, 1), [1, 1])).asked).toEqual([]);
});

it('reports the end of the last period with a connected encoder', async () => {
  const { listeners } = await read(SOURCES, [0, 1]);
  expect(listeners[0]).toMatchObject({ connected: false, lastSeenAt: '2026-12-01T11:58:00.000Z' });
  expect((await read(SOURCES, [0, 0])).listeners[0]!.lastSeenAt).toBeNull();
});
