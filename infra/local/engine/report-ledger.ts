import type { ChannelReport, EngineReport, SourceReport } from './contract.ts';

export interface ReportLedger {
  /** Adds the totals of earlier engine processes. */
  take(report: EngineReport): EngineReport;
  /** Returns the report to show while the engine is not running. */
  engineDied(atMs: number): EngineReport;
  forgetFlow(flowArn: string): void;
  forgetChannel(channelId: string): void;
  newest(): EngineReport;
}

type ChannelTotals = Pick<ChannelReport, 'framesSent' | 'droppedFrames' | 'unsentFrames' | 'reconnects' | 'bytesSent'>;
type FlowTotals = Pick<SourceReport, 'continuityErrors' | 'connections'>;

/** Continues the totals across restarts of the engine process: they count from the start of the flow or channel. */
export function createReportLedger(): ReportLedger {
  const channelTotals = new Map<string, ChannelTotals>();
  const flowTotals = new Map<string, FlowTotals>();
  let newest: EngineReport = { atMs: 0, sources: [], channels: [] };

  return {
    take(report) {
      const sources = report.sources.map((source): SourceReport => {
        const before = flowTotals.get(source.flowArn);
        if (!before) return source;
        return {
          ...source,
          continuityErrors: source.continuityErrors + before.continuityErrors,
          connections: source.connections + before.connections,
        };
      });
      const channels = report.channels.map((channel): ChannelReport => {
        const before = channelTotals.get(channel.channelId);
        if (!before) return channel;
        return {
          ...channel,
          framesSent: channel.framesSent + before.framesSent,
          droppedFrames: channel.droppedFrames + before.droppedFrames,
          unsentFrames: channel.unsentFrames + before.unsentFrames,
          reconnects: channel.reconnects + before.reconnects,
          bytesSent: channel.bytesSent + before.bytesSent,
        };
      });
      newest = { atMs: report.atMs, sources, channels };
      return newest;
    },
    engineDied(atMs) {
      const sources = newest.sources.map((source): SourceReport => {
        flowTotals.set(source.flowArn, { continuityErrors: source.continuityErrors, connections: source.connections });
        return {
          ...source,
          state: 'failed',
          sinceMs: atMs,
          error: 'the media engine is being restarted',
          bitrateBps: 0,
          video: undefined,
          audio: undefined,
        };
      });
      const channels = newest.channels.map((channel): ChannelReport => {
        const { framesSent, droppedFrames, unsentFrames, bytesSent } = channel;
        const reconnects = channel.reconnects + (channel.state === 'publishing' ? 1 : 0);
        channelTotals.set(channel.channelId, { framesSent, droppedFrames, unsentFrames, reconnects, bytesSent });
        return {
          ...channel,
          state: 'waiting_for_input',
          mode: 'none',
          sinceMs: atMs,
          problem: undefined,
          reconnects,
          bitrateBps: 0,
          framesPerSecond: 0,
          queuedBytes: 0,
        };
      });
      newest = { atMs, sources, channels };
      return newest;
    },
    forgetFlow(flowArn) {
      flowTotals.delete(flowArn);
      newest = { ...newest, sources: newest.sources.filter((source) => source.flowArn !== flowArn) };
    },
    forgetChannel(channelId) {
      channelTotals.delete(channelId);
      newest = { ...newest, channels: newest.channels.filter((channel) => channel.channelId !== channelId) };
    },
    newest: () => newest,
  };
}
