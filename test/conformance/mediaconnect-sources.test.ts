import {
  AddFlowSourcesCommand,
  CreateFlowCommand,
  DescribeFlowCommand,
  RemoveFlowSourceCommand,
  StartFlowCommand,
  UpdateFlowCommand,
  UpdateFlowSourceCommand,
  waitUntilFlowActive,
  type FailoverConfig,
  type SetSourceRequest,
} from '@aws-sdk/client-mediaconnect';
import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import type { ListenerReport, SourceReport } from '../../infra/local/engine/contract.ts';
import { makeManualClock, type MediaEndpoint } from '../support/media-endpoint.ts';
import { makeFlowRequest } from '../support/media-requests.ts';
import { refusal, useMediaEndpoints } from '../support/media-resources.ts';

const start = useMediaEndpoints();

const FAILOVER: FailoverConfig = { State: 'ENABLED', FailoverMode: 'FAILOVER' };
const main: SetSourceRequest = { Name: 'encoder', Protocol: 'srt-listener', IngestPort: 9998 };
const backup: SetSourceRequest = {
  ...{ Name: 'backup', Protocol: 'srt-listener', IngestPort: 9999, MinLatency: 400 },
  WhitelistCidr: '203.0.113.0/24',
};
const BAD_REQUEST = refusal('BadRequestException', 400);

const create = ({ mediaConnect }: MediaEndpoint, Sources: SetSourceRequest[], SourceFailoverConfig?: FailoverConfig) =>
  mediaConnect.send(
    new CreateFlowCommand(
      makeFlowRequest({ Source: undefined, Sources, ...(SourceFailoverConfig && { SourceFailoverConfig }) }),
    ),
  );

/** Creates a flow and starts it. */
async function makeActive(endpoint: MediaEndpoint, sources: SetSourceRequest[]): Promise<string> {
  const { mediaConnect: client } = endpoint;
  const { Flow: flow } = await create(endpoint, sources, FAILOVER);
  const FlowArn = flow!.FlowArn!;
  await client.send(new StartFlowCommand({ FlowArn }));
  await waitUntilFlowActive({ client, minDelay: 1, maxDelay: 1, maxWaitTime: 20 }, { FlowArn });
  return FlowArn;
}

const settled = async ({ mediaConnect: client }: MediaEndpoint, FlowArn: string) => {
  await waitUntilFlowActive({ client, minDelay: 1, maxDelay: 1, maxWaitTime: 20 }, { FlowArn });
};

describe('the two sources of a flow', () => {
  it('need failover in the mode FAILOVER, without a recovery window', async () => {
    const endpoint = await start();
    await expect(create(endpoint, [main, backup])).rejects.toMatchObject(BAD_REQUEST);
    for (const config of [
      { State: 'DISABLED' },
      { State: 'ENABLED' },
      { State: 'ENABLED', FailoverMode: 'MERGE', RecoveryWindow: 100 },
      { ...FAILOVER, RecoveryWindow: 100 },
      { ...FAILOVER, SourcePriority: { PrimarySource: 'stranger' } },
    ] satisfies FailoverConfig[]) {
      await expect(create(endpoint, [main, backup], config), JSON.stringify(config)).rejects.toMatchObject(BAD_REQUEST);
    }
    const { Flow: flow } = await create(endpoint, [main, backup], FAILOVER);
    expect(flow?.SourceFailoverConfig).toEqual(FAILOVER);
    expect(flow?.Sources?.map(({ Name }) => Name)).toEqual(['encoder', 'backup']);
    expect(flow?.Source?.Name).toBe('encoder');
  });

  it.each([
    ['the same port', { ...backup, IngestPort: 9998 }],
    ['the same name', { ...backup, Name: 'encoder' }],
    ['another protocol', { ...backup, Protocol: 'rtp' as const }],
    ['a reserved port', { ...backup, IngestPort: 2077 }],
  ])('are refused with %s, and nothing is created', async (_what, second) => {
    const endpoint = await start();
    await expect(create(endpoint, [main, second], FAILOVER)).rejects.toMatchObject(BAD_REQUEST);
    const FlowArn = await makeActive(endpoint, [main]);
    const add = endpoint.mediaConnect.send(new AddFlowSourcesCommand({ FlowArn, Sources: [second] }));
    await expect(add).rejects.toMatchObject(BAD_REQUEST);
    const { Flow: flow } = await endpoint.mediaConnect.send(new DescribeFlowCommand({ FlowArn }));
    expect(flow).toMatchObject({ Status: 'ACTIVE', Sources: [{ Name: 'encoder' }] });
  });

  it('are added, changed and removed one by one while the flow runs', async () => {
    const endpoint = await start();
    const { mediaConnect: client, engine } = endpoint;
    const FlowArn = await makeActive(endpoint, [main]);
    const { Sources: added } = await client.send(new AddFlowSourcesCommand({ FlowArn, Sources: [backup] }));
    const SourceArn = added![0]!.SourceArn!;
    expect(added).toMatchObject([{ Name: 'backup', IngestPort: 9999, WhitelistCidr: '203.0.113.0/24' }]);
    await settled(endpoint, FlowArn);
    expect(engine.flows.get(FlowArn)?.backup).toEqual({
      ...{ ingestPort: 9999, listenHost: '0.0.0.0', latencyMs: 400, allowed: '203.0.113.0/24' },
    });
    const third = { ...backup, Name: 'third', IngestPort: 9000 };
    await expect(client.send(new AddFlowSourcesCommand({ FlowArn, Sources: [third] }))).rejects.toMatchObject(
      BAD_REQUEST,
    );
    await client.send(new UpdateFlowSourceCommand({ FlowArn, SourceArn, IngestPort: 9997 }));
    await settled(endpoint, FlowArn);
    expect(engine.flows.get(FlowArn)).toMatchObject({ ingestPort: 9998, backup: { ingestPort: 9997, latencyMs: 400 } });
    await expect(
      client.send(new UpdateFlowSourceCommand({ FlowArn, SourceArn, IngestPort: 9998 })),
    ).rejects.toMatchObject(BAD_REQUEST);
    await client.send(new RemoveFlowSourceCommand({ FlowArn, SourceArn }));
    await settled(endpoint, FlowArn);
    expect(engine.flows.get(FlowArn)).not.toHaveProperty('backup');
    await expect(client.send(new RemoveFlowSourceCommand({ FlowArn, SourceArn }))).rejects.toMatchObject(
      refusal('NotFoundException', 404),
    );
  });

  it('keep the last one, and the one that is primary', async () => {
    const endpoint = await start();
    const { mediaConnect: client, engine } = endpoint;
    const FlowArn = await makeActive(endpoint, [main, backup]);
    const { Flow: flow } = await client.send(new DescribeFlowCommand({ FlowArn }));
    const [first, second] = flow!.Sources!.map(({ SourceArn }) => SourceArn!);
    const change = (config: FailoverConfig) =>
      client.send(new UpdateFlowCommand({ FlowArn, SourceFailoverConfig: config }));
    await change({ SourcePriority: { PrimarySource: 'backup' } });
    await settled(endpoint, FlowArn);
    expect(engine.flows.get(FlowArn)?.preferred).toBe('backup');
    const remove = (SourceArn: string) => client.send(new RemoveFlowSourceCommand({ FlowArn, SourceArn }));
    await expect(remove(second!)).rejects.toMatchObject(BAD_REQUEST);
    await expect(change({ State: 'DISABLED' })).rejects.toMatchObject(BAD_REQUEST);
    await expect(change({ SourcePriority: { PrimarySource: 'stranger' } })).rejects.toMatchObject(BAD_REQUEST);
    await change({ SourcePriority: {} });
    await settled(endpoint, FlowArn);
    expect(engine.flows.get(FlowArn)).not.toHaveProperty('preferred');
    await remove(second!);
    await settled(endpoint, FlowArn);
    await expect(remove(first!)).rejects.toMatchObject(BAD_REQUEST);
  });

  it('are not changed while the flow is UPDATING', async () => {
    const clock = makeManualClock();
    const endpoint = await start({ clock, profile: 'aws-like' });
    const { mediaConnect: client } = endpoint;
    const { Flow: flow } = await create(endpoint, [main], FAILOVER);
    const FlowArn = flow!.FlowArn!;
    await client.send(new StartFlowCommand({ FlowArn }));
    await clock.advance(45_000);
    await client.send(new AddFlowSourcesCommand({ FlowArn, Sources: [backup] }));
    const again = client.send(new UpdateFlowCommand({ FlowArn, SourceFailoverConfig: { SourcePriority: {} } }));
    await expect(again).resolves.toMatchObject({ Flow: { Status: 'UPDATING' } });
    const preferring = { SourcePriority: { PrimarySource: 'backup' } };
    await expect(
      client.send(new UpdateFlowCommand({ FlowArn, SourceFailoverConfig: preferring })),
    ).rejects.toMatchObject(BAD_REQUEST);
  });

  it('tell which one is in use by metrics alone', async () => {
    const clock = makeManualClock();
    const endpoint = await start({ clock });
    const { mediaConnect: client, engine } = endpoint;
    const { Flow: flow } = await create(endpoint, [main, backup], FAILOVER);
    const FlowArn = flow!.FlowArn!;
    await client.send(new StartFlowCommand({ FlowArn }));
    await clock.advance(5_000);
    const listener: ListenerReport = {
      ...{ name: 'main', isSelected: false, state: 'listening', sinceMs: 0, bitrateBps: 0 },
    };
    const source: SourceReport = {
      ...{ flowArn: FlowArn, state: 'connected', sinceMs: 0, bitrateBps: 5_000_000, continuityErrors: 0 },
      ...{ connections: 2, failoverSwitches: 1 },
      listeners: [
        listener,
        {
          ...listener,
          name: 'backup',
          isSelected: true,
          state: 'connected',
          bitrateBps: 5_000_000,
          packetLossPercent: 2,
        },
      ],
    };
    engine.send({ atMs: clock.now(), sources: [source] });
    await clock.advance(1_000);
    const [first, second] = flow!.Sources!.map(({ SourceArn }) => SourceArn!);
    const read = async (Name: string, Value: string, MetricName: string) => {
      const Metric = { Namespace: 'AWS/MediaConnect', MetricName, Dimensions: [{ Name, Value }] };
      const { MetricDataResults: results } = await endpoint.cloudWatch.send(
        new GetMetricDataCommand({
          MetricDataQueries: [{ Id: 'm', MetricStat: { Metric, Period: 1, Stat: 'Maximum' } }],
          StartTime: new Date(clock.now() - 60_000),
          EndTime: new Date(clock.now()),
        }),
      );
      return results![0]!.Values;
    };
    expect(await read('SourceARN', first!, 'SourceSelected')).toEqual([0]);
    expect(await read('SourceARN', second!, 'SourceSelected')).toEqual([1]);
    expect(await read('SourceARN', first!, 'SourceConnected')).toEqual([0]);
    expect(await read('SourceARN', second!, 'SourceConnected')).toEqual([1]);
    expect(await read('SourceARN', second!, 'SourceBitRate')).toEqual([5_000_000]);
    expect(await read('SourceARN', second!, 'SourcePacketLossPercent')).toEqual([2]);
    expect(await read('FlowARN', FlowArn, 'FailoverSwitches')).toEqual([1]);
    const described = JSON.stringify((await client.send(new DescribeFlowCommand({ FlowArn }))).Flow);
    expect(described).not.toMatch(/selected/i);
  });
});
