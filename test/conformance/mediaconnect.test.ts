import type { MediaConnectClient } from '@aws-sdk/client-mediaconnect';
import {
  AddFlowOutputsCommand,
  CreateFlowCommand,
  DeleteFlowCommand,
  DescribeFlowCommand,
  DescribeFlowSourceMetadataCommand,
  DescribeFlowSourceThumbnailCommand,
  GrantFlowEntitlementsCommand,
  ListFlowsCommand,
  ListTagsForResourceCommand,
  RemoveFlowOutputCommand,
  StartFlowCommand,
  StopFlowCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFlowOutputCommand,
  UpdateFlowSourceCommand,
  waitUntilFlowActive,
  waitUntilFlowDeleted,
  waitUntilFlowStandby,
} from '@aws-sdk/client-mediaconnect';
import { describe, expect, it } from 'vitest';
import type { MediaEndpoint } from '../support/media-endpoint.ts';
import { makeManualClock, makeRecordingEngine } from '../support/media-endpoint.ts';
import { makeFlowRequest } from '../support/media-requests.ts';
import { useMediaEndpoints } from '../support/media-resources.ts';
import { mediaConnectBindings } from '../../infra/local/endpoints/media/protocol/mediaconnect-bindings.ts';
import { implementedInputs } from '../../infra/local/endpoints/media/shapes/implemented-inputs.ts';
import { createMemoryStore } from '../../infra/local/host/state-store.ts';

const start = useMediaEndpoints();

const soon = (client: MediaConnectClient) => ({ client, minDelay: 1, maxDelay: 1, maxWaitTime: 20 });

async function makeFlow(client: MediaConnectClient): Promise<string> {
  const { Flow } = await client.send(new CreateFlowCommand(makeFlowRequest()));
  return Flow!.FlowArn!;
}

const rtpOutput = (name: string, destination: string, port = 5000) => ({
  Name: name,
  Protocol: 'rtp-fec' as const,
  Destination: destination,
  Port: port,
});

const signed = { authorization: 'AWS4-HMAC-SHA256 Credential=local/20260601/us-east-1/mediaconnect/aws4_request, x' };
const implemented = new Set(implementedInputs.mediaconnect.map((input) => input.replace(/Request$/, '')));

/** Converts member names to wire casing, with a lower-case first letter. */
function onTheWire(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(onTheWire);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name.charAt(0).toLowerCase() + name.slice(1), onTheWire(member)]),
  );
}

describe('the MediaConnect endpoint', () => {
  it('takes a flow through its life, as the SDK’s waiters observe it', async () => {
    const { mediaConnect: client, engine, events } = await start();
    const { Flow: made } = await client.send(new CreateFlowCommand(makeFlowRequest()));
    expect(made).toMatchObject({
      Name: 'studio',
      Status: 'STANDBY',
      EgressIp: '127.0.0.1',
      Outputs: [],
      Source: { IngestPort: 9998, Transport: { Protocol: 'srt-listener', MinLatency: 200 } },
    });
    const FlowArn = made!.FlowArn!;
    expect(FlowArn).toMatch(/^arn:aws:mediaconnect:us-east-1:000000000000:flow:1-[0-9a-f]+:studio$/);
    expect(await client.send(new StartFlowCommand({ FlowArn }))).toMatchObject({ Status: 'STARTING' });
    await waitUntilFlowActive(soon(client), { FlowArn });
    expect(engine.flows.get(FlowArn)).toEqual({
      flowArn: FlowArn,
      ingestPort: 9998,
      listenHost: '127.0.0.1',
      latencyMs: 200,
      allowed: '127.0.0.1/32',
    });
    expect((await client.send(new ListFlowsCommand({ MaxResults: 10 }))).Flows).toMatchObject([
      { FlowArn, Name: 'studio', Status: 'ACTIVE', SourceType: 'OWNED' },
    ]);
    await client.send(new StopFlowCommand({ FlowArn }));
    await waitUntilFlowStandby(soon(client), { FlowArn });
    expect(engine.flows.size).toBe(0);
    await client.send(new DeleteFlowCommand({ FlowArn }));
    await waitUntilFlowDeleted(soon(client), { FlowArn });
    await expect(client.send(new DescribeFlowCommand({ FlowArn }))).rejects.toMatchObject({
      name: 'NotFoundException',
      $metadata: { httpStatusCode: 404 },
    });
    const statuses = events.map((event) => event.detail['currentStatus']);
    expect(statuses).toEqual(['STARTING', 'ACTIVE', 'STOPPING', 'STANDBY', 'DELETING']);
    expect(events[0]).toMatchObject({
      source: 'aws.mediaconnect',
      'detail-type': 'MediaConnect Flow Status Change',
      resources: [FlowArn],
      detail: { previousStatus: 'STANDBY' },
    });
  });

  it('keeps a flow in STARTING for its time and refuses what that state does not allow', async () => {
    const clock = makeManualClock();
    const { mediaConnect: client } = await start({ clock, profile: 'aws-like' });
    const FlowArn = await makeFlow(client);
    const refusal = { name: 'BadRequestException', $metadata: { httpStatusCode: 400 } };
    await expect(client.send(new StopFlowCommand({ FlowArn }))).rejects.toMatchObject(refusal);
    await client.send(new StartFlowCommand({ FlowArn }));
    await clock.advance(44_999);
    expect((await client.send(new DescribeFlowCommand({ FlowArn }))).Flow?.Status).toBe('STARTING');
    await expect(client.send(new StartFlowCommand({ FlowArn }))).rejects.toMatchObject(refusal);
    await expect(client.send(new DeleteFlowCommand({ FlowArn }))).rejects.toMatchObject(refusal);
    await clock.advance(1);
    expect((await client.send(new DescribeFlowCommand({ FlowArn }))).Flow?.Status).toBe('ACTIVE');
    await expect(client.send(new DeleteFlowCommand({ FlowArn }))).rejects.toMatchObject(refusal);
  });

  it('adds all outputs or none, and requires unique names and port triples', async () => {
    const { mediaConnect: client } = await start();
    const FlowArn = await makeFlow(client);
    const add = (...Outputs: ReturnType<typeof rtpOutput>[]) =>
      client.send(new AddFlowOutputsCommand({ FlowArn, Outputs }));
    const { Outputs: added } = await add(rtpOutput('one', '127.64.0.1'));
    expect(added).toMatchObject([
      {
        Name: 'one',
        Destination: '127.64.0.1',
        Port: 5000,
        OutputStatus: 'ENABLED',
        Transport: { Protocol: 'rtp-fec' },
      },
    ]);
    expect(added![0]!.OutputArn).toMatch(/:output:1-[0-9a-f]+:one$/);
    const refusal = { name: 'BadRequestException', $metadata: { httpStatusCode: 400 } };
    await expect(add(rtpOutput('one', '127.64.0.2'))).rejects.toMatchObject(refusal);
    for (const port of [4996, 4998, 5000, 5002, 5004]) {
      await expect(add(rtpOutput('two', '127.64.0.1', port))).rejects.toMatchObject(refusal);
    }
    await expect(add(rtpOutput('two', '127.64.0.2'), rtpOutput('two', '127.64.0.3'))).rejects.toMatchObject(refusal);
    await expect(add(rtpOutput('two', 'not an address'))).rejects.toMatchObject(refusal);
    expect((await client.send(new DescribeFlowCommand({ FlowArn }))).Flow?.Outputs).toHaveLength(1);
    await add(rtpOutput('two', '127.64.0.1', 5001), rtpOutput('three', '127.64.0.2'));
    expect((await client.send(new DescribeFlowCommand({ FlowArn }))).Flow?.Outputs).toHaveLength(3);
  });

  it('answers the fifty-first output and the flow over the quota with their 420 errors', async () => {
    const { mediaConnect: client } = await start({ quotas: { flows: 1 } });
    const FlowArn = await makeFlow(client);
    const outputs = Array.from({ length: 50 }, (_, index) => rtpOutput(`o${index}`, `127.64.0.${index + 1}`));
    await client.send(new AddFlowOutputsCommand({ FlowArn, Outputs: outputs }));
    await expect(
      client.send(new AddFlowOutputsCommand({ FlowArn, Outputs: [rtpOutput('one too many', '127.64.1.1')] })),
    ).rejects.toMatchObject({ name: 'AddFlowOutputs420Exception', $metadata: { httpStatusCode: 420 } });
    await expect(client.send(new CreateFlowCommand(makeFlowRequest()))).rejects.toMatchObject({
      name: 'CreateFlow420Exception',
      $metadata: { httpStatusCode: 420 },
    });
  });

  it('mutes, redirects and removes outputs', async () => {
    const { mediaConnect: client, events } = await start();
    const FlowArn = await makeFlow(client);
    const { Outputs } = await client.send(
      new AddFlowOutputsCommand({ FlowArn, Outputs: [rtpOutput('one', '127.64.0.1')] }),
    );
    const OutputArn = Outputs![0]!.OutputArn!;
    const muted = await client.send(new UpdateFlowOutputCommand({ FlowArn, OutputArn, OutputStatus: 'DISABLED' }));
    expect(muted.Output).toMatchObject({ OutputStatus: 'DISABLED', Destination: '127.64.0.1', Name: 'one' });
    const moved = await client.send(new UpdateFlowOutputCommand({ FlowArn, OutputArn, Destination: '127.64.0.9' }));
    expect(moved.Output).toMatchObject({ OutputStatus: 'DISABLED', Destination: '127.64.0.9', Port: 5000 });
    expect(events.at(-1)?.detail).toEqual({ currentStatus: 'DISABLED', previousStatus: 'ENABLED' });
    await client.send(new RemoveFlowOutputCommand({ FlowArn, OutputArn }));
    await expect(client.send(new RemoveFlowOutputCommand({ FlowArn, OutputArn }))).rejects.toMatchObject({
      name: 'NotFoundException',
    });
  });

  it('refuses unknown enum values, missing members, wrong types and impossible sources', async () => {
    const { mediaConnect: client } = await start();
    const FlowArn = await makeFlow(client);
    const refusal = { name: 'BadRequestException', $metadata: { httpStatusCode: 400 } };
    const add = (output: object) =>
      client.send(new AddFlowOutputsCommand({ FlowArn, Outputs: [output as ReturnType<typeof rtpOutput>] }));
    await expect(add({ ...rtpOutput('x', '127.64.0.1'), Protocol: 'rtmp' })).rejects.toMatchObject(refusal);
    await expect(add({ Name: 'x', Destination: '127.64.0.1', Port: 5000 })).rejects.toThrow(/Protocol/);
    await expect(add({ ...rtpOutput('x', '127.64.0.1'), Port: '5000' })).rejects.toThrow(/Port must be number/);
    const source = makeFlowRequest().Source!;
    const create = (changes: object) =>
      client.send(new CreateFlowCommand(makeFlowRequest({ Source: { ...source, ...changes } })));
    await expect(create({ Protocol: 'zixi-push' })).rejects.toMatchObject(refusal);
    await expect(create({ IngestPort: 80 })).rejects.toMatchObject(refusal);
    await expect(create({ IngestPort: 2077 })).rejects.toThrow('except 2077 and 2088');
    await expect(create({ MinLatency: 20 })).rejects.toMatchObject(refusal);
    for (const WhitelistCidr of [
      '203.0.113.7',
      '999.0.113.0/24',
      '203.0.113.0/33',
      '203.0.113.7/24',
      '2001:db8::/32',
    ]) {
      await expect(create({ WhitelistCidr }), WhitelistCidr).rejects.toThrow(/WhitelistCidr/);
    }
    await expect(create({ Decryption: { RoleArn: 'r', SecretArn: 's' } })).rejects.toThrow(/srt-password/);
    await expect(client.send(new CreateFlowCommand({ Name: 'no source' }))).rejects.toMatchObject(refusal);
  });

  it('refuses an algorithm with an SRT passphrase in CreateFlow and UpdateFlowSource', async () => {
    const { mediaConnect: client } = await start({ hooks: { resolveSecret: () => 'a passphrase for tests' } });
    const decryption = { KeyType: 'srt-password', RoleArn: 'r', SecretArn: 'arn:one' } as const;
    const source = { ...makeFlowRequest().Source!, Decryption: decryption };
    const withAlgorithm = { ...decryption, Algorithm: 'aes256' } as const;
    const refused = { name: 'BadRequestException', message: expect.stringContaining('Algorithm must be left out') };
    await expect(
      client.send(new CreateFlowCommand(makeFlowRequest({ Source: { ...source, Decryption: withAlgorithm } }))),
    ).rejects.toMatchObject(refused);
    const { Flow: flow } = await client.send(new CreateFlowCommand(makeFlowRequest({ Source: source })));
    await expect(
      client.send(
        new UpdateFlowSourceCommand({
          FlowArn: flow!.FlowArn,
          SourceArn: flow!.Source!.SourceArn,
          Decryption: withAlgorithm,
        }),
      ),
    ).rejects.toMatchObject(refused);
  });

  it('reads the passphrase from the named secret, and fails the flow if the secret is missing', async () => {
    const secrets: Record<string, string> = { 'arn:one': 'a passphrase for tests' };
    const {
      mediaConnect: client,
      engine,
      store,
      events,
    } = await start({ hooks: { resolveSecret: (arn) => secrets[arn] } });
    const source = makeFlowRequest().Source!;
    const create = (SecretArn: string) =>
      client.send(
        new CreateFlowCommand(
          makeFlowRequest({ Source: { ...source, Decryption: { KeyType: 'srt-password', RoleArn: 'r', SecretArn } } }),
        ),
      );
    const good = (await create('arn:one')).Flow!.FlowArn!;
    await client.send(new StartFlowCommand({ FlowArn: good }));
    await waitUntilFlowActive(soon(client), { FlowArn: good });
    expect(engine.flows.get(good)?.passphrase).toBe('a passphrase for tests');
    const described = await client.send(new DescribeFlowCommand({ FlowArn: good }));
    expect(JSON.stringify([described.Flow, store.load(), events])).not.toContain('a passphrase');
    const bad = (await create('arn:two')).Flow!.FlowArn!;
    await client.send(new StartFlowCommand({ FlowArn: bad }));
    await expect(waitUntilFlowActive(soon(client), { FlowArn: bad })).rejects.toThrow(/ERROR|FAILURE/);
    expect((await client.send(new DescribeFlowCommand({ FlowArn: bad }))).Messages?.Errors).toEqual([
      'the secret of the source cannot be read',
    ]);
  });

  it('retries a failed flow after a restart', async () => {
    const store = createMemoryStore();
    const engine = makeRecordingEngine();
    engine.startFlow = async () => {
      throw new Error('address already in use');
    };
    const before = await start({ store, engine });
    const FlowArn = await makeFlow(before.mediaConnect);
    await before.mediaConnect.send(new StartFlowCommand({ FlowArn }));
    const describeFlow = ({ mediaConnect }: MediaEndpoint) => mediaConnect.send(new DescribeFlowCommand({ FlowArn }));
    await expect.poll(async () => (await describeFlow(before)).Flow?.Status).toBe('ERROR');
    expect((await describeFlow(before)).Messages?.Errors).toEqual(['address already in use']);
    await before.close();
    const after = await start({ store });
    await expect.poll(() => after.engine.flows.has(FlowArn)).toBe(true);
    expect((await describeFlow(after)).Flow?.Status).toBe('ACTIVE');
    expect((await describeFlow(after)).Messages?.Errors).toEqual([]);
  });

  it('changes the source of an active flow without stopping it', async () => {
    const { mediaConnect: client, engine } = await start();
    const FlowArn = await makeFlow(client);
    await client.send(new StartFlowCommand({ FlowArn }));
    await waitUntilFlowActive(soon(client), { FlowArn });
    const SourceArn = (await client.send(new DescribeFlowCommand({ FlowArn }))).Flow!.Source!.SourceArn!;
    const { Source } = await client.send(new UpdateFlowSourceCommand({ FlowArn, SourceArn, IngestPort: 9999 }));
    expect(Source).toMatchObject({ IngestPort: 9999, Transport: { MinLatency: 200 } });
    expect(engine.flows.get(FlowArn)?.ingestPort).toBe(9999);
    expect(engine.log.filter((line) => line.startsWith('stopFlow'))).toEqual([]);
  });

  it('describes the feed and sends events when the source connects and disconnects', async () => {
    const { mediaConnect: client, engine, events } = await start();
    const FlowArn = await makeFlow(client);
    const describeMetadata = () => client.send(new DescribeFlowSourceMetadataCommand({ FlowArn }));
    await client.send(new StartFlowCommand({ FlowArn }));
    await waitUntilFlowActive(soon(client), { FlowArn });
    expect((await describeMetadata()).TransportMediaInfo?.Programs).toEqual([]);
    const source = { flowArn: FlowArn, sinceMs: 0, bitrateBps: 6e6, continuityErrors: 0, connections: 1 };
    engine.send({
      sources: [
        {
          ...source,
          state: 'connected',
          video: { codec: 'h264', width: 1920, height: 1080, framesPerSecond: 29.97 },
          audioTracks: [
            { pid: 257, codec: 'aac', language: 'eng', sampleRateHz: 48_000, channels: 2 },
            { pid: 258, codec: 'ac3' },
          ],
        },
      ],
    });
    expect((await describeMetadata()).TransportMediaInfo?.Programs?.[0]?.Streams).toMatchObject([
      {
        StreamType: 'Video',
        Codec: 'h264',
        FrameRate: '29.97',
        FrameResolution: { FrameWidth: 1920, FrameHeight: 1080 },
      },
      { Pid: 257, StreamType: 'Audio', Codec: 'aac', SampleRate: 48_000, Channels: 2 },
      { Pid: 258, StreamType: 'Audio', Codec: 'ac3' },
    ]);
    engine.send({ sources: [{ ...source, state: 'listening' }] });
    const health = events.filter((event) => event['detail-type'] === 'MediaConnect Source Health');
    expect(health.map((event) => event.detail)).toEqual([
      { unhealthy: false, current: { state: 'CONNECTED' }, previous: { state: 'IDLE' } },
      { unhealthy: true, current: { state: 'DISCONNECTED' }, previous: { state: 'CONNECTED' } },
    ]);
  });

  it('returns a thumbnail of an active flow, or a message that says why there is none', async () => {
    const { mediaConnect: client, engine } = await start();
    const FlowArn = await makeFlow(client);
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xd9]);
    engine.fetchSourcePicture = async (flowArn) =>
      flowArn === FlowArn ? { jpeg, takenAtMs: 1_780_000_000_000 } : null;
    const describeThumbnail = async () =>
      (await client.send(new DescribeFlowSourceThumbnailCommand({ FlowArn }))).ThumbnailDetails!;
    expect(await describeThumbnail()).toEqual({
      FlowArn,
      ThumbnailMessages: [{ Code: 'NoThumbnail', Message: expect.any(String), ResourceName: expect.any(String) }],
    });
    await client.send(new StartFlowCommand({ FlowArn }));
    await waitUntilFlowActive(soon(client), { FlowArn });
    expect(await describeThumbnail()).toEqual({
      FlowArn,
      Thumbnail: jpeg.toString('base64'),
      ThumbnailMessages: [],
      Timestamp: new Date(1_780_000_000_000),
    });
    const outputs = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => ({
        Name: `output-${from + index}`,
        Protocol: 'rtp-fec' as const,
        Destination: '10.0.0.1',
        Port: 5000 + 10 * (from + index),
        SmoothingLatency: 0,
      }));
    await client.send(new AddFlowOutputsCommand({ FlowArn, Outputs: outputs(0, 10) }));
    expect((await describeThumbnail()).Thumbnail).toBeDefined();
    await client.send(new AddFlowOutputsCommand({ FlowArn, Outputs: outputs(10, 11) }));
    expect(await describeThumbnail()).toMatchObject({ ThumbnailMessages: [{ Code: 'ThumbnailsDisabled' }] });
    await expect(client.send(new DescribeFlowSourceThumbnailCommand({ FlowArn: `${FlowArn}x` }))).rejects.toMatchObject(
      { name: 'NotFoundException' },
    );
  });

  it('reports in the messages of an active flow why it cannot listen', async () => {
    const { mediaConnect: client, engine } = await start();
    const FlowArn = await makeFlow(client);
    await client.send(new StartFlowCommand({ FlowArn }));
    await waitUntilFlowActive(soon(client), { FlowArn });
    const source = { flowArn: FlowArn, sinceMs: 0, bitrateBps: 0, continuityErrors: 0, connections: 0 };
    engine.send({ sources: [{ ...source, state: 'failed', error: 'address already in use' }] });
    expect((await client.send(new DescribeFlowCommand({ FlowArn }))).Messages?.Errors).toEqual([
      'the source cannot be opened: address already in use',
    ]);
  });

  it('keeps tags of flows and outputs with the case of their keys', async () => {
    const { mediaConnect: client } = await start();
    const ResourceArn = await makeFlow(client);
    await client.send(new TagResourceCommand({ ResourceArn, Tags: { App: 'sluice', 'sluice:Stack': 's' } }));
    await client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['App'] }));
    expect((await client.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags).toEqual({ 'sluice:Stack': 's' });
    await expect(client.send(new ListTagsForResourceCommand({ ResourceArn: `${ResourceArn}x` }))).rejects.toMatchObject(
      { name: 'NotFoundException' },
    );
  });

  it('pages lists without repetition or loss', async () => {
    const { mediaConnect: client } = await start();
    const arns = [await makeFlow(client), await makeFlow(client), await makeFlow(client)];
    const first = await client.send(new ListFlowsCommand({ MaxResults: 2 }));
    const second = await client.send(new ListFlowsCommand({ MaxResults: 2, NextToken: first.NextToken }));
    expect([...first.Flows!, ...second.Flows!].map((flow) => flow.FlowArn)).toEqual(arns);
    expect(second.NextToken).toBeUndefined();
    await expect(client.send(new ListFlowsCommand({ NextToken: 'made up' }))).rejects.toMatchObject({
      name: 'BadRequestException',
    });
  });

  it('refuses an unimplemented operation by name', async () => {
    const { mediaConnect: client } = await start();
    await expect(
      client.send(new GrantFlowEntitlementsCommand({ FlowArn: 'arn:x', Entitlements: [] })),
    ).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringContaining('GrantFlowEntitlements of mediaconnect is not implemented'),
      $metadata: { httpStatusCode: 404 },
    });
  });

  it.each(mediaConnectBindings.filter(([name]) => !implemented.has(name)))(
    'refuses %s as not implemented',
    async (name, method, path) => {
      const { url } = await start();
      const response = await fetch(url + path.replaceAll(/\{\w+\}/g, 'x'), { method, headers: signed });
      expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([404, 'UnknownOperationException']);
      expect(await response.json()).toEqual({ message: expect.stringContaining(`${name} of mediaconnect`) });
    },
  );

  it.each([
    ['FlowTags', { FlowTags: { a: 'b' } }],
    ['AvailabilityZone', { AvailabilityZone: 'us-east-1b' }],
    ['Entitlements', { Entitlements: [] }],
    ['Source.StreamId', { Source: { ...makeFlowRequest().Source, StreamId: 'x' } }],
    ['Source.SourceTags', { Source: { ...makeFlowRequest().Source, SourceTags: { a: 'b' } } }],
    ['Outputs.0.OutputTags', { Outputs: [{ ...rtpOutput('a', '127.0.0.1'), OutputTags: { a: 'b' } }] }],
  ])('refuses %s of a new flow, which it does not keep', async (member, more) => {
    const { url, mediaConnect } = await start();
    // Sent like a client newer than ours, whose schema would drop no member.
    const response = await fetch(`${url}/v1/flows`, {
      method: 'POST',
      headers: signed,
      body: JSON.stringify(onTheWire({ ...makeFlowRequest(), ...more })),
    });
    expect([response.status, await response.json()]).toEqual([
      400,
      { message: `${member} is not kept by this local endpoint: leave it out` },
    ]);
    expect((await mediaConnect.send(new ListFlowsCommand({}))).Flows).toEqual([]);
  });

  it('refuses unknown members and parameters', async () => {
    const { url, mediaConnect } = await start();
    const flow = await makeFlow(mediaConnect);
    const answers = [
      fetch(`${url}/v1/flows/start/${encodeURIComponent(flow)}`, {
        method: 'POST',
        headers: signed,
        body: '{"new":1}',
      }),
      fetch(`${url}/v1/flows?new=1`, { headers: signed }),
      fetch(`${url}/v1/flows`, { method: 'POST', headers: signed, body: '{"Name":"capital"}' }),
    ];
    for (const answer of answers) expect((await answer).status).toBe(400);
    expect((await mediaConnect.send(new ListFlowsCommand({}))).Flows).toMatchObject([{ Status: 'STANDBY' }]);
  });
});
