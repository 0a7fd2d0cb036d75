import type { ChannelReport, EngineReport, PipelineReport, SourceReport } from '../../engine/contract.ts';
import { feedingSource } from '../media/feeds.ts';
import type { MediaContext } from '../media/media-context.ts';
import type { PipelineId } from '../media/media-state.ts';
import { growth } from './growth.ts';
import type { MetricSeries } from './metric-series.ts';

/**
 * MediaLive's NetworkOut is never zero: "even when a channel is not delivering output, there will be some traffic".
 * [medialive/latest/ug/eml-metrics-output-metrics]
 */
const HOUSEKEEPING_MBPS = 0.02;
/** The value of FillMsec for a second that was filled completely. */
const SECOND_MS = 1000;

/** Returns how many alerts of a pipeline are set. */
export type CountAlerts = (channelId: string, pipelineId: PipelineId) => number;

/** One pipeline of a channel with its newest and its last report. */
interface RecordedPipeline {
  pipelineId: PipelineId;
  report: PipelineReport;
  last: PipelineReport | undefined;
  channel: ChannelReport;
  lastChannel: ChannelReport | undefined;
  source: SourceReport | undefined;
}

/** Creates the metrics of running channels, per pipeline. */
export function createChannelMetrics(deps: {
  context: MediaContext;
  put: MetricSeries['put'];
  countAlerts: CountAlerts;
}): (report: EngineReport) => void {
  const { context, put, countAlerts } = deps;
  let lastChannels = new Map<string, ChannelReport>();

  function recordPipeline(pipeline: RecordedPipeline, atMs: number): void {
    const { channel, last, lastChannel, pipelineId, report, source } = pipeline;
    const { channelId } = channel;
    const dimensions = { ChannelId: channelId, Pipeline: pipelineId };
    const isFilled = report.state === 'waiting_for_input' || report.slate === 'input_loss';
    put(
      { namespace: 'AWS/MediaLive', dimensions },
      atMs,
      {
        NetworkOut: Math.max(HOUSEKEEPING_MBPS, report.bitrateBps / 1_000_000),
        InputVideoFrameRate: source?.state === 'connected' ? (source.video?.framesPerSecond ?? 0) : 0,
        ActiveAlerts: countAlerts(channelId, pipelineId),
        InputLossSeconds: isFilled ? 1 : 0,
        FillMsec: isFilled ? SECOND_MS : 0,
      },
      { DroppedFrames: growth(channel.droppedFrames, lastChannel?.droppedFrames) },
    );
    // MediaLive publishes it per output group only. [medialive/latest/ug/eml-metrics-output-metrics]
    const ofGroup = { OutputGroupName: outputGroupNameOf(context, channelId), ...dimensions };
    const isPublishing = report.state === 'publishing';
    put({ namespace: 'AWS/MediaLive', dimensions: ofGroup }, atMs, { ActiveOutputs: isPublishing ? 1 : 0 });
    put(
      { namespace: 'Sluice/Engine', dimensions },
      atMs,
      {
        OutputFrameRate: report.framesPerSecond,
        ...(channel.wantedFramesPerSecond && { WantedFrameRate: channel.wantedFramesPerSecond }),
      },
      {
        Reconnects: growth(report.reconnects, last?.reconnects),
        UnsentFrames: growth(report.unsentFrames, last?.unsentFrames),
      },
    );
  }

  return (report) => {
    const { atMs, channels } = report;
    for (const channel of channels) {
      const { backup, channelId } = channel;
      if (context.state.channels[channelId]?.state !== 'RUNNING') continue;
      const lastChannel = lastChannels.get(channelId);
      const both = { channel, lastChannel };
      const source = (pipelineId: PipelineId) => feedingSource(context, report, channelId, pipelineId);
      recordPipeline({ ...both, pipelineId: '0', report: channel, last: lastChannel, source: source('0') }, atMs);
      if (!backup) continue;
      const last = lastChannel?.backup;
      recordPipeline({ ...both, pipelineId: '1', report: backup, last, source: source('1') }, atMs);
    }
    lastChannels = new Map(channels.map((channel) => [channel.channelId, channel]));
  };
}

function outputGroupNameOf(context: MediaContext, channelId: string): string {
  return context.state.channels[channelId]?.settings.EncoderSettings?.OutputGroups?.[0]?.Name ?? '';
}
