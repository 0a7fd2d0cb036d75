import { GetMetricDataCommand, type Dimension, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { Pricing } from '../domain/pricing.ts';
import type { AwsDeps } from './clients.ts';
import { SOURCE_METRICS } from './flow-metrics.ts';
import { LISTENER_METRICS } from './listener-metrics.ts';
import type { MetricsWindow } from './flow-series.ts';
import type { OutputGroupName } from './names.ts';

/**
 * Metrics from CloudWatch. AWS bills GetMetricData per requested metric, whether or not it exists, so callers name
 * those they need. Engine metrics (namespace `Sluice/Engine`) exist on one machine only.
 * @see https://docs.aws.amazon.com/medialive/latest/ug/eml-metrics-output-metrics.html
 */
interface MetricSource {
  namespace: 'AWS/MediaConnect' | 'AWS/MediaLive' | 'Sluice/Engine';
  metric: string;
  stat: 'Average' | 'Sum' | 'Minimum' | 'Maximum';
  /** Converts MediaLive's unit into ours: NetworkOut is in Mbit/s and becomes bits per second. */
  factor?: number;
  /** True when MediaLive publishes the metric per output group and with no other dimensions. */
  isPerOutputGroup?: boolean;
}

const CHANNEL_METRICS = {
  // The only metric that shows whether RTMP is being written, hence the minimum.
  activeOutputs: { namespace: 'AWS/MediaLive', metric: 'ActiveOutputs', stat: 'Minimum', isPerOutputGroup: true },
  bitrateBps: { namespace: 'AWS/MediaLive', metric: 'NetworkOut', stat: 'Average', factor: 1_000_000 },
  // Above zero MediaLive is filling in frames that the input does not deliver.
  fillMs: { namespace: 'AWS/MediaLive', metric: 'FillMsec', stat: 'Maximum' },
  inputFramesPerSecond: { namespace: 'AWS/MediaLive', metric: 'InputVideoFrameRate', stat: 'Maximum' },
  // Those an overloaded encoder leaves out; what the far end does not take is counted as unsent.
  droppedFrames: { namespace: 'AWS/MediaLive', metric: 'DroppedFrames', stat: 'Sum' },
  outputFramesPerSecond: { namespace: 'Sluice/Engine', metric: 'OutputFrameRate', stat: 'Average' },
  wantedFramesPerSecond: { namespace: 'Sluice/Engine', metric: 'WantedFrameRate', stat: 'Maximum' },
  unsentFrames: { namespace: 'Sluice/Engine', metric: 'UnsentFrames', stat: 'Sum' },
  reconnects: { namespace: 'Sluice/Engine', metric: 'Reconnects', stat: 'Sum' },
} as const satisfies Record<string, MetricSource>;

/**
 * The same figures of an SRT output, which has no channel, and those of its line.
 * @see https://docs.aws.amazon.com/mediaconnect/latest/ug/monitor-with-cloudwatch-metrics-output-health.html
 */
const OUTPUT_METRICS = {
  activeOutputs: { namespace: 'AWS/MediaConnect', metric: 'OutputConnected', stat: 'Minimum' },
  bitrateBps: { namespace: 'AWS/MediaConnect', metric: 'OutputBitrate', stat: 'Average' },
  reconnects: { namespace: 'AWS/MediaConnect', metric: 'OutputDisconnections', stat: 'Sum' },
  sentPackets: { namespace: 'AWS/MediaConnect', metric: 'OutputTotalPackets', stat: 'Sum' },
  resentPackets: { namespace: 'AWS/MediaConnect', metric: 'OutputResentPackets', stat: 'Sum' },
  roundTripMs: { namespace: 'AWS/MediaConnect', metric: 'OutputRoundTripTime', stat: 'Average' },
} as const satisfies Record<string, MetricSource>;

export type ChannelMetric = keyof typeof CHANNEL_METRICS;
export type OutputMetric = keyof typeof OUTPUT_METRICS;
type MetricName = ChannelMetric | OutputMetric;

const METRIC_NAMES = Object.keys(CHANNEL_METRICS) as ChannelMetric[];
const OUTPUT_METRIC_NAMES = Object.keys(OUTPUT_METRICS) as OutputMetric[];
const ALL_NAMES = [...new Set<MetricName>([...METRIC_NAMES, ...OUTPUT_METRIC_NAMES])];
const isOfEngine = (name: ChannelMetric) => CHANNEL_METRICS[name].namespace === 'Sluice/Engine';

/** Returns every metric that this deployment has. @param hasEngine true on one machine */
export function channelMetrics(hasEngine: boolean): ChannelMetric[] {
  return METRIC_NAMES.filter((name) => hasEngine || !isOfEngine(name));
}

/** Returns every metric of an SRT output. */
export function outputMetrics(): OutputMetric[] {
  return OUTPUT_METRIC_NAMES;
}

export interface MetricPoint {
  at: string;
  value: number;
}

/** Points per metric, oldest first; empty for a metric that was not requested or is not published. */
export type DeliverySeries = Record<MetricName, MetricPoint[]>;

/** The metrics requested for one pipeline of a channel, the first one by default, or for one SRT output of the flow. */
export type MetricsRequest =
  | {
      channelId: string;
      outputGroupName: OutputGroupName;
      pipelineId?: '1';
      metrics: readonly ChannelMetric[];
    }
  | { flowOutputArn: string; metrics: readonly OutputMetric[] };

/** Returns the id under which the series of a request are found. */
export function subjectOf(request: MetricsRequest): string {
  if (!('channelId' in request)) return request.flowOutputArn;
  return request.pipelineId === '1' ? backupSubject(request.channelId) : request.channelId;
}

/** Returns the id under which the series of a channel's second pipeline are found. */
export function backupSubject(channelId: string): string {
  return `${channelId}/1`;
}

/** AWS's limit on queries per GetMetricData call. */
const QUERIES_MAX = 500;

/** One query, and the series its answer belongs to. */
interface AskedQuery {
  subject: string;
  name: MetricName;
  factor: number;
  query: MetricDataQuery;
}

/**
 * Reads the requested metrics of several destinations, oldest point first, in as few calls as AWS allows.
 * @returns series by `subjectOf` their request
 */
export async function getDeliverySeries(
  deps: AwsDeps<'cloudWatch', never>,
  requests: readonly MetricsRequest[],
  window: MetricsWindow,
): Promise<Map<string, DeliverySeries>> {
  const result = new Map(requests.map((request) => [subjectOf(request), emptySeries()]));
  const asked = requests.flatMap((request, index) => toQueries(request, index, window));
  for (let index = 0; index < asked.length; index += QUERIES_MAX) {
    await readSlice(deps, asked.slice(index, index + QUERIES_MAX), window, result);
  }
  return result;
}

function toQueries(request: MetricsRequest, index: number, window: MetricsWindow): AskedQuery[] {
  return request.metrics.map((name) => {
    const source = sourceOf(request, name);
    const query: MetricDataQuery = {
      Id: `m${index}x${ALL_NAMES.indexOf(name)}`,
      MetricStat: {
        Metric: { Namespace: source.namespace, MetricName: source.metric, Dimensions: dimensionsOf(request, source) },
        Period: window.periodSeconds,
        Stat: source.stat,
      },
    };
    return { subject: subjectOf(request), name, factor: source.factor ?? 1, query };
  });
}

function sourceOf(request: MetricsRequest, name: MetricName): MetricSource {
  return 'channelId' in request ? CHANNEL_METRICS[name as ChannelMetric] : OUTPUT_METRICS[name as OutputMetric];
}

function dimensionsOf(request: MetricsRequest, { isPerOutputGroup }: MetricSource): Dimension[] {
  if (!('channelId' in request)) return [{ Name: 'OutputARN', Value: request.flowOutputArn }];
  return [
    ...(isPerOutputGroup ? [{ Name: 'OutputGroupName', Value: request.outputGroupName }] : []),
    { Name: 'ChannelId', Value: request.channelId },
    { Name: 'Pipeline', Value: request.pipelineId ?? '0' },
  ];
}

async function readSlice(
  { clients }: AwsDeps<'cloudWatch', never>,
  asked: readonly AskedQuery[],
  window: MetricsWindow,
  result: ReadonlyMap<string, DeliverySeries>,
): Promise<void> {
  const byId = new Map(asked.map((each) => [each.query.Id, each]));
  let nextToken: string | undefined;
  do {
    const answer = await clients.cloudWatch.send(
      new GetMetricDataCommand({
        MetricDataQueries: asked.map(({ query }) => query),
        StartTime: new Date(window.now.getTime() - window.windowSeconds * 1000),
        EndTime: window.now,
        ScanBy: 'TimestampAscending',
        NextToken: nextToken,
      }),
    );
    for (const data of answer.MetricDataResults ?? []) {
      const query = byId.get(data.Id);
      if (query === undefined) continue;
      const { subject, name, factor } = query;
      const points = (data.Timestamps ?? []).map((at, index) => ({
        at: at.toISOString(),
        value: (data.Values?.[index] ?? 0) * factor,
      }));
      result.get(subject)?.[name].push(...points);
    }
    nextToken = answer.NextToken;
  } while (nextToken);
}

function emptySeries(): DeliverySeries {
  return Object.fromEntries(ALL_NAMES.map((name) => [name, []])) as unknown as DeliverySeries;
}

/** Returns the newest value of a series, or null when it is empty. */
export function newest(points: MetricPoint[]): number | null {
  return points.at(-1)?.value ?? null;
}

/** Returns the sum of a series, or null when it is empty. */
export function total(points: MetricPoint[]): number | null {
  return points.length === 0 ? null : points.reduce((sum, point) => sum + point.value, 0);
}

/** Returns how many billed metrics one observation of running channels with this many pipelines requests. */
export function metricsPerLook(
  pipelines: number,
  { hasBackupSource = false }: Pick<Pricing, 'hasBackupSource'> = {},
): number {
  if (pipelines === 0) return 0;
  return pipelines * channelMetrics(false).length + SOURCE_METRICS + (hasBackupSource ? LISTENER_METRICS : 0);
}
