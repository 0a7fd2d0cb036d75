import {
  CloudWatchClient,
  GetMetricDataCommand,
  ListMetricsCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { AwsJson1_0Protocol, AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAwsFront, type AwsFront } from '../../infra/local/endpoints/wire/aws-front.ts';
import { createCloudWatchService } from '../../infra/local/endpoints/cloudwatch/cloudwatch.ts';
import type { Metrics } from '../../infra/local/endpoints/cloudwatch/metrics.ts';

const START_SECOND = Date.parse('2026-11-30T12:00:00Z') / 1000;
const series: ReturnType<Metrics['list']> = [
  {
    namespace: 'AWS/MediaLive',
    dimensions: { ChannelId: '1', Pipeline: '0' },
    samples: [0, 1, 2].map((second) => ({ second: START_SECOND + second, values: { NetworkOut: 1.5 + second } })),
  },
];

let front: AwsFront;
const sent: string[] = [];
beforeAll(async () => {
  const service = createCloudWatchService(
    {
      record: () => {},
      list: (namespace) => series.filter((one) => namespace === undefined || one.namespace === namespace),
    },
    { nextRequestId: () => '12345678-1234-1234-1234-123456789012' },
  );
  front = await startAwsFront({
    port: 0,
    services: [
      {
        signingName: service.signingName,
        handle(request) {
          sent.push(request.headers.get('content-type') ?? '');
          return service.handle(request);
        },
      },
    ],
  });
});
afterAll(() => front.close());

const query = {
  StartTime: new Date(START_SECOND * 1000),
  EndTime: new Date((START_SECOND + 60) * 1000),
  ScanBy: 'TimestampAscending' as const,
  MetricDataQueries: [
    {
      Id: 'm1',
      ReturnData: true,
      MetricStat: {
        Metric: {
          Namespace: 'AWS/MediaLive',
          MetricName: 'NetworkOut',
          Dimensions: [
            { Name: 'ChannelId', Value: '1' },
            { Name: 'Pipeline', Value: '0' },
          ],
        },
        Period: 1,
        Stat: 'Average',
      },
    },
  ],
};

describe.each([
  ['AWS JSON, used by the SDK for JavaScript 3', AwsJson1_0Protocol, 'application/x-amz-json-1.0'],
  [
    'the query protocol, used by awscli of Debian 12 and the SDKs for Go 1 and JavaScript 2',
    AwsQueryProtocol,
    'application/x-www-form-urlencoded',
  ],
  ['RPC v2 with CBOR, used by the newest Smithy clients', AwsSmithyRpcV2CborProtocol, 'application/cbor'],
])('CloudWatch over %s', (_name, protocol, contentType) => {
  let client: CloudWatchClient;
  beforeAll(() => {
    client = new CloudWatchClient({
      endpoint: front.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
      protocol,
    });
  });
  afterAll(() => client.destroy());

  it('answers GetMetricData', async () => {
    const { MetricDataResults, Messages } = await client.send(new GetMetricDataCommand(query));
    expect(MetricDataResults).toEqual([
      {
        Id: 'm1',
        Label: 'NetworkOut',
        StatusCode: 'Complete',
        Timestamps: [0, 1, 2].map((second) => new Date((START_SECOND + second) * 1000)),
        Values: [1.5, 2.5, 3.5],
      },
    ]);
    expect(Messages).toEqual([]);
    expect(sent.at(-1)).toBe(contentType);
  });

  it('answers ListMetrics', async () => {
    const { Metrics } = await client.send(new ListMetricsCommand({ Dimensions: [{ Name: 'ChannelId' }] }));
    expect(Metrics).toEqual([
      {
        Namespace: 'AWS/MediaLive',
        MetricName: 'NetworkOut',
        Dimensions: [
          { Name: 'ChannelId', Value: '1' },
          { Name: 'Pipeline', Value: '0' },
        ],
      },
    ]);
  });

  it.each([
    { StartTime: query.EndTime },
    { MetricDataQueries: [] },
    { MaxDatapoints: 10 },
    { NextToken: 'x' },
    { LabelOptions: { Timezone: '+0000' } },
    { MetricDataQueries: [{ ...query.MetricDataQueries[0]!, AccountId: '111111111111' }] },
    { MetricDataQueries: [{ ...query.MetricDataQueries[0]!, Expression: 'm1 * 2' }] },
    {
      MetricDataQueries: [
        { Id: 'm1', MetricStat: { ...query.MetricDataQueries[0]!.MetricStat, Unit: 'Count' as const } },
      ],
    },
  ])('refuses GetMetricData with %j by AWS’s error', async (more) => {
    const refused = client.send(new GetMetricDataCommand({ ...query, ...more }));
    await expect(refused).rejects.toMatchObject({
      name: 'ValidationException',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('refuses an unimplemented operation', async () => {
    const refused = client.send(new PutMetricDataCommand({ Namespace: 'x', MetricData: [] }));
    await expect(refused).rejects.toMatchObject({
      name: expect.toBeOneOf(['UnknownOperationException', 'InvalidAction']),
      message: 'PutMetricData of monitoring is not implemented by this local endpoint; nothing was changed',
    });
  });
});

describe('CloudWatch refuses', () => {
  const post = (headers: Record<string, string>, body: string) =>
    fetch(front.endpoint, {
      method: 'POST',
      body,
      headers: {
        authorization: 'AWS4-HMAC-SHA256 Credential=local/20261130/us-east-1/monitoring/aws4_request, Signature=0',
        ...headers,
      },
    });

  it.each(['ListMetrics&New=1', 'ListMetrics&Dimensions.member.1.New=x', 'ListMetrics&Dimensions.1.Name=x'])(
    'a form parameter that the operation does not have: %s',
    async (form) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const response = await post(headers, `Version=2010-08-01&Action=${form}`);
      expect([response.status, await response.text()]).toEqual([
        400,
        expect.stringContaining('<Code>ValidationError</Code>'),
      ]);
    },
  );

  it('an unsupported version', async () => {
    const response = await post({ 'content-type': 'application/x-www-form-urlencoded' }, 'Action=ListMetrics');
    expect(await response.text()).toContain('<Code>InvalidAction</Code>');
  });

  it('a JSON member that the operation does not have', async () => {
    const headers = { 'x-amz-target': 'GraniteServiceVersion20100801.ListMetrics', 'x-amzn-query-mode': 'true' };
    const response = await post(headers, '{"Dimensions":[{"New":"x"}]}');
    expect(await response.json()).toMatchObject({ __type: 'ValidationException' });
    expect(response.headers.get('x-amzn-query-error')).toBe('ValidationError;Sender');
  });
});
