import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  AddFlowOutputsCommand,
  CreateFlowCommand,
  DescribeFlowCommand,
  StartFlowCommand,
  UpdateFlowCommand,
  type MediaConnectClient,
} from '@aws-sdk/client-mediaconnect';
import { expect, it } from 'vitest';

import { getContentQuality, getEngineAnalysis, toQuality } from '../../functions/aws/content-quality.ts';
import type { SourceAnalysis } from '../../infra/local/engine/contract.ts';
import { makeManualClock } from '../support/media-endpoint.ts';
import { makeFlowRequest } from '../support/media-requests.ts';
import { useMediaEndpoints } from '../support/media-resources.ts';

const start = useMediaEndpoints();

const FAULT = { state: 'ENABLED', thresholdSeconds: 10 };
const ALL = {
  contentQualityAnalysisState: 'ENABLED',
  videoMonitoringSettings: [{ blackFrames: FAULT, frozenFrames: FAULT }],
  audioMonitoringSettings: [{ silentAudio: FAULT }],
};

/** Sends a SourceMonitoringConfig that the client is too old to know. */
async function monitor(client: MediaConnectClient, FlowArn: string, sourceMonitoringConfig: object): Promise<void> {
  const command = new UpdateFlowCommand({ FlowArn });
  command.middlewareStack.add(
    (next) => (args) => {
      Object.assign(args.request as object, { body: JSON.stringify({ sourceMonitoringConfig }) });
      return next(args);
    },
    { step: 'build', priority: 'high' },
  );
  await client.send(command);
}

async function startMonitored(config: object | null = ALL) {
  const clock = makeManualClock();
  const endpoint = await start({ clock });
  const { mediaConnect, engine, cloudWatch, events } = endpoint;
  const flowArn = (await mediaConnect.send(new CreateFlowCommand(makeFlowRequest()))).Flow!.FlowArn!;
  if (config) await monitor(mediaConnect, flowArn, config);
  await mediaConnect.send(new StartFlowCommand({ FlowArn: flowArn }));
  await clock.advance(60_000);
  const startMs = clock.now();
  const deps = { clients: { cloudWatch }, deployment: { flowArn } };
  return {
    ...{ clock, mediaConnect, engine, flowArn, startMs },
    async report(analysis: SourceAnalysis | undefined): Promise<void> {
      await clock.advance(1000);
      engine.send({
        atMs: clock.now(),
        channels: [],
        sources: [
          {
            ...{ flowArn, state: 'connected', sinceMs: 0, bitrateBps: 5_000_000, continuityErrors: 0, connections: 1 },
            ...(analysis && { analysis }),
          },
        ],
      });
    },
    quality: (connectedSince: string | null = null) =>
      getContentQuality(
        deps,
        { now: new Date(clock.now() + 1000), windowSeconds: 60, periodSeconds: 1 },
        connectedSince,
      ),
    engineAnalysis: () => getEngineAnalysis(deps, new Date(clock.now() + 1000)),
    contentEvents: () =>
      events
        .filter((event) => event['detail-type'] === 'MediaConnect Flow Content Quality')
        .map(({ detail }) => detail),
    async values(MetricName: string): Promise<number[]> {
      const { MetricDataResults: results } = await cloudWatch.send(
        new GetMetricDataCommand({
          StartTime: new Date(startMs),
          EndTime: new Date(clock.now() + 1000),
          ScanBy: 'TimestampAscending',
          MetricDataQueries: [
            {
              Id: 'm',
              MetricStat: {
                Metric: {
                  Namespace: 'AWS/MediaConnect',
                  MetricName,
                  Dimensions: [{ Name: 'FlowARN', Value: flowArn }],
                },
                Period: 1,
                Stat: 'Maximum',
              },
            },
          ],
        }),
      );
      return results![0]!.Values!;
    },
  };
}

const fine = { blackSinceMs: null, frozenSinceMs: null };
const loud = {
  silentSinceMs: null,
  momentaryLufs: -20.04,
  integratedLufs: -23,
  truePeakDbtp: -1.26,
  channelPeaksDbfs: [-6, null],
};

it('a fault counts after the threshold of the flow and not before, and one event says so', async () => {
  const { report, values, quality, contentEvents, clock } = await startMonitored();
  const blackSinceMs = clock.now() + 1000;
  for (let second = 0; second < 12; second += 1) {
    await report({ state: 'running', picture: { blackSinceMs, frozenSinceMs: null }, sound: loud });
  }
  expect(await values('BlackFramesBreaching')).toEqual([...Array(10).fill(0), 1, 1]);
  expect(await values('FrozenFramesBreaching')).toEqual(Array(12).fill(0));
  expect(await values('SilentAudioBreaching')).toEqual(Array(12).fill(0));
  expect(await quality()).toEqual({
    ...{ black: true, frozen: false, silent: false, frozenSince: null, silentSince: null },
    blackSince: new Date(blackSinceMs).toISOString(),
  });
  await report({ state: 'running', picture: fine, sound: { ...loud, silentSinceMs: blackSinceMs } });
  expect(contentEvents()).toEqual([
    {
      impacted: true,
      streams: [
        { black_frames_duration_breaching: true, frozen_frames_duration_breaching: false },
        { silent_audio_duration_breaching: false },
      ],
    },
    {
      impacted: true,
      streams: [
        { black_frames_duration_breaching: false, frozen_frames_duration_breaching: false },
        { silent_audio_duration_breaching: true },
      ],
    },
  ]);
  expect(await quality()).toMatchObject({ black: false, blackSince: null, silent: true });
});

it('what the engine does not know has no value, which is not a zero', async () => {
  const { report, values, quality } = await startMonitored();
  await report({ state: 'ended' });
  await report({ state: 'running', sound: loud });
  await report(undefined);
  expect(await values('BlackFramesBreaching')).toEqual([]);
  expect(await values('SilentAudioBreaching')).toEqual([0]);
  expect(await quality()).toMatchObject({ black: null, frozen: null, silent: false });
});

it('a value of an earlier feed, or one that is not renewed, says nothing about now', async () => {
  const { report, quality, clock } = await startMonitored();
  await report({ state: 'running', picture: { blackSinceMs: 0, frozenSinceMs: null } });
  expect(await quality()).toMatchObject({ black: true });
  expect(await quality(new Date(clock.now() + 500).toISOString())).toMatchObject({ black: null, blackSince: null });
  for (let second = 0; second < 6; second += 1) await report({ state: 'ended' });
  expect(await quality()).toMatchObject({ black: null, frozen: null, blackSince: null });
});

it.each([
  ['without a setting', null],
  ['switched off', { ...ALL, contentQualityAnalysisState: 'DISABLED' }],
  ['for no fault', { contentQualityAnalysisState: 'ENABLED' }],
])('a flow %s publishes nothing', async (_what, config) => {
  const { report, values, contentEvents } = await startMonitored(config);
  await report({ state: 'running', picture: { blackSinceMs: 0, frozenSinceMs: 0 }, sound: loud });
  expect([await values('BlackFramesBreaching'), await values('SilentAudioBreaching')]).toEqual([[], []]);
  expect(contentEvents()).toEqual([]);
});

it('MediaConnect ends the analysis of a flow with eleven outputs, and the engine still knows', async () => {
  const { report, values, mediaConnect, flowArn, engineAnalysis, clock } = await startMonitored();
  const add = (count: number, from: number) =>
    mediaConnect.send(
      new AddFlowOutputsCommand({
        FlowArn: flowArn,
        Outputs: Array.from({ length: count }, (_, index) => ({
          ...{ Name: `o${from + index}`, Protocol: 'rtp-fec' as const, Port: 5000 },
          Destination: `10.0.0.${from + index}`,
        })),
      }),
    );
  await add(10, 1);
  await clock.advance(60_000);
  const analysis = { state: 'running' as const, picture: { blackSinceMs: clock.now(), frozenSinceMs: null } };
  await report(analysis);
  expect(await values('BlackFramesBreaching')).toEqual([0]);
  await add(1, 11);
  await clock.advance(60_000);
  await report(analysis);
  expect(await values('BlackFramesBreaching')).toEqual([0]);
  const engine = await engineAnalysis();
  expect(engine.blackSeconds).toBeGreaterThan(60);
  expect(toQuality(engine, new Date(clock.now()))).toMatchObject({ black: true, frozen: false, silent: null });
});

it('the engine’s levels are rounded, silence has none, and figures of an earlier second are unknown', async () => {
  const { report, engineAnalysis } = await startMonitored();
  await report({ state: 'running', picture: fine, sound: { ...loud, integratedLufs: null } });
  expect(await engineAnalysis()).toEqual({
    ...{ state: 'running', blackSeconds: 0, frozenSeconds: 0, silentSeconds: 0 },
    loudness: { momentaryLufs: -20, integratedLufs: null, truePeakDbtp: -1.3, channelPeaksDbfs: [-6, null] },
  });
  await report({ state: 'behind' });
  expect(await engineAnalysis()).toEqual({
    ...{ state: 'behind', blackSeconds: null, frozenSeconds: null, silentSeconds: null, loudness: null },
  });
});

it('UpdateFlow switches the engine’s analysis on and off, keeps the listener, and survives in DescribeFlow', async () => {
  const { mediaConnect, engine, flowArn, clock } = await startMonitored(null);
  expect(engine.flows.get(flowArn)).not.toHaveProperty('isAnalysed');
  await monitor(mediaConnect, flowArn, { ...ALL, thumbnailState: 'ENABLED' });
  await clock.advance(60_000);
  expect(engine.flows.get(flowArn)).toHaveProperty('isAnalysed', true);
  const { Flow: flow } = await mediaConnect.send(new DescribeFlowCommand({ FlowArn: flowArn }));
  expect(flow).toMatchObject({ Status: 'ACTIVE', SourceMonitoringConfig: { ThumbnailState: 'ENABLED' } });
});

it.each([
  [
    'a threshold below 10 s',
    { ...ALL, audioMonitoringSettings: [{ silentAudio: { ...FAULT, thresholdSeconds: 9 } }] },
    'ThresholdSeconds of SilentAudio must be from 10 to 60',
  ],
  [
    'a threshold above 60 s',
    { ...ALL, videoMonitoringSettings: [{ blackFrames: { ...FAULT, thresholdSeconds: 61 } }] },
    'ThresholdSeconds of BlackFrames must be from 10 to 60',
  ],
  ['an unknown state', { ...ALL, contentQualityAnalysisState: 'ON' }, 'ContentQualityAnalysisState'],
  ['an unknown member', { ...ALL, loudness: {} }, 'Loudness'],
])('UpdateFlow refuses %s by name', async (_what, config, message) => {
  await expect(startMonitored(config)).rejects.toThrow(message);
});
