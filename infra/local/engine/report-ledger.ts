import type { CallerReport, ChannelReport, EngineReport, PipelineReport, SourceReport } from './contract.ts';

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

type PipelineTotals = Pick<PipelineReport, 'framesSent' | 'unsentFrames' | 'reconnects' | 'bytesSent'>;
type ChannelTotals = PipelineTotals & Pick<ChannelReport, 'droppedFrames'> & { backup?: PipelineTotals };
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
          ...withTotals(channel, before),
          droppedFrames: channel.droppedFrames + before.droppedFrames,
          ...(channel.backup && before.backup && { backup: withTotals(channel.backup, before.backup) }),
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
        const { channelId, droppedFrames } = channel;
        const backup = channel.backup && withoutEngine(channel.backup, atMs);
        const died: ChannelReport = { ...withoutEngine(channel, atMs), mode: 'none', ...(backup && { backup }) };
        channelTotals.set(channelId, {
          ...pipelineTotalsOf(died),
          droppedFrames,
          ...(backup && { backup: pipelineTotalsOf(backup) }),
        });
        return died;
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

/** Returns a report of a pipeline whose engine has died, which ends its connection. */
function withoutEngine<Report extends PipelineReport>(report: Report, atMs: number): Report {
  return {
    ...report,
    state: 'waiting_for_input',
    sinceMs: atMs,
    problem: undefined,
    reconnects: report.reconnects + (report.state === 'publishing' ? 1 : 0),
    bitrateBps: 0,
    framesPerSecond: 0,
    queuedBytes: 0,
  };
}

function pipelineTotalsOf({ framesSent, unsentFrames, reconnects, bytesSent }: PipelineReport): PipelineTotals {
  return { framesSent, unsentFrames, reconnects, bytesSent };
}

function withTotals<Report extends PipelineReport>(report: Report, before: PipelineTotals): Report {
  return {
    ...report,
    framesSent: report.framesSent + before.framesSent,
    unsentFrames: report.unsentFrames + before.unsentFrames,
    reconnects: report.reconnects + before.reconnects,
    bytesSent: report.bytesSent + before.bytesSent,
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
