import { createRoute, z } from '@hono/zod-openapi';
import {
  channelMetrics,
  getDeliverySeries,
  newest,
  outputMetrics,
  subjectOf,
  total,
  type ChannelMetric,
  type DeliverySeries,
  type MetricPoint,
  type MetricsRequest,
} from '../../aws/metrics.ts';
import { OUTPUT_GROUP_NAMES } from '../../aws/names.ts';
import type { Destination } from '../../domain/destination.ts';
import { kindOf } from '../../domain/destination-kind.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, NoQuery, problems } from '../schemas/openapi-parts.ts';
import { memoize, type Memo } from '../../domain/memoize.ts';
import { DestinationId } from '../schemas/destination-requests.ts';
import { MetricsResource } from '../schemas/metrics.ts';
import { findDestination } from '../find-destination.ts';

const COUNTED_SECONDS = 300;
const CHANNELS_KEPT_MAX = 500;
const NOT_SHOWN: ChannelMetric[] = ['activeOutputs', 'fillMs', 'wantedFramesPerSecond'];

const metrics = createRoute({
  method: 'get',
  path: '/api/destinations/{destinationId}/metrics',
  tags: ['Destinations'],
  summary: 'Get the metrics of a destination',
  request: { params: z.object({ destinationId: DestinationId }), query: NoQuery },
  responses: { 200: answers(MetricsResource, 'The metrics, oldest first'), ...problems(404, 503) },
});

/** For the typed client. */
export type MetricsRoutes = typeof metrics;

/** `GET …/metrics`. */
export function registerMetrics(api: Api, deps: ApiDeps): void {
  const memos = new Map<string, Memo<DeliverySeries | undefined>>();
  // Only the shown metrics; the monitor reads the others.
  const shown = channelMetrics(deps.embedded).filter((name) => !NOT_SHOWN.includes(name));

  /** Several viewers of a page share one query to CloudWatch. */
  function readSeries(request: MetricsRequest): Promise<DeliverySeries | undefined> {
    if (memos.size > CHANNELS_KEPT_MAX) memos.clear();
    const subject = subjectOf(request);
    let memo = memos.get(subject);
    if (!memo) {
      memo = memoize({ milliseconds: deps.metrics.keptMs, now: deps.now }, async () => {
        const series = await getDeliverySeries(deps, [request], { now: deps.now(), ...deps.metrics });
        return series.get(subject);
      });
      memos.set(subject, memo);
    }
    return memo.get();
  }

  function toRequest({ platform, held: { channel, flowOutput } }: Destination): MetricsRequest | null {
    if (kindOf({ platform }) === 'srt') {
      return flowOutput ? { flowOutputArn: flowOutput.flowOutputArn, metrics: outputMetrics() } : null;
    }
    const outputGroupName = OUTPUT_GROUP_NAMES.rtmp;
    return channel ? { channelId: channel.channelId, outputGroupName, metrics: shown } : null;
  }

  api.openapi(metrics, async (context) => {
    const record = await findDestination(deps, context.req.valid('param').destinationId);
    const asked = toRequest(record);
    const series = asked === null ? undefined : await readSeries(asked);
    return context.json(toMetricsResource(deps, record, series), 200);
  });
}

function toMetricsResource(deps: ApiDeps, record: Destination, series: DeliverySeries | undefined) {
  const now = deps.now();
  const isRunning = record.status === 'running';
  const recent = (points: MetricPoint[]) =>
    points.filter(({ at }) => now.getTime() - Date.parse(at) <= COUNTED_SECONDS * 1000);
  const framesPerSecond = series?.outputFramesPerSecond.length
    ? series.outputFramesPerSecond
    : (series?.inputFramesPerSecond ?? []);
  const current = (points: MetricPoint[] | undefined) => (isRunning && points ? newest(points) : null);
  const counted = (points: MetricPoint[] | undefined) => (isRunning && points ? total(recent(points)) : null);
  const dropped = series ? addUp(series.droppedFrames, series.unsentFrames) : [];
  return {
    destinationId: record.destinationId,
    observedAt: now.toISOString(),
    uptimeSeconds:
      isRunning && record.runningSince !== null
        ? Math.max(0, Math.floor((now.getTime() - Date.parse(record.runningSince)) / 1000))
        : null,
    current: {
      bitrateBps: current(series?.bitrateBps),
      framesPerSecond: current(framesPerSecond),
      droppedFrames: counted(dropped),
      reconnects: counted(series?.reconnects),
    },
    series: {
      bitrateBps: series?.bitrateBps ?? [],
      framesPerSecond,
      droppedFrames: dropped,
      reconnects: series?.reconnects ?? [],
    },
    periodSeconds: deps.metrics.periodSeconds,
  };
}

/** Adds two series of counts; a point in only one of them stays. */
function addUp(one: MetricPoint[], other: MetricPoint[]): MetricPoint[] {
  const byTime = new Map(one.map(({ at, value }) => [at, value]));
  for (const { at, value } of other) byTime.set(at, (byTime.get(at) ?? 0) + value);
  return [...byTime].map(([at, value]) => ({ at, value })).sort((left, right) => left.at.localeCompare(right.at));
}
