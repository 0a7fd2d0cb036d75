import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { DescribeAlarmsCommand, GetMetricDataCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { CreateFlowCommand } from '@aws-sdk/client-mediaconnect';
import {
  CreateChannelCommand,
  CreateInputCommand,
  CreateInputSecurityGroupCommand,
  StartChannelCommand,
} from '@aws-sdk/client-medialive';
import { AddFlowOutputsCommand } from '@aws-sdk/client-mediaconnect';
import { describe, expect, it } from 'vitest';
import type { ChannelReport, SourceReport } from '../../infra/local/engine/contract.ts';
import type { ManualClock, MediaEndpoint } from '../support/media-endpoint.ts';
import { makeManualClock } from '../support/media-endpoint.ts';
import { makeChannelRequest, makeFlowRequest } from '../support/media-requests.ts';
import { useMediaEndpoints } from '../support/media-resources.ts';

const start = useMediaEndpoints();

interface Running {
  clock: ManualClock;
  endpoint: MediaEndpoint;
  channelId: string;
  flowArn: string;
  /** Sends one engine report, a second after the last. */
  report(channel: Partial<ChannelReport>, source?: Partial<SourceReport>): Promise<void>;
  /** Returns the values of one metric over the whole test. */
  values(namespace: string, name: string, stat: string, period?: number, outputGroup?: string): Promise<number[]>;
}

async function startRunning(): Promise<Running> {
  const clock = makeManualClock();
  const endpoint = await start({ clock });
  const { mediaLive, mediaConnect, engine, cloudWatch } = endpoint;
  const startMs = clock.now();
  const flowArn = (await mediaConnect.send(new CreateFlowCommand(makeFlowRequest()))).Flow!.FlowArn!;
  const { SecurityGroup } = await mediaLive.send(new CreateInputSecurityGroupCommand({ WhitelistRules: [] }));
  const { Input } = await mediaLive.send(
    new CreateInputCommand({ Type: 'RTP_PUSH', InputSecurityGroups: [SecurityGroup!.Id!] }),
  );
  const Destination = Input!.Destinations![0]!.Ip;
  await mediaConnect.send(
    new AddFlowOutputsCommand({
      FlowArn: flowArn,
      Outputs: [{ Name: 'o', Protocol: 'rtp-fec', Destination, Port: 5000 }],
    }),
  );
  await clock.advance(0);
  const { Channel } = await mediaLive.send(new CreateChannelCommand(makeChannelRequest(Input!.Id!)));
  const channelId = Channel!.Id!;
  await clock.advance(0);
  await mediaLive.send(new StartChannelCommand({ ChannelId: channelId }));
  await clock.advance(0);
  const totals = { framesSent: 0, droppedFrames: 0, unsentFrames: 0, reconnects: 0, bytesSent: 0, queuedBytes: 0 };
  return {
    clock,
    endpoint,
    channelId,
    flowArn,
    async report(channel, source = {}) {
      await clock.advance(1000);
      engine.send({
        atMs: clock.now(),
        channels: [
          {
            channelId,
            state: 'publishing',
            sinceMs: 0,
            mode: 'copy',
            bitrateBps: 4_500_000,
            framesPerSecond: 30,
            ...totals,
            ...channel,
          },
        ],
        sources: [
          {
            flowArn,
            state: 'connected',
            sinceMs: 0,
            bitrateBps: 5_000_000,
            continuityErrors: 0,
            connections: 1,
            video: { codec: 'h264', width: 1920, height: 1080, framesPerSecond: 29.97 },
            ...source,
          },
        ],
      });
    },
    async values(namespace, name, Stat, Period = 60, outputGroup = undefined) {
      const Dimensions =
        namespace === 'AWS/MediaConnect'
          ? [{ Name: 'FlowARN', Value: flowArn }]
          : [
              { Name: 'Pipeline', Value: '0' },
              { Name: 'ChannelId', Value: channelId },
              ...(outputGroup === undefined ? [] : [{ Name: 'OutputGroupName', Value: outputGroup }]),
            ];
      const { MetricDataResults } = await cloudWatch.send(
        new GetMetricDataCommand({
          StartTime: new Date(startMs),
          EndTime: new Date(clock.now() + 1000),
          ScanBy: 'TimestampAscending',
          MetricDataQueries: [
            { Id: 'm1', MetricStat: { Metric: { Namespace: namespace, MetricName: name, Dimensions }, Period, Stat } },
          ],
        }),
      );
      expect(MetricDataResults).toHaveLength(1);
      expect(MetricDataResults![0]).toMatchObject({ Id: 'm1', Label: name, StatusCode: 'Complete' });
      return MetricDataResults![0]!.Values!;
    },
  };
}

describe('the CloudWatch endpoint', () => {
  it('turns engine reports into metrics of channels and flows by period and statistic', async () => {
    const { report, values } = await startRunning();
    await report({ bitrateBps: 4e6, droppedFrames: 2 });
    await report({ bitrateBps: 6e6, droppedFrames: 5, reconnects: 1 }, { continuityErrors: 4 });
    await report(
      { state: 'waiting_for_input', bitrateBps: 2e6, droppedFrames: 5, reconnects: 1 },
      { continuityErrors: 4 },
    );
    expect(await values('AWS/MediaLive', 'NetworkOut', 'Average')).toEqual([4]);
    expect(await values('AWS/MediaLive', 'NetworkOut', 'Minimum')).toEqual([2]);
    expect(await values('AWS/MediaLive', 'NetworkOut', 'Maximum')).toEqual([6]);
    expect(await values('AWS/MediaLive', 'NetworkOut', 'Average', 1)).toEqual([4, 6, 2]);
    expect(await values('AWS/MediaLive', 'DroppedFrames', 'Sum')).toEqual([5]);
    expect(await values('AWS/MediaLive', 'DroppedFrames', 'Sum', 1)).toEqual([2, 3, 0]);
    expect(await values('AWS/MediaLive', 'InputLossSeconds', 'Sum')).toEqual([1]);
    expect(await values('AWS/MediaLive', 'FillMsec', 'Maximum', 1)).toEqual([0, 0, 1000]);
    // Published per output group only.
    expect(await values('AWS/MediaLive', 'ActiveOutputs', 'Minimum', 1)).toEqual([]);
    expect(await values('AWS/MediaLive', 'ActiveOutputs', 'Minimum', 1, 'rtmp')).toEqual([1, 1, 0]);
    expect(await values('AWS/MediaLive', 'ActiveAlerts', 'Maximum', 1)).toEqual([0, 0, 1]);
    expect(await values('AWS/MediaLive', 'InputVideoFrameRate', 'Maximum')).toEqual([29.97]);
    expect(await values('Sluice/Engine', 'OutputFrameRate', 'Average')).toEqual([30]);
    expect(await values('Sluice/Engine', 'Reconnects', 'Sum')).toEqual([1]);
    expect(await values('AWS/MediaConnect', 'SourceConnected', 'Minimum')).toEqual([1]);
    expect(await values('AWS/MediaConnect', 'SourceBitRate', 'Average')).toEqual([5e6]);
    expect(await values('AWS/MediaConnect', 'SourceContinuityCounter', 'Sum')).toEqual([4]);
    expect(await values('AWS/MediaLive', 'NoSuchMetric', 'Sum')).toEqual([]);
  });

  it('has packet loss and round trip of a flow only for seconds with a measurement', async () => {
    const { report, values } = await startRunning();
    await report({}, { packetLossPercent: 2, roundTripMs: 30 });
    await report({}, {});
    await report({}, { packetLossPercent: 4, roundTripMs: 50 });
    expect(await values('AWS/MediaConnect', 'SourcePacketLossPercent', 'Average')).toEqual([3]);
    expect(await values('AWS/MediaConnect', 'SourceRoundTripTime', 'Average', 1)).toEqual([30, 50]);
  });

  it('counts a restarted counter from zero and keeps five minutes of metrics', async () => {
    const { report, values } = await startRunning();
    await report({ droppedFrames: 9 });
    await report({ droppedFrames: 1 });
    expect(await values('AWS/MediaLive', 'DroppedFrames', 'Sum')).toEqual([10]);
    for (let second = 0; second < 310; second += 1) await report({ droppedFrames: 1 });
    expect(await values('AWS/MediaLive', 'NetworkOut', 'SampleCount', 86_400)).toEqual([300]);
  });

  it('returns the newest first by default, lists metrics and refuses unsupported queries', async () => {
    const { report, endpoint: running, channelId, clock } = await startRunning();
    await report({ bitrateBps: 1e6 });
    await report({ bitrateBps: 2e6 });
    const { cloudWatch } = running;
    const Dimensions = [
      { Name: 'ChannelId', Value: channelId },
      { Name: 'Pipeline', Value: '0' },
    ];
    const Metric = { Namespace: 'AWS/MediaLive', MetricName: 'NetworkOut', Dimensions };
    const get = (query: Partial<MetricDataQuery>) =>
      cloudWatch.send(
        new GetMetricDataCommand({
          StartTime: new Date(clock.now() - 60_000),
          EndTime: new Date(clock.now() + 1000),
          MetricDataQueries: [{ Id: 'm1', MetricStat: { Metric, Period: 1, Stat: 'Average' }, ...query }],
        }),
      );
    const result = (await get({})).MetricDataResults![0]!;
    expect(result.Values).toEqual([2, 1]);
    expect(result.Timestamps).toEqual([new Date(clock.now()), new Date(clock.now() - 1000)]);
    const { Metrics } = await cloudWatch.send(new ListMetricsCommand({ Namespace: 'Sluice/Engine' }));
    expect(Metrics).toEqual([
      { Namespace: 'Sluice/Engine', MetricName: 'OutputFrameRate', Dimensions },
      { Namespace: 'Sluice/Engine', MetricName: 'Reconnects', Dimensions },
      { Namespace: 'Sluice/Engine', MetricName: 'UnsentFrames', Dimensions },
    ]);
    const refusal = { name: 'ValidationException', $metadata: { httpStatusCode: 400 } };
    await expect(get({ MetricStat: undefined, Expression: 'm1 * 2' })).rejects.toMatchObject(refusal);
    await expect(get({ MetricStat: { Metric, Period: 7, Stat: 'Sum' } })).rejects.toMatchObject(refusal);
    await expect(get({ MetricStat: { Metric, Period: 60, Stat: 'p99' } })).rejects.toMatchObject(refusal);
    await expect(get({ Id: 'Capital' })).rejects.toMatchObject(refusal);
    // The query protocol's error for an unknown operation. Clients that once used that protocol still receive its
    // codes.
    await expect(cloudWatch.send(new DescribeAlarmsCommand({}))).rejects.toMatchObject({ name: 'InvalidAction' });
  });
});
