/**
 * CloudWatch's GetMetricData and ListMetrics over AWS JSON 1.0, from the metrics kept here. Metric math and search
 * expressions are refused: they are computed by CloudWatch itself and have no place at a source of metrics.
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
import { JsonCodec2 } from '@smithy/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import type { LocalService } from '../service.ts';
import type { Metrics, Sample } from './metrics.ts';
import { seriesKey } from './metrics.ts';
import { AwsError } from './protocol/aws-error.ts';
import type { OperationHandler } from './protocol/operation.ts';
import { answerErrors, jsonResponse, readBody, runOperation } from './protocol/rest-json-service.ts';
import type { OperationServiceOptions } from './protocol/rest-json-service.ts';

const TARGET_PREFIX = 'GraniteServiceVersion20100801.';
const codec = new JsonCodec2({ jsonName: false, timestampFormat: { useTrait: false, default: 7 } });

const SCHEMAS: Record<string, { input: unknown; output: unknown }> = {
  GetMetricData: { input: client.GetMetricDataInput$, output: client.GetMetricDataOutput$ },
  ListMetrics: { input: client.ListMetricsInput$, output: client.ListMetricsOutput$ },
};

type SchemaReference = Parameters<typeof NormalizedSchema.of>[0];

/** The `monitoring` endpoint. */
export function makeCloudWatchService(
  metrics: Metrics,
  options: Pick<OperationServiceOptions, 'around' | 'nextRequestId'>,
): LocalService {
  const signingName = 'monitoring';
  const handlers: Record<string, OperationHandler> = {
    GetMetricData: (input: GetMetricDataInput) => getMetricData(metrics, input),
    ListMetrics: (input: ListMetricsInput) => listMetrics(metrics, input),
  };
  return {
    signingName,
    handle: (request) =>
      answerErrors({ ...options, typeInBody: true }, async () => {
        const operation = request.headers.get('x-amz-target')?.replace(TARGET_PREFIX, '') ?? '';
        const schema = SCHEMAS[operation];
        const handler = handlers[operation];
        if (schema === undefined || handler === undefined) {
          throw new AwsError(
            'UnknownOperationException',
            400,
            'this local endpoint answers GetMetricData and ListMetrics',
          );
        }
        const input = await readInput(schema.input as SchemaReference, await readBody(request));
        const result = await runOperation({ ...options, signingName }, { operation, input }, handler);
        const serializer = codec.createSerializer();
        serializer.write(NormalizedSchema.of(schema.output as SchemaReference), result ?? {});
        return jsonResponse(options, 200, new TextDecoder().decode(serializer.flush()), {
          'content-type': 'application/x-amz-json-1.0',
        });
      }),
  };
}

async function readInput(schema: SchemaReference, body: string): Promise<Record<string, unknown>> {
  try {
    return (await codec.createDeserializer().read(NormalizedSchema.of(schema), body)) as Record<string, unknown>;
  } catch {
    throw invalid('the body does not fit the operation');
  }
}

/** Answers each query with one value per period, newest first unless told otherwise. */
function getMetricData(metrics: Metrics, input: GetMetricDataInput): GetMetricDataOutput {
  const { StartTime: start, EndTime: end, MetricDataQueries: queries, ScanBy: scanBy } = input;
  if (!(start instanceof Date) || !(end instanceof Date)) throw invalid('StartTime and EndTime are required');
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
  if (!id || !/^[a-z][A-Za-z0-9_]*$/.test(id)) throw invalid('a query Id starts with a lower-case letter');
  if (stat === undefined) throw invalid(`query ${id} must have a MetricStat: expressions are not supported here`);
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
  const found: Metric[] = metrics.list(input.Namespace).flatMap((series) => {
    const names = new Set(series.samples.flatMap((sample) => Object.keys(sample.values)));
    return [...names].map((MetricName) => ({
      Namespace: series.namespace,
      MetricName,
      Dimensions: Object.entries(series.dimensions).map(([Name, Value]) => ({ Name, Value })),
    }));
  });
  return {
    Metrics: found
      .filter((metric) => input.MetricName === undefined || metric.MetricName === input.MetricName)
      .filter((metric) =>
        (input.Dimensions ?? []).every((wanted) =>
          metric.Dimensions?.some(
            (own) => own.Name === wanted.Name && (wanted.Value === undefined || own.Value === wanted.Value),
          ),
        ),
      ),
  };
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', 400, message);
}
