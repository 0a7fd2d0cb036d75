/**
 * Serves CloudWatch's GetMetricData and ListMetrics from the local metrics, in every protocol that CloudWatch's clients
 * have used. Refuses metric math and search expressions, which only CloudWatch itself computes.
 */
import type {
  GetMetricDataInput,
  GetMetricDataOutput,
  ListMetricsInput,
  ListMetricsOutput,
  Metric,
  MetricDataQuery,
  MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import * as client from '@aws-sdk/client-cloudwatch';
import { cutPage } from '../wire/aws-json.ts';
import { createRpcService } from '../wire/rpc-service.ts';
import type { LocalService } from '../wire/local-service.ts';
import { seriesKey, type Sample } from './metric-series.ts';
import type { Metrics } from './metrics.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { OperationServiceOptions } from '../wire/rest-json-service.ts';

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html */
const METRICS_PER_PAGE = 500;

/** Creates the `monitoring` endpoint. */
export function createCloudWatchService(
  metrics: Metrics,
  options: Pick<OperationServiceOptions, 'around' | 'nextRequestId'>,
): LocalService {
  return createRpcService({
    ...options,
    signingName: 'monitoring',
    client,
    serviceTarget: 'GraniteServiceVersion20100801',
    version: '2010-08-01',
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    protocols: ['json', 'query', 'cbor'],
    invalid,
    handlers: {
      GetMetricData: (input: GetMetricDataInput) => getMetricData(metrics, input),
      ListMetrics: (input: ListMetricsInput) => listMetrics(metrics, input),
    },
  });
}

/** Refuses members that would change the result and are not supported here. */
function refuseOthers(input: object, honoured: readonly string[]): void {
  const given = Object.entries(input).filter(([, value]) => value !== undefined && value !== null);
  const other = given.find(([member]) => !honoured.includes(member));
  if (other !== undefined) throw invalid(`${other[0]} is not supported by this local endpoint: leave it out`);
}

/** Returns one value per period for each query, newest first by default. */
function getMetricData(metrics: Metrics, input: GetMetricDataInput): GetMetricDataOutput {
  refuseOthers(input, ['EndTime', 'MetricDataQueries', 'ScanBy', 'StartTime']);
  const { StartTime: start, EndTime: end, MetricDataQueries: queries, ScanBy: scanBy } = input;
  if (!(start instanceof Date) || !(end instanceof Date)) throw invalid('StartTime and EndTime are required');
  if (![undefined, 'TimestampAscending', 'TimestampDescending'].includes(scanBy)) {
    throw invalid('ScanBy must be TimestampAscending or TimestampDescending');
  }
  if (start >= end) throw invalid('StartTime must be before EndTime');
  if (!Array.isArray(queries) || queries.length === 0) throw invalid('MetricDataQueries must not be empty');
  if (queries.length > 500) throw invalid('at most 500 queries are taken in one call');
  if (new Set(queries.map((query) => query.Id)).size < queries.length) throw invalid('query ids must be unique');
  const byKey = new Map(metrics.list().map((series) => [seriesKey(series), series.samples]));
  const results = queries
    .filter((query) => query.ReturnData !== false)
    .map((query) => {
      const result = answer(query, byKey, start.getTime() / 1000, end.getTime() / 1000);
      if (scanBy === 'TimestampAscending') return result;
      return { ...result, Timestamps: result.Timestamps?.toReversed(), Values: result.Values?.toReversed() };
    });
  return { MetricDataResults: results, Messages: [] };
}

function answer(
  query: MetricDataQuery,
  byKey: Map<string, Sample[]>,
  startSecond: number,
  endSecond: number,
): MetricDataResult {
  const { Id: id, MetricStat: stat, Label: label } = query;
  refuseOthers(query, ['Id', 'Label', 'MetricStat', 'ReturnData']);
  if (!id || !/^[a-z][A-Za-z0-9_]*$/.test(id)) throw invalid('a query Id starts with a lower-case letter');
  if (stat === undefined) throw invalid(`query ${id} must have a MetricStat`);
  refuseOthers(stat, ['Metric', 'Period', 'Stat']);
  const { Namespace: namespace, MetricName: name, Dimensions: dimensions } = stat.Metric ?? {};
  if (!namespace || !name) throw invalid(`query ${id} must name a namespace and a metric`);
  const period = stat.Period ?? 0;
  if (![1, 5, 10, 20, 30].includes(period) && (period <= 0 || period % 60 !== 0)) {
    throw invalid('Period must be 1, 5, 10, 20, 30 or a multiple of 60');
  }
  const reduce = STATISTICS[stat.Stat ?? ''];
  if (reduce === undefined) throw invalid(`Stat must be one of ${Object.keys(STATISTICS).join(', ')}`);
  const named = Object.fromEntries((dimensions ?? []).map((dimension) => [dimension.Name!, dimension.Value!]));
  const samples = byKey.get(seriesKey({ namespace, dimensions: named })) ?? [];
  const firstSecond = Math.floor(startSecond / period) * period;
  const buckets = new Map<number, number[]>();
  for (const { second, values } of samples) {
    const value = values[name];
    if (value === undefined || second < firstSecond || second >= endSecond) continue;
    const bucket = Math.floor(second / period) * period;
    buckets.set(bucket, [...(buckets.get(bucket) ?? []), value]);
  }
  return {
    Id: id,
    Label: label ?? name,
    Timestamps: [...buckets.keys()].map((second) => new Date(second * 1000)),
    Values: [...buckets.values()].map(reduce),
    StatusCode: 'Complete',
  };
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

const STATISTICS: Record<string, (values: number[]) => number> = {
  Average: (values) => sum(values) / values.length,
  Sum: sum,
  Minimum: (values) => Math.min(...values),
  Maximum: (values) => Math.max(...values),
  SampleCount: (values) => values.length,
};

function listMetrics(metrics: Metrics, input: ListMetricsInput): ListMetricsOutput {
  refuseOthers(input, ['Dimensions', 'MetricName', 'Namespace', 'NextToken', 'RecentlyActive']);
  // The metrics are minutes old at most, so all are active within the three hours that a client can request.
  if (![undefined, 'PT3H'].includes(input.RecentlyActive)) throw invalid('RecentlyActive must be PT3H');
  const found: Metric[] = metrics.list(input.Namespace).flatMap((series) => {
    const names = new Set(series.samples.flatMap((sample) => Object.keys(sample.values)));
    return [...names].map((MetricName) => ({
      Namespace: series.namespace,
      MetricName,
      Dimensions: Object.entries(series.dimensions).map(([Name, Value]) => ({ Name, Value })),
    }));
  });
  const matching = found
    .filter((metric) => input.MetricName === undefined || metric.MetricName === input.MetricName)
    .filter((metric) =>
      (input.Dimensions ?? []).every((wanted) =>
        metric.Dimensions?.some(
          (own) => own.Name === wanted.Name && (wanted.Value === undefined || own.Value === wanted.Value),
        ),
      ),
    );
  const { page, next } = cutPage(matching, METRICS_PER_PAGE, input.NextToken, 'ValidationException');
  return { Metrics: page, NextToken: next };
}

/**
 * Creates the error that the query protocol calls ValidationError. @see
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html
 */
function invalid(message: string): AwsError {
  return new AwsError('ValidationException', 400, message);
}
