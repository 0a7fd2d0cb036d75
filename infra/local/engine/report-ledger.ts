import type { CallerReport, ChannelReport, EngineReport, SourceReport } from './contract.ts';

export interface ReportLedger {
  /** Adds the totals of earlier engine processes. */
  take(report: EngineReport): EngineReport;
  /** Returns the report to show while the engine is not running. */
  engineDied(atMs: number): EngineReport;
  forgetFlow(flowArn: string): void;
  forgetChannel(channelId: string): void;
  /** Forgets every caller except these. */
  keepCallers(outputArns: ReadonlySet<string>): void;
  newest(): EngineReport;
}

type ChannelTotals = Pick<ChannelReport, 'framesSent' | 'droppedFrames' | 'unsentFrames' | 'reconnects' | 'bytesSent'>;
type CallerTotals = Pick<
  CallerReport,
  'packetsSent' | 'packetsResent' | 'packetsDropped' | 'bytesDelivered' | 'disconnections'
>;
type FlowTotals = Pick<SourceReport, 'continuityErrors' | 'connections'> & {
  failoverSwitches?: number | undefined;
};

/** Continues the totals across restarts of the engine process: they count from the start of the flow or channel. */
export function createReportLedger(): ReportLedger {
  const channelTotals = new Map<string, ChannelTotals>();
  const flowTotals = new Map<string, FlowTotals>();
  const callerTotals = new Map<string, CallerTotals>();
  let newest: EngineReport = { atMs: 0, sources: [], channels: [], callers: [] };

  return {
    take(report) {
      const sources = report.sources.map((source): SourceReport => {
        const before = flowTotals.get(source.flowArn);
        if (!before) return source;
        return {
          ...source,
          continuityErrors: source.continuityErrors + before.continuityErrors,
          connections: source.connections + before.connections,
          ...sumOfSwitches(source, before),
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
      const callers = report.callers.map((caller): CallerReport => {
        const before = callerTotals.get(caller.outputArn);
        return before ? { ...caller, ...addTotals(caller, before) } : caller;
      });
      newest = { ...report, sources, channels, callers };
      return newest;
    },
    engineDied(atMs) {
      const sources = newest.sources.map((source): SourceReport => {
        const { continuityErrors, connections, failoverSwitches, listeners } = source;
        flowTotals.set(source.flowArn, { continuityErrors, connections, failoverSwitches });
        return {
          ...source,
          state: 'failed',
          sinceMs: atMs,
          error: 'the media engine is being restarted',
          bitrateBps: 0,
          video: undefined,
          audioTracks: undefined,
          ...(listeners && { listeners: listeners.map((each) => ({ ...each, state: 'failed', bitrateBps: 0 })) }),
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
      const callers = newest.callers.map((caller): CallerReport => {
        const disconnections = caller.disconnections + (caller.state === 'connected' ? 1 : 0);
        callerTotals.set(caller.outputArn, { ...totalsOf(caller), disconnections });
        const { outputArn } = caller;
        return { ...totalsOf(caller), outputArn, disconnections, state: 'reconnecting', sinceMs: atMs, bitrateBps: 0 };
      });
      newest = { atMs, sources, channels, callers };
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
    keepCallers(outputArns) {
      for (const outputArn of callerTotals.keys()) if (!outputArns.has(outputArn)) callerTotals.delete(outputArn);
      newest = { ...newest, callers: newest.callers.filter(({ outputArn }) => outputArns.has(outputArn)) };
    },
    newest: () => newest,
  };
}

function sumOfSwitches(one: FlowTotals, other: FlowTotals): Pick<FlowTotals, 'failoverSwitches'> {
  const failoverSwitches = (one.failoverSwitches ?? 0) + (other.failoverSwitches ?? 0);
  return failoverSwitches > 0 ? { failoverSwitches } : {};
}

function totalsOf({ packetsSent, packetsResent, packetsDropped, bytesDelivered, disconnections }: CallerTotals) {
  return { packetsSent, packetsResent, packetsDropped, bytesDelivered, disconnections };
}

function addTotals(one: CallerTotals, other: CallerTotals): CallerTotals {
  return {
    packetsSent: one.packetsSent + other.packetsSent,
    packetsResent: one.packetsResent + other.packetsResent,
    packetsDropped: one.packetsDropped + other.packetsDropped,
    bytesDelivered: one.bytesDelivered + other.bytesDelivered,
    disconnections: one.disconnections + other.disconnections,
  };
}
