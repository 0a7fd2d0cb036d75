import {
  AddFlowOutputsCommand,
  CreateFlowCommand,
  DescribeFlowCommand,
  RemoveFlowOutputCommand,
  StartFlowCommand,
  StopFlowCommand,
  UpdateFlowOutputCommand,
  waitUntilFlowActive,
  type AddOutputRequest,
} from '@aws-sdk/client-mediaconnect';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { makeManualClock, type MediaEndpoint } from '../support/media-endpoint.ts';
import { makeFlowRequest } from '../support/media-requests.ts';
import { refusal, useMediaEndpoints } from '../support/media-resources.ts';

const start = useMediaEndpoints();

const ROLE = 'arn:aws:iam::000000000000:role/flow';
const PASSPHRASE = 'a passphrase for SRT';
const output: AddOutputRequest = {
  ...{ Name: 'studio', Protocol: 'srt-caller', Destination: '198.51.100.7', Port: 9000 },
  ...{ MinLatency: 300, StreamId: 'live' },
};
const token = (index: number) => String(index).padStart(32, '0');

async function makeFlow({ mediaConnect: client }: MediaEndpoint): Promise<string> {
  const { Flow: flow } = await client.send(new CreateFlowCommand(makeFlowRequest()));
  const FlowArn = flow!.FlowArn!;
  await client.send(new StartFlowCommand({ FlowArn }));
  await waitUntilFlowActive({ client, minDelay: 1, maxDelay: 1, maxWaitTime: 20 }, { FlowArn });
  return FlowArn;
}

async function makeSecret({ secretsManager }: MediaEndpoint, value = PASSPHRASE): Promise<string> {
  const request = { Name: 'sluice/x', SecretString: value, ClientRequestToken: token(1) };
  return (await secretsManager.send(new CreateSecretCommand(request))).ARN!;
}

describe('an SRT caller output of the MediaConnect endpoint', () => {
  it('makes the engine call the receiver with the passphrase, until it is removed', async () => {
    const endpoint = await start();
    const { mediaConnect: client, engine } = endpoint;
    const FlowArn = await makeFlow(endpoint);
    const Encryption = { KeyType: 'srt-password' as const, SecretArn: await makeSecret(endpoint), RoleArn: ROLE };
    const added = await client.send(new AddFlowOutputsCommand({ FlowArn, Outputs: [{ ...output, Encryption }] }));
    const OutputArn = added.Outputs![0]!.OutputArn!;
    const settings = { address: '198.51.100.7', port: 9000, latencyMs: 300, streamId: 'live' };
    expect(engine.callers.get(FlowArn)).toEqual([{ outputArn: OutputArn, ...settings, passphrase: PASSPHRASE }]);
    const { Flow: flow } = await client.send(new DescribeFlowCommand({ FlowArn }));
    expect(flow!.Outputs).toMatchObject([
      { Transport: { Protocol: 'srt-caller', MinLatency: 300, StreamId: 'live' }, Encryption },
    ]);
    expect(JSON.stringify(flow)).not.toContain(PASSPHRASE);
    await waitUntilFlowActive({ client, minDelay: 1, maxDelay: 1, maxWaitTime: 20 }, { FlowArn });
    await client.send(new RemoveFlowOutputCommand({ FlowArn, OutputArn }));
    expect(engine.callers.get(FlowArn)).toEqual([]);
  });

  it('is called only while the flow runs and the output is enabled', async () => {
    const endpoint = await start();
    const { mediaConnect: client, engine } = endpoint;
    const FlowArn = await makeFlow(endpoint);
    const ready = () => waitUntilFlowActive({ client, minDelay: 1, maxDelay: 1, maxWaitTime: 20 }, { FlowArn });
    const added = await client.send(new AddFlowOutputsCommand({ FlowArn, Outputs: [output] }));
    const OutputArn = added.Outputs![0]!.OutputArn!;
    expect(engine.callers.get(FlowArn)).toHaveLength(1);
    await ready();
    await client.send(new UpdateFlowOutputCommand({ FlowArn, OutputArn, OutputStatus: 'DISABLED' }));
    expect(engine.callers.get(FlowArn)).toEqual([]);
    await ready();
    await client.send(new UpdateFlowOutputCommand({ FlowArn, OutputArn, OutputStatus: 'ENABLED', Port: 9001 }));
    expect(engine.callers.get(FlowArn)).toMatchObject([{ port: 9001 }]);
    await ready();
    await client.send(new StopFlowCommand({ FlowArn }));
    expect(engine.callers.get(FlowArn)).toEqual([]);
  });

  it.each<[string, Partial<AddOutputRequest>, RegExp]>([
    ['a name instead of an address', { Destination: 'live.example.com' }, /IPv4/],
    ['no port', { Port: undefined }, /Port/],
    ['a port beyond 65535', { Port: 65_536 }, /Port/],
    ['a latency below 100 ms', { MinLatency: 99 }, /MinLatency/],
    ['a latency above 15 seconds', { MinLatency: 15_001 }, /MinLatency/],
    ['a stream ID beyond 512 bytes', { StreamId: 'x'.repeat(513) }, /StreamId/],
    ['a smoothing latency', { SmoothingLatency: 0 }, /SmoothingLatency/],
    ['the default key type', { Encryption: { SecretArn: 'arn:x', RoleArn: ROLE } }, /srt-password/],
    [
      'an algorithm',
      { Encryption: { KeyType: 'srt-password', Algorithm: 'aes256', SecretArn: 'arn:x', RoleArn: ROLE } },
      /Algorithm/,
    ],
    ['a stream ID of an RTP output', { Protocol: 'rtp', MinLatency: undefined }, /StreamId/],
  ])('is refused with %s', async (_what, change, message) => {
    const endpoint = await start();
    const FlowArn = await makeFlow(endpoint);
    const call = endpoint.mediaConnect.send(
      new AddFlowOutputsCommand({ FlowArn, Outputs: [{ ...output, ...change }] }),
    );
    await expect(call).rejects.toMatchObject({ name: 'BadRequestException', message: expect.stringMatching(message) });
    expect(endpoint.engine.callers.get(FlowArn) ?? []).toEqual([]);
  });

  it('is not called while its secret cannot be read, which the flow reports', async () => {
    const endpoint = await start();
    const FlowArn = await makeFlow(endpoint);
    const Encryption = { KeyType: 'srt-password' as const, SecretArn: 'arn:aws:gone', RoleArn: ROLE };
    const request = new AddFlowOutputsCommand({ FlowArn, Outputs: [{ ...output, Encryption }] });
    await endpoint.mediaConnect.send(request);
    expect(endpoint.engine.callers.get(FlowArn) ?? []).toEqual([]);
    const { Messages: messages } = await endpoint.mediaConnect.send(new DescribeFlowCommand({ FlowArn }));
    expect(messages!.Errors).toEqual(['output studio: secret_unreadable: the secret of the output cannot be read']);
  });

  it('has errors, events and metrics of its connection', async () => {
    const clock = makeManualClock();
    const endpoint = await start({ clock });
    const { mediaConnect: client, engine, events, cloudWatch } = endpoint;
    const { Flow: flow } = await client.send(new CreateFlowCommand(makeFlowRequest()));
    const FlowArn = flow!.FlowArn!;
    await client.send(new StartFlowCommand({ FlowArn }));
    await clock.advance(1_000);
    const added = await client.send(new AddFlowOutputsCommand({ FlowArn, Outputs: [output] }));
    const outputArn = added.Outputs![0]!.OutputArn!;
    const totals = { packetsDropped: 0, bytesDelivered: 1, disconnections: 0 };
    const problem = { code: 'connect_timeout' as const, detail: 'the receiver does not answer', attempt: 2 };
    const caller = { outputArn, sinceMs: clock.now(), bitrateBps: 0, packetsSent: 100, packetsResent: 5, ...totals };
    engine.send({ atMs: clock.now(), callers: [{ ...caller, state: 'reconnecting', problem }] });
    const { Messages: messages } = await client.send(new DescribeFlowCommand({ FlowArn }));
    expect(messages!.Errors).toEqual(['output studio: connect_timeout: the receiver does not answer, attempt 2']);
    engine.send({ callers: [{ ...caller, state: 'connected', bitrateBps: 4e6, roundTripMs: 20, packetsSent: 195 }] });
    expect(events.filter((event) => event['detail-type'] === 'MediaConnect Output Health')).toMatchObject([
      { resources: [FlowArn, outputArn], detail: { current: { state: 'CONNECTED' } } },
    ]);
    const names = [
      'OutputConnected',
      'OutputBitrate',
      'OutputRoundTripTime',
      'OutputTotalPackets',
      'OutputResentPackets',
    ];
    const { MetricDataResults: results } = await cloudWatch.send(
      new GetMetricDataCommand({
        MetricDataQueries: names.map((MetricName, index) => ({
          Id: `m${index}`,
          MetricStat: {
            Metric: {
              ...{ Namespace: 'AWS/MediaConnect', MetricName },
              Dimensions: [{ Name: 'OutputARN', Value: outputArn }],
            },
            ...{ Period: 1, Stat: 'Maximum' },
          },
        })),
        StartTime: new Date(clock.now() - 5_000),
        EndTime: new Date(clock.now() + 1_000),
      }),
    );
    expect(results!.map(({ Values: values }) => values![0])).toEqual([1, 4e6, 20, 200, 5]);
  });
});

describe('the Secrets Manager endpoint', () => {
  it('repeats a creation with the same token, and refuses another of the same name', async () => {
    const endpoint = await start();
    const arn = await makeSecret(endpoint);
    expect(await makeSecret(endpoint)).toBe(arn);
    await expect(makeSecret(endpoint, 'another passphrase')).rejects.toMatchObject(
      refusal('ResourceExistsException', 400),
    );
  });

  it('blocks the name of a deleted secret for a while, as AWS’s asynchronous deletion does', async () => {
    const clock = makeManualClock();
    const endpoint = await start({ clock, profile: 'aws-like' });
    const { secretsManager: client } = endpoint;
    const SecretId = await makeSecret(endpoint);
    await client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
    await expect(client.send(new DescribeSecretCommand({ SecretId }))).rejects.toMatchObject(
      refusal('ResourceNotFoundException', 400),
    );
    await expect(makeSecret(endpoint)).rejects.toMatchObject(refusal('InvalidRequestException', 400));
    await clock.advance(10_000);
    expect(await makeSecret(endpoint)).not.toBe(SecretId);
    // AWS reports a secret that does not exist as deleted.
    await client.send(new DeleteSecretCommand({ SecretId: 'gone', ForceDeleteWithoutRecovery: true }));
  });

  it('lists by the beginning of the name, with tags, and returns no value', async () => {
    const endpoint = await start();
    const { secretsManager: client } = endpoint;
    const Tags = [{ Key: 'sluice:deployment', Value: 'x' }];
    for (const Name of ['sluice/x/srt/one', 'sluice/y/srt/two']) {
      await client.send(
        new CreateSecretCommand({ Name, SecretString: PASSPHRASE, ClientRequestToken: token(2), Tags }),
      );
    }
    const Filters = [{ Key: 'name' as const, Values: ['sluice/x/srt/'] }];
    const listed = await client.send(new ListSecretsCommand({ Filters }));
    expect(listed.SecretList).toMatchObject([{ Name: 'sluice/x/srt/one', Tags }]);
    expect(JSON.stringify(listed)).not.toContain(PASSPHRASE);
    await expect(client.send(new GetSecretValueCommand({ SecretId: 'sluice/x/srt/one' }))).rejects.toThrow();
  });

  it('replaces a value, and the flow calls with the new one at its next change', async () => {
    const endpoint = await start();
    const { secretsManager: client, mediaConnect, engine } = endpoint;
    const FlowArn = await makeFlow(endpoint);
    const SecretArn = await makeSecret(endpoint);
    const Encryption = { KeyType: 'srt-password' as const, SecretArn, RoleArn: ROLE };
    await mediaConnect.send(new AddFlowOutputsCommand({ FlowArn, Outputs: [{ ...output, Encryption }] }));
    const request = { SecretId: SecretArn, SecretString: 'a new passphrase', ClientRequestToken: token(3) };
    await client.send(new PutSecretValueCommand(request));
    expect(engine.callers.get(FlowArn)).toMatchObject([{ passphrase: 'a new passphrase' }]);
    await expect(
      client.send(new PutSecretValueCommand({ ...request, SecretString: 'yet another passphrase' })),
    ).rejects.toMatchObject(refusal('ResourceExistsException', 400));
  });
});
