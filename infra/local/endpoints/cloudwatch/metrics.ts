/**
 * Metrics as CloudWatch would hold them, for the last minutes: one value per second, metric and resource, taken from
 * the engine's reports. A gauge keeps the latest value of a second; a counter adds up its growth within it.
 */
import type { ChannelReport, EngineReport, SourceReport, VideoCoding } from '../../engine/contract.ts';
import { feedingSource } from '../media/feeds.ts';
import { breachesOf } from '../mediaconnect/content-quality.ts';
import { listenersOf } from '../mediaconnect/source-health.ts';
import type { MediaContext } from '../media/media-context.ts';
import { createCallerMetrics } from './caller-metrics.ts';
import { growth } from './growth.ts';
import type { FlowRecord } from '../media/media-state.ts';
import { analysisValues, breachValues } from './analysis-metrics.ts';
import { createMetricSeries, type Series } from './metric-series.ts';

/**
 * MediaLive's NetworkOut is never zero: "even when a channel is not delivering output, there will be some traffic".
 * [medialive/latest/ug/eml-metrics-output-metrics]
 */
const HOUSEKEEPING_MBPS = 0.02;
/** The value of FillMsec for a second that was filled completely. */
const SECOND_MS = 1000;

/** MediaConnect reports only codec, size and rate of a picture; these metrics hold what else the engine knows. */
const SOURCE_CODING_METRICS: Record<keyof VideoCoding, string> = {
  profileIdc: 'SourceVideoProfile',
  levelIdc: 'SourceVideoLevel',
  chromaFormatIdc: 'SourceVideoChromaFormat',
  bitDepth: 'SourceVideoBitDepth',
  isInterlaced: 'SourceVideoInterlaced',
};

/** The stored metrics. */
export interface Metrics {
  record(report: EngineReport): void;
  /** Lists the series of a namespace, or all. */
  list(namespace?: string): Series[];
}

/** Creates the metrics of running channels and active flows. */
export function createMetrics(context: MediaContext, countAlerts: (channelId: string) => number): Metrics {
  const series = createMetricSeries();
  const { put } = series;
  const lastChannels = new Map<string, ChannelReport>();
  const lastSources = new Map<string, SourceReport>();
  const recordCallers = createCallerMetrics(put);

  const recordChannel = (report: ChannelReport, source: SourceReport | undefined, atMs: number) => {
    const last = lastChannels.get(report.channelId);
    lastChannels.set(report.channelId, report);
    const dimensions = { ChannelId: report.channelId, Pipeline: '0' };
    const isFilled = report.state === 'waiting_for_input' || report.slate === 'input_loss';
    put(
      { namespace: 'AWS/MediaLive', dimensions },
      atMs,
      {
        NetworkOut: Math.max(HOUSEKEEPING_MBPS, report.bitrateBps / 1_000_000),
        InputVideoFrameRate: source?.state === 'connected' ? (source.video?.framesPerSecond ?? 0) : 0,
        ActiveAlerts: countAlerts(report.channelId),
        InputLossSeconds: isFilled ? 1 : 0,
        FillMsec: isFilled ? SECOND_MS : 0,
      },
      { DroppedFrames: growth(report.droppedFrames, last?.droppedFrames) },
    );
    // MediaLive publishes it per output group only. [medialive/latest/ug/eml-metrics-output-metrics]
    const ofGroup = { OutputGroupName: outputGroupNameOf(context, report.channelId), ...dimensions };
    const isPublishing = report.state === 'publishing';
    put({ namespace: 'AWS/MediaLive', dimensions: ofGroup }, atMs, { ActiveOutputs: isPublishing ? 1 : 0 });
    put(
      { namespace: 'Sluice/Engine', dimensions },
      atMs,
      {
        OutputFrameRate: report.framesPerSecond,
        ...(report.wantedFramesPerSecond && { WantedFrameRate: report.wantedFramesPerSecond }),
      },
      {
        Reconnects: growth(report.reconnects, last?.reconnects),
        UnsentFrames: growth(report.unsentFrames, last?.unsentFrames),
      },
    );
  };

  const recordSource = (flow: FlowRecord, source: SourceReport, atMs: number) => {
    const last = lastSources.get(source.flowArn);
    lastSources.set(source.flowArn, source);
    const dimensions = { FlowARN: source.flowArn };
    put(
      { namespace: 'AWS/MediaConnect', dimensions },
      atMs,
      {
        SourceConnected: source.state === 'connected' ? 1 : 0,
        SourceBitRate: source.bitrateBps,
        ...lineOf(source),
        ...breachValues(breachesOf(flow, source, atMs)),
      },
      {
        SourceContinuityCounter: growth(source.continuityErrors, last?.continuityErrors),
        FailoverSwitches: growth(source.failoverSwitches ?? 0, last?.failoverSwitches),
      },
    );
    recordListeners(flow, source, atMs);
    const coding = source.state === 'connected' ? source.video?.coding : undefined;
    if (coding) put({ namespace: 'Sluice/Engine', dimensions }, atMs, codingValues(coding));
    if (source.analysis) put({ namespace: 'Sluice/Engine', dimensions }, atMs, analysisValues(source.analysis, atMs));
  };

  /** Which source feeds the flow is in no answer of MediaConnect, only in SourceSelected. */
  const recordListeners = (flow: FlowRecord, report: SourceReport, atMs: number) => {
    for (const { source, listener } of listenersOf(flow, report)) {
      put({ namespace: 'AWS/MediaConnect', dimensions: { SourceARN: source.arn } }, atMs, {
        SourceSelected: listener.isSelected ? 1 : 0,
        SourceConnected: listener.state === 'connected' ? 1 : 0,
        SourceBitRate: listener.bitrateBps,
        ...lineOf(listener),
      });
    }
  };

  return {
    record(report) {
      const running = report.channels.filter(
        (channel) => context.state.channels[channel.channelId]?.state === 'RUNNING',
      );
      for (const channel of running)
        recordChannel(channel, feedingSource(context, report, channel.channelId), report.atMs);
      recordCallers(report);
      for (const source of report.sources) {
        const flow = context.state.flows[source.flowArn];
        if (flow !== undefined) recordSource(flow, source, report.atMs);
      }
      const present = new Set(report.channels.map((channel) => channel.channelId));
      for (const id of lastChannels.keys()) if (!present.has(id)) lastChannels.delete(id);
      series.dropSilent(report.atMs);
    },
    list: series.list,
  };
}

function outputGroupNameOf(context: MediaContext, channelId: string): string {
  return context.state.channels[channelId]?.settings.EncoderSettings?.OutputGroups?.[0]?.Name ?? '';
}

function codingValues({ isInterlaced, ...numbers }: VideoCoding): Record<string, number> {
  const values = Object.entries({ ...numbers, isInterlaced: isInterlaced ? 1 : 0 });
  return Object.fromEntries(values.map(([name, value]) => [SOURCE_CODING_METRICS[name as keyof VideoCoding], value]));
}

/** Returns the known facts about the line; CloudWatch has no value for a second without a connected encoder. */
function lineOf({
  packetLossPercent,
  roundTripMs,
  jitterMs,
}: Pick<SourceReport, 'packetLossPercent' | 'roundTripMs' | 'jitterMs'>): Record<string, number> {
  return {
    ...(packetLossPercent === undefined ? {} : { SourcePacketLossPercent: packetLossPercent }),
    ...(roundTripMs === undefined ? {} : { SourceRoundTripTime: roundTripMs }),
    ...(jitterMs === undefined ? {} : { SourceJitter: jitterMs }),
  };
}
