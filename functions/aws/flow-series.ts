import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { AwsDeps } from './clients.ts';

/** The time that metrics are read for. */
export interface MetricsWindow {
  now: Date;
  windowSeconds: number;
  /** 1, 5, 10, 30 or a multiple of 60, as CloudWatch requires. */
  periodSeconds: number;
}

export interface FlowPoint {
  at: Date;
  value: number;
}

/** A metric of the flow, or of one of its sources. `id` begins with a small letter and has letters and digits only, as CloudWatch requires. */
export interface FlowMetric {
  id: string;
  metric: string;
  stat: 'Average' | 'Maximum' | 'Minimum' | 'Sum';
  /** Absent: the metric of the whole flow. */
  sourceArn?: string;
}

/**
 * Reads metrics of the flow within the window. `Sluice/Engine` exists on one machine only.
 * @returns the points by id, newest first; none for what is not published
 */
export async function getFlowSeries(
  { clients, deployment }: AwsDeps<'cloudWatch', 'flowArn'>,
  namespace: 'AWS/MediaConnect' | 'Sluice/Engine',
  metrics: readonly FlowMetric[],
  { now, windowSeconds, periodSeconds }: MetricsWindow,
): Promise<(id: string) => FlowPoint[]> {
  const answer = await clients.cloudWatch.send(
    new GetMetricDataCommand({
      MetricDataQueries: metrics.map(({ id, metric, stat, sourceArn }) => ({
        Id: id,
        MetricStat: {
          Metric: {
            Namespace: namespace,
            MetricName: metric,
            Dimensions: [
              sourceArn === undefined
                ? { Name: 'FlowARN', Value: deployment.flowArn }
                : { Name: 'SourceARN', Value: sourceArn },
            ],
          },
          Period: periodSeconds,
          Stat: stat,
        },
      })),
      StartTime: new Date(now.getTime() - windowSeconds * 1000),
      EndTime: now,
      ScanBy: 'TimestampDescending',
    }),
  );
  return (id) => {
    const result = answer.MetricDataResults?.find((each) => each.Id === id);
    return (result?.Timestamps ?? []).map((at, index) => ({ at, value: result?.Values?.[index] ?? 0 }));
  };
}
