/**
 * Metrics as CloudWatch would hold them, for the last minutes: one value per second, metric and resource, taken from
 * the engine's reports. A gauge keeps the latest value of a second; a counter adds up its growth within it.
 */
import type { CallerReport, ChannelReport, EngineReport, SourceReport, VideoCoding } from '../../engine/contract.ts';
import { feedingSource } from '../media/feeds.ts';
import type { MediaContext } from '../media/media-context.ts';

const KEPT_SECONDS = 300;

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

/** A resource that has metrics. */
interface MetricResource {
  namespace: string;
  /** In the order CloudWatch lists them. */
  dimensions: Record<string, string>;
}

/** The values of one second. */
export interface Sample {
  second: number;
  values: Record<string, number>;
}

interface Series extends MetricResource {
  samples: Sample[];
}

/** The stored metrics. */
export interface Metrics {
  record(report: EngineReport): void;
  /** Lists the series of a namespace, or all. */
  list(namespace?: string): Series[];
}

/** Creates the metrics of running channels and active flows. */
export function createMetrics(context: MediaContext, countAlerts: (channelId: string) => number): Metrics {
  const series = new Map<string, Series>();
  const lastChannels = new Map<string, ChannelReport>();
  const lastSources = new Map<string, SourceReport>();
  const lastCallers = new Map<string, CallerReport>();

  const put = (
    resource: MetricResource,
    atMs: number,
    gauges: Record<string, number>,
    counters: Record<string, number> = {},
  ) => {
    const key = seriesKey(resource);
    const found = series.get(key) ?? { ...resource, samples: [] };
    series.set(key, found);
    const second = Math.floor(atMs / 1000);
    let sample = found.samples.at(-1);
    if (sample?.second !== second) {
      sample = { second, values: {} };
      found.samples.push(sample);
      const tooOld = found.samples.findIndex((other) => other.second > second - KEPT_SECONDS);
      if (tooOld > 0) found.samples.splice(0, tooOld);
    }
    Object.assign(sample.values, gauges);
    for (const [name, more] of Object.entries(counters)) sample.values[name] = (sample.values[name] ?? 0) + more;
  };

  const recordChannel = (report: ChannelReport, source: SourceReport | undefined, atMs: number) => {
    const last = lastChannels.get(report.channelId);
    lastChannels.set(report.channelId, report);
    const dimensions = { ChannelId: report.channelId, Pipeline: '0' };
    const isWaiting = report.state === 'waiting_for_input';
    put(
      { namespace: 'AWS/MediaLive', dimensions },
      atMs,
      {
        NetworkOut: Math.max(HOUSEKEEPING_MBPS, report.bitrateBps / 1_000_000),
        InputVideoFrameRate: source?.state === 'connected' ? (source.video?.framesPerSecond ?? 0) : 0,
        ActiveAlerts: countAlerts(report.channelId),
        InputLossSeconds: isWaiting ? 1 : 0,
        FillMsec: isWaiting ? SECOND_MS : 0,
      },
      { DroppedFrames: growth(report.droppedFrames, last?.droppedFrames) },
    );
    // MediaLive publishes it per output group only. [medialive/latest/ug/eml-metrics-output-metrics]
    put(
      {
        namespace: 'AWS/MediaLive',
        dimensions: { OutputGroupName: outputGroupNameOf(context, report.channelId), ...dimensions },
      },
      atMs,
      { ActiveOutputs: report.state === 'publishing' ? 1 : 0 },
    );
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

  /** @see https://docs.aws.amazon.com/mediaconnect/latest/ug/monitor-with-cloudwatch-metrics-output-health.html */
  const recordCaller = (report: CallerReport, atMs: number) => {
    const last = lastCallers.get(report.outputArn);
    lastCallers.set(report.outputArn, report);
    const resent = growth(report.packetsResent, last?.packetsResent);
    put(
      { namespace: 'AWS/MediaConnect', dimensions: { OutputARN: report.outputArn } },
      atMs,
      {
        OutputConnected: report.state === 'connected' ? 1 : 0,
        OutputBitrate: report.bitrateBps,
        ...(report.roundTripMs === undefined ? {} : { OutputRoundTripTime: report.roundTripMs }),
      },
      {
        OutputDisconnections: growth(report.disconnections, last?.disconnections),
        OutputResentPackets: resent,
        OutputTotalPackets: growth(report.packetsSent, last?.packetsSent) + resent,
      },
    );
  };

  return {
    record(report) {
      for (const caller of report.callers) recordCaller(caller, report.atMs);
      const running = report.channels.filter(
        (channel) => context.state.channels[channel.channelId]?.state === 'RUNNING',
      );
      for (const channel of running)
        recordChannel(channel, feedingSource(context, report, channel.channelId), report.atMs);
      for (const source of report.sources) {
        if (context.state.flows[source.flowArn] === undefined) continue;
        const last = lastSources.get(source.flowArn);
        lastSources.set(source.flowArn, source);
        put(
          { namespace: 'AWS/MediaConnect', dimensions: { FlowARN: source.flowArn } },
          report.atMs,
          {
            SourceConnected: source.state === 'connected' ? 1 : 0,
            SourceBitRate: source.bitrateBps,
            ...lineOf(source),
          },
          { SourceContinuityCounter: growth(source.continuityErrors, last?.continuityErrors) },
        );
        const coding = source.state === 'connected' ? source.video?.coding : undefined;
        if (coding) {
          const { isInterlaced, ...numbers } = coding;
          const values = { ...numbers, isInterlaced: isInterlaced ? 1 : 0 };
          put(
            { namespace: 'Sluice/Engine', dimensions: { FlowARN: source.flowArn } },
            report.atMs,
            Object.fromEntries(
              Object.entries(values).map(([name, value]) => [SOURCE_CODING_METRICS[name as keyof VideoCoding], value]),
            ),
          );
        }
      }
      const present = new Set(report.channels.map((channel) => channel.channelId));
      for (const id of lastChannels.keys()) if (!present.has(id)) lastChannels.delete(id);
      const called = new Set(report.callers.map(({ outputArn }) => outputArn));
      for (const arn of lastCallers.keys()) if (!called.has(arn)) lastCallers.delete(arn);
      for (const [key, { samples }] of series) {
        if ((samples.at(-1)?.second ?? 0) < report.atMs / 1000 - KEPT_SECONDS) series.delete(key);
      }
    },
    list: (namespace) => [...series.values()].filter((item) => namespace === undefined || item.namespace === namespace),
  };
}

function outputGroupNameOf(context: MediaContext, channelId: string): string {
  return context.state.channels[channelId]?.settings.EncoderSettings?.OutputGroups?.[0]?.Name ?? '';
}

/** Returns the known facts about the line; CloudWatch has no value for a second without a connected encoder. */
function lineOf({ packetLossPercent, roundTripMs }: SourceReport): Record<string, number> {
  return {
    ...(packetLossPercent === undefined ? {} : { SourcePacketLossPercent: packetLossPercent }),
    ...(roundTripMs === undefined ? {} : { SourceRoundTripTime: roundTripMs }),
  };
}

/** Returns the key of a resource, independent of the order of its dimensions. */
export function seriesKey(resource: MetricResource): string {
  const dimensions = Object.entries(resource.dimensions).map(([name, value]) => `${name}=${value}`);
  return [resource.namespace, ...dimensions.sort()].join('|');
}

/** Returns the growth of a total; a total that fell has restarted from zero. */
function growth(total: number, before: number | undefined): number {
  return before === undefined || total < before ? total : total - before;
}
