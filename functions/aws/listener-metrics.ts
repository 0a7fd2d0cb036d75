import { SOURCE_ROLES, type SourceRole } from '../domain/source-name.ts';
import type { AwsDeps } from './clients.ts';
import type { FlowView } from './flow.ts';
import { getFlowSeries, type FlowMetric, type FlowPoint, type MetricsWindow } from './flow-series.ts';

/** What arrives at one of the flow's two sources; null where CloudWatch has no value yet. */
export interface ListenerMetrics {
  role: SourceRole;
  /** Whether it feeds the flow. Only this metric tells: no answer of MediaConnect names the source in use. */
  isSelected: boolean | null;
  connected: boolean | null;
  bitrateBps: number | null;
  packetLossPercent: number | null;
  roundTripMs: number | null;
  /** When it last received data; null or absent: not within the window. */
  lastSeenAt?: string | null;
}

const METRICS = [
  { id: 'selected', metric: 'SourceSelected', stat: 'Maximum' },
  { id: 'connected', metric: 'SourceConnected', stat: 'Minimum' },
  { id: 'bitrate', metric: 'SourceBitRate', stat: 'Average' },
  { id: 'loss', metric: 'SourcePacketLossPercent', stat: 'Average' },
  { id: 'roundtrip', metric: 'SourceRoundTripTime', stat: 'Average' },
] as const satisfies FlowMetric[];

/** Metrics of both sources that one observation of a flow with a backup requests. */
export const LISTENER_METRICS = METRICS.length * SOURCE_ROLES.length;

/** Reads the metrics of both sources. Empty without a backup, whose metrics would be billed for nothing. */
export async function getListenerMetrics(
  deps: AwsDeps<'cloudWatch', 'flowArn'>,
  { sources }: Pick<FlowView, 'sources'>,
  window: MetricsWindow,
): Promise<ListenerMetrics[]> {
  if (sources.length < 2) return [];
  const asked = sources.flatMap(({ role, sourceArn }) =>
    METRICS.map((metric) => ({ ...metric, id: `${role}${metric.id}`, sourceArn })),
  );
  const series = await getFlowSeries(deps, 'AWS/MediaConnect', asked, window);
  return sources.map(({ role }) => {
    const newest = (id: (typeof METRICS)[number]['id']) => series(`${role}${id}`)[0]?.value ?? null;
    const flag = (value: number | null) => (value === null ? null : value > 0);
    return {
      role,
      isSelected: flag(newest('selected')),
      connected: flag(newest('connected')),
      bitrateBps: newest('bitrate'),
      packetLossPercent: newest('loss'),
      roundTripMs: newest('roundtrip'),
      lastSeenAt: lastSeen(series(`${role}connected`), window),
    };
  });
}

/** Returns the end of the newest period with a connected encoder. */
function lastSeen(points: readonly FlowPoint[], { now, periodSeconds }: MetricsWindow): string | null {
  const newest = points.find(({ value }) => value > 0);
  return newest ? new Date(Math.min(newest.at.getTime() + periodSeconds * 1000, now.getTime())).toISOString() : null;
}

/** Adds when each source was last seen before the window, as an earlier observation knows it. */
export function withEarlierSightings(
  listeners: readonly ListenerMetrics[],
  earlier: readonly ListenerMetrics[] | undefined,
): ListenerMetrics[] {
  return listeners.map((each) => ({
    ...each,
    lastSeenAt: each.lastSeenAt ?? earlier?.find(({ role }) => role === each.role)?.lastSeenAt ?? null,
  }));
}

/** Returns whether the backup feeds the flow; null while that is unknown, and without a backup. */
export function isOnBackup(listeners: readonly ListenerMetrics[]): boolean | null {
  const selected = listeners.find(({ isSelected }) => isSelected);
  return selected ? selected.role === 'backup' : null;
}
