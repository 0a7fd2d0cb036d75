import { Duration } from 'aws-cdk-lib';
import type { IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';

/** The watched resources of a deployment, by the names operators know. */
export interface Watched {
  deploymentId: string;
  flowArn: string;
  packageChannelId: string;
  /** False if the configuration switches the preview off. */
  hasPreview: boolean;
  /** SRT latency of the flow, the time available for a retransmission. */
  sourceLatencyMs: number;
  /** Hours that channels may run without an encoder. */
  hoursWithoutSource: number;
  /** Limit of what MediaPackage may send in an hour, in units of 10^9 bytes. */
  previewGbPerHour: number;
  api: IHttpApi;
  /** The API of the public pages; absent while they are off. */
  audienceApi?: IHttpApi;
  /** Requests per second that it lets through. */
  audienceRequestsPerSecond: number;
  table: Pick<ITable, 'metric'>;
  stateMachines: Readonly<Record<string, IStateMachine>>;
  /** The machines that call people and run shows: of incidents, of deliveries and of shows. */
  alertingMachines: Readonly<Record<string, IStateMachine>>;
  /** Includes `workflow`, whose errors are no sign of failure because it waits by failing. */
  functions: Readonly<Record<string, IFunction>>;
  deadLetterQueues: Readonly<Record<string, IQueue>>;
}

export const ONE_MINUTE = Duration.minutes(1);
export const FIVE_MINUTES = Duration.minutes(5);
export const ONE_HOUR = Duration.hours(1);

/**
 * Returns a metric of the flow's source.
 * @see https://docs.aws.amazon.com/mediaconnect/latest/ug/monitor-with-cloudwatch-metrics-source-health.html
 */
export function sourceMetric(
  { flowArn }: Watched,
  metricName:
    | 'SourceConnected'
    | 'SourceBitRate'
    | 'SourceTotalPackets'
    | 'SourceRecoveredPackets'
    | 'SourceNotRecoveredPackets'
    | 'SourceRoundTripTime'
    | 'SourceJitter',
  statistic: 'Minimum' | 'Average' | 'Sum' | 'Maximum',
  period: Duration = ONE_MINUTE,
): Metric {
  return new Metric({
    namespace: 'AWS/MediaConnect',
    metricName,
    dimensionsMap: { FlowARN: flowArn },
    statistic,
    period,
  });
}

/**
 * Returns the bytes that the preview's MediaPackage channel receives or sends per period. MediaPackage reports no
 * EgressBytes while there are no requests.
 * @see https://docs.aws.amazon.com/mediapackage/latest/ug/metrics.html
 */
export function packageMetric(
  { packageChannelId }: Watched,
  metricName: 'IngressBytes' | 'EgressBytes',
  period: Duration,
): Metric {
  return new Metric({
    namespace: 'AWS/MediaPackage',
    metricName,
    dimensionsMap: { Channel: packageChannelId },
    statistic: 'Sum',
    period,
  });
}
