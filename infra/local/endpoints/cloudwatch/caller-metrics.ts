import type { CallerReport, EngineReport } from '../../engine/contract.ts';
import { growth } from './growth.ts';
import type { MetricSeries } from './metric-series.ts';

/**
 * Creates the metrics of the SRT outputs of flows.
 * @see https://docs.aws.amazon.com/mediaconnect/latest/ug/monitor-with-cloudwatch-metrics-output-health.html
 */
export function createCallerMetrics(put: MetricSeries['put']): (report: EngineReport) => void {
  let last = new Map<string, CallerReport>();

  function record(caller: CallerReport, atMs: number): void {
    const before = last.get(caller.outputArn);
    const resent = growth(caller.packetsResent, before?.packetsResent);
    put(
      { namespace: 'AWS/MediaConnect', dimensions: { OutputARN: caller.outputArn } },
      atMs,
      {
        OutputConnected: caller.state === 'connected' ? 1 : 0,
        OutputBitrate: caller.bitrateBps,
        ...(caller.roundTripMs === undefined ? {} : { OutputRoundTripTime: caller.roundTripMs }),
      },
      {
        OutputDisconnections: growth(caller.disconnections, before?.disconnections),
        OutputResentPackets: resent,
        OutputTotalPackets: growth(caller.packetsSent, before?.packetsSent) + resent,
      },
    );
  }

  return ({ atMs, callers }) => {
    for (const caller of callers) record(caller, atMs);
    last = new Map(callers.map((caller) => [caller.outputArn, caller]));
  };
}
