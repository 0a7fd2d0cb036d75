import {
  AddFlowOutputsCommand,
  CreateFlowCommand,
  StartFlowCommand,
  UpdateFlowOutputCommand,
} from '@aws-sdk/client-mediaconnect';
import type { CreateChannelCommandInput, MediaLiveClient } from '@aws-sdk/client-medialive';
import {
  BatchDeleteCommand,
  BatchStartCommand,
  BatchStopCommand,
  CreateChannelCommand,
  CreateInputCommand,
  CreateInputSecurityGroupCommand,
  CreateMultiplexCommand,
  CreateTagsCommand,
  DeleteChannelCommand,
  DeleteInputCommand,
  DeleteInputSecurityGroupCommand,
  DeleteTagsCommand,
  DescribeChannelCommand,
  DescribeInputCommand,
  DescribeInputSecurityGroupCommand,
  ListAlertsCommand,
  ListChannelsCommand,
  ListInputSecurityGroupsCommand,
  ListInputsCommand,
  ListTagsForResourceCommand,
  StartChannelCommand,
  StopChannelCommand,
  UpdateChannelCommand,
  UpdateInputSecurityGroupCommand,
  waitUntilChannelCreated,
  waitUntilChannelDeleted,
  waitUntilChannelRunning,
  waitUntilChannelStopped,
  waitUntilInputDeleted,
  waitUntilInputDetached,
} from '@aws-sdk/client-medialive';
import { afterEach, describe, expect, it } from 'vitest';
import type { ChannelReport } from '../../infra/local/media/engine/contract.ts';
import type { MediaServicesOptions } from '../../infra/local/media/media-services.ts';
import { AwsError, DroppedResponse } from '../../infra/local/media/protocol/aws-error.ts';
import type { MediaEndpoint } from '../../infra/local/media/testing/media-endpoint.ts';
import {
  makeManualClock,
  makeRecordingEngine,
  startMediaEndpoint,
} from '../../infra/local/media/testing/media-endpoint.ts';
import {
  CANARY_KEY,
  makeChannelRequest,
  makeEncoderSettings,
  makeFlowRequest,
  makeRtmpGroup,
} from '../../infra/local/media/testing/media-requests.ts';
import { makeMemoryStore } from '../../infra/local/service.ts';

const endpoints: MediaEndpoint[] = [];

afterEach(async () => {
  for (const endpoint of endpoints.splice(0)) await endpoint.close();
});

async function start(options: Partial<MediaServicesOptions> = {}): Promise<MediaEndpoint> {
  const endpoint = await startMediaEndpoint(options);
  endpoints.push(endpoint);
  return endpoint;
}

const soon = (client: MediaLiveClient) => ({ client, minDelay: 1, maxDelay: 1, maxWaitTime: 20 });
const refusal = (name: string, httpStatusCode: number) => ({ name, $metadata: { httpStatusCode } });

async function makeGroup({ mediaLive }: MediaEndpoint, Cidr = '127.0.0.1/32'): Promise<string> {
  const made = await mediaLive.send(new CreateInputSecurityGroupCommand({ WhitelistRules: [{ Cidr }] }));
  return made.SecurityGroup!.Id!;
}

async function makeInput({ mediaLive }: MediaEndpoint, groupId: string, RequestId?: string) {
  const request = { Name: 'in', Type: 'RTP_PUSH' as const, InputSecurityGroups: [groupId], RequestId };
  return (await mediaLive.send(new CreateInputCommand(request))).Input!;
}

async function inputState({ mediaLive }: MediaEndpoint, InputId: string) {
  return (await mediaLive.send(new DescribeInputCommand({ InputId }))).State;
}

async function channelState({ mediaLive }: MediaEndpoint, ChannelId: string) {
  return (await mediaLive.send(new DescribeChannelCommand({ ChannelId }))).State;
}

async function groupState({ mediaLive }: MediaEndpoint, InputSecurityGroupId: string) {
  return (await mediaLive.send(new DescribeInputSecurityGroupCommand({ InputSecurityGroupId }))).State;
}

/** An idle channel with its input. */
async function makeChannel(endpoint: MediaEndpoint, changes: Partial<CreateChannelCommandInput> = {}) {
  const groupId = await makeGroup(endpoint);
  const input = await makeInput(endpoint, groupId);
  await expect.poll(() => inputState(endpoint, input.Id!)).toBe('DETACHED');
  const { Channel } = await endpoint.mediaLive.send(new CreateChannelCommand(makeChannelRequest(input.Id!, changes)));
  await expect.poll(() => channelState(endpoint, Channel!.Id!)).toBe('IDLE');
  return { channelId: Channel!.Id!, inputId: input.Id!, groupId };
}

async function run(endpoint: MediaEndpoint, ChannelId: string) {
  await endpoint.mediaLive.send(new StartChannelCommand({ ChannelId }));
  await expect.poll(() => channelState(endpoint, ChannelId)).toBe('RUNNING');
}

const makeReport = (channelId: string, changes: Partial<ChannelReport> = {}): ChannelReport => ({
  channelId,
  state: 'publishing',
  sinceMs: 0,
  mode: 'copy',
  bitrateBps: 4_500_000,
  framesPerSecond: 30,
  framesSent: 0,
  droppedFrames: 0,
  reconnects: 0,
  bytesSent: 0,
  queuedBytes: 0,
  ...changes,
});

describe('the life of MediaLive resources', () => {
  it('goes from group to running channel and back, as the waiters of the SDK see it', async () => {
    const endpoint = await start();
    const { mediaLive: client, engine, events } = endpoint;
    const groupId = await makeGroup(endpoint);
    expect(await groupState(endpoint, groupId)).toBe('IDLE');
    const input = await makeInput(endpoint, groupId);
    expect(input).toMatchObject({
      State: 'CREATING',
      Type: 'RTP_PUSH',
      InputClass: 'STANDARD',
      SecurityGroups: [groupId],
    });
    expect(input.Destinations).toHaveLength(2);
    for (const { Ip, Port, Url } of input.Destinations!) {
      expect(Ip).toMatch(/^127\./);
      expect(Port).toBe('5000');
      expect(Url).toBe(`rtp://${Ip}:5000`);
    }
    await waitUntilInputDetached(soon(client), { InputId: input.Id! });
    expect(await groupState(endpoint, groupId)).toBe('IN_USE');

    const { Channel } = await client.send(new CreateChannelCommand(makeChannelRequest(input.Id!)));
    const ChannelId = Channel!.Id!;
    expect(Channel).toMatchObject({ State: 'CREATING', PipelinesRunningCount: 0 });
    await waitUntilChannelCreated(soon(client), { ChannelId });
    expect(await inputState(endpoint, input.Id!)).toBe('ATTACHED');

    expect(await client.send(new StartChannelCommand({ ChannelId }))).toMatchObject({ State: 'STARTING' });
    await waitUntilChannelRunning(soon(client), { ChannelId });
    expect(engine.channels.get(ChannelId)).toEqual({
      channelId: ChannelId,
      inputAddress: `${input.Destinations![0]!.Ip}:5000`,
      output: {
        kind: 'rtmp',
        url: 'rtmps://live.example.com:443/app',
        streamKey: CANARY_KEY,
        verifyCertificate: true,
        rendition: {
          name: 'rtmp1',
          width: 1920,
          height: 1080,
          framesPerSecond: 30,
          videoBitrateBps: 6_000_000,
          gopSeconds: 2,
          h264Profile: 'high',
          audioBitrateBps: 128_000,
        },
      },
    });
    await client.send(new StopChannelCommand({ ChannelId }));
    await waitUntilChannelStopped(soon(client), { ChannelId });
    expect(engine.channels.size).toBe(0);
    await client.send(new DeleteChannelCommand({ ChannelId }));
    await waitUntilChannelDeleted(soon(client), { ChannelId });
    await waitUntilInputDetached(soon(client), { InputId: input.Id! });
    await client.send(new DeleteInputCommand({ InputId: input.Id! }));
    await waitUntilInputDeleted(soon(client), { InputId: input.Id! });
    await expect.poll(() => groupState(endpoint, groupId)).toBe('IDLE');
    await client.send(new DeleteInputSecurityGroupCommand({ InputSecurityGroupId: groupId }));
    expect(await groupState(endpoint, groupId)).toBe('DELETED');

    const states = events.filter((event) => event['detail-type'] === 'MediaLive Channel State Change');
    expect(states.map((event) => event.detail['state'])).toEqual([
      'CREATED',
      'STARTING',
      'RUNNING',
      'STOPPING',
      'STOPPED',
      'DELETING',
      'DELETED',
    ]);
    expect(states[2]).toMatchObject({
      source: 'aws.medialive',
      resources: [Channel!.Arn],
      detail: { channel_arn: Channel!.Arn, message: 'Started channel', pipelines_running_count: 1 },
    });
    expect(JSON.stringify(events)).not.toContain(CANARY_KEY);
  });

  it('keeps every state for its time and refuses what it does not allow', async () => {
    const clock = makeManualClock();
    const endpoint = await start({ clock, profile: 'aws-like' });
    const { mediaLive: client } = endpoint;
    const groupId = await makeGroup(endpoint);
    const { Id: InputId } = await makeInput(endpoint, groupId);
    const create = () => client.send(new CreateChannelCommand(makeChannelRequest(InputId!)));
    await expect(create()).rejects.toMatchObject(refusal('ConflictException', 409));
    await expect(client.send(new DeleteInputCommand({ InputId }))).rejects.toMatchObject(
      refusal('ConflictException', 409),
    );
    await clock.advance(3000);
    const ChannelId = (await create()).Channel!.Id!;
    const startIt = () => client.send(new StartChannelCommand({ ChannelId }));
    const stopIt = () => client.send(new StopChannelCommand({ ChannelId }));
    const deleteIt = () => client.send(new DeleteChannelCommand({ ChannelId }));
    const updateIt = () => client.send(new UpdateChannelCommand({ ChannelId, Name: 'other' }));
    const state = () => channelState(endpoint, ChannelId);
    const refuses = async (...calls: (() => Promise<unknown>)[]) => {
      for (const call of calls) await expect(call()).rejects.toMatchObject(refusal('ConflictException', 409));
    };
    await refuses(startIt, stopIt, deleteIt, updateIt, create);
    await clock.advance(5000);
    expect(await state()).toBe('IDLE');
    await refuses(stopIt);
    await startIt();
    await clock.advance(74_999);
    expect(await state()).toBe('STARTING');
    await refuses(startIt, stopIt, deleteIt, updateIt);
    await clock.advance(1);
    expect(await state()).toBe('RUNNING');
    await refuses(startIt, deleteIt, updateIt);
    await stopIt();
    expect(await state()).toBe('STOPPING');
    await refuses(startIt, stopIt, deleteIt, updateIt);
    await clock.advance(30_000);
    await updateIt();
    expect(await state()).toBe('UPDATING');
    await refuses(startIt, stopIt, deleteIt, updateIt);
    await clock.advance(5000);
    expect(await client.send(new DescribeChannelCommand({ ChannelId }))).toMatchObject({
      State: 'IDLE',
      Name: 'other',
    });
    await deleteIt();
    expect(await state()).toBe('DELETING');
    await refuses(startIt, stopIt, deleteIt);
    await clock.advance(15_000);
    expect(await state()).toBe('DELETED');
    expect(await inputState(endpoint, InputId!)).toBe('ATTACHED');
    await expect(client.send(new DeleteInputCommand({ InputId }))).rejects.toMatchObject(
      refusal('ConflictException', 409),
    );
    await clock.advance(60_000);
    expect(await inputState(endpoint, InputId!)).toBe('DETACHED');
    const deleteGroup = () => client.send(new DeleteInputSecurityGroupCommand({ InputSecurityGroupId: groupId }));
    await refuses(deleteGroup);
    await client.send(new DeleteInputCommand({ InputId }));
    await refuses(deleteGroup);
    await clock.advance(20_000);
    expect(await inputState(endpoint, InputId!)).toBe('DELETED');
    await refuses(deleteGroup);
    await clock.advance(6000);
    await deleteGroup();
  });

  it('keeps tombstones: deleted resources are described, deleted again with success, and not listed', async () => {
    const endpoint = await start();
    const { mediaLive: client } = endpoint;
    const { channelId: ChannelId, inputId: InputId, groupId: InputSecurityGroupId } = await makeChannel(endpoint);
    await client.send(new DeleteChannelCommand({ ChannelId }));
    await expect.poll(() => channelState(endpoint, ChannelId)).toBe('DELETED');
    await expect.poll(() => inputState(endpoint, InputId)).toBe('DETACHED');
    await client.send(new DeleteInputCommand({ InputId }));
    await expect.poll(() => groupState(endpoint, InputSecurityGroupId)).toBe('IDLE');
    await client.send(new DeleteInputSecurityGroupCommand({ InputSecurityGroupId }));
    expect(await client.send(new DeleteChannelCommand({ ChannelId }))).toMatchObject({ State: 'DELETED' });
    await client.send(new DeleteInputCommand({ InputId }));
    await client.send(new DeleteInputSecurityGroupCommand({ InputSecurityGroupId }));
    expect((await client.send(new ListChannelsCommand({}))).Channels).toEqual([]);
    expect((await client.send(new ListInputsCommand({}))).Inputs).toEqual([]);
    expect((await client.send(new ListInputSecurityGroupsCommand({}))).InputSecurityGroups).toEqual([]);
    expect(JSON.stringify(endpoint.store.load())).not.toContain(CANARY_KEY);
    await expect(client.send(new StartChannelCommand({ ChannelId }))).rejects.toMatchObject(
      refusal('NotFoundException', 404),
    );
    for (const call of [
      client.send(new DescribeChannelCommand({ ChannelId: '9' })),
      client.send(new DescribeInputCommand({ InputId: '9' })),
      client.send(new DescribeInputSecurityGroupCommand({ InputSecurityGroupId: '9' })),
    ]) {
      await expect(call).rejects.toMatchObject(refusal('NotFoundException', 404));
    }
  });
});

describe('creating MediaLive resources', () => {
  it('gives the first resource again for the same RequestId', async () => {
    const endpoint = await start();
    const { mediaLive: client } = endpoint;
    const groupId = await makeGroup(endpoint);
    const input = await makeInput(endpoint, groupId, 'token-1');
    expect((await makeInput(endpoint, groupId, 'token-1')).Id).toBe(input.Id);
    await expect.poll(() => inputState(endpoint, input.Id!)).toBe('DETACHED');
    const request = makeChannelRequest(input.Id!, { RequestId: 'token-2' });
    const first = await client.send(new CreateChannelCommand(request));
    const second = await client.send(new CreateChannelCommand(request));
    expect(second.Channel?.Id).toBe(first.Channel?.Id);
    expect((await client.send(new ListChannelsCommand({}))).Channels).toHaveLength(1);
    expect((await client.send(new ListInputsCommand({}))).Inputs).toHaveLength(1);
    expect((await makeInput(endpoint, groupId, 'token-3')).Id).not.toBe(input.Id);
  });

  it('has the five channels, inputs and groups of a new account in the aws-like profile', async () => {
    const clock = makeManualClock();
    const endpoint = await start({ clock, profile: 'aws-like' });
    const { mediaLive: client } = endpoint;
    const groupId = await makeGroup(endpoint);
    for (let made = 1; made < 5; made += 1) await makeGroup(endpoint);
    await expect(makeGroup(endpoint)).rejects.toMatchObject(refusal('ForbiddenException', 403));
    const inputs: string[] = [];
    for (let made = 0; made < 5; made += 1) inputs.push((await makeInput(endpoint, groupId)).Id!);
    await expect(makeInput(endpoint, groupId)).rejects.toThrow(/quota of 5 push inputs/);
    await clock.advance(3000);
    for (const id of inputs) await client.send(new CreateChannelCommand(makeChannelRequest(id)));
    await client.send(new BatchDeleteCommand({ InputSecurityGroupIds: [groupId] }));
    const ips = (await client.send(new ListInputsCommand({}))).Inputs!.flatMap((input) =>
      input.Destinations!.map((destination) => destination.Ip),
    );
    expect(new Set(ips).size).toBe(10);
  });

  it('counts idle channels towards the quota', async () => {
    const endpoint = await start({ quotas: { channels: 1 } });
    const { groupId } = await makeChannel(endpoint);
    const input = await makeInput(endpoint, groupId);
    await expect.poll(() => inputState(endpoint, input.Id!)).toBe('DETACHED');
    await expect(endpoint.mediaLive.send(new CreateChannelCommand(makeChannelRequest(input.Id!)))).rejects.toThrow(
      /quota of 1 channels/,
    );
  });

  it('answers shapes AWS does not have with 400: unknown enums, missing members, wrong types', async () => {
    const endpoint = await start();
    const { mediaLive: client } = endpoint;
    const create = (changes: object) =>
      client.send(new CreateChannelCommand(makeChannelRequest('1', changes as Partial<CreateChannelCommandInput>)));
    const bad = refusal('BadRequestException', 400);
    await expect(create({ ChannelClass: 'TRIPLE' })).rejects.toMatchObject(bad);
    await expect(create({ ChannelClass: 'TRIPLE' })).rejects.toThrow(/ChannelClass.*SINGLE_PIPELINE, STANDARD/);
    const encoder = makeEncoderSettings(makeRtmpGroup());
    await expect(create({ EncoderSettings: { ...encoder, TimecodeConfig: undefined } })).rejects.toThrow(
      /TimecodeConfig/,
    );
    await expect(
      create({ EncoderSettings: { ...encoder, TimecodeConfig: { Source: 'SUNDIAL' } } }),
    ).rejects.toMatchObject(bad);
    await expect(create({ EncoderSettings: { ...encoder, VideoDescriptions: [{ Width: 1920 }] } })).rejects.toThrow(
      /VideoDescriptions.0 must have required property 'Name'/,
    );
    await expect(create({ InputAttachments: 'all of them' })).rejects.toMatchObject(bad);
    const groupId = await makeGroup(endpoint);
    const input = (changes: object) =>
      client.send(new CreateInputCommand({ Type: 'RTP_PUSH', InputSecurityGroups: [groupId], ...changes }));
    await expect(input({ Type: 'CARRIER_PIGEON' })).rejects.toMatchObject(bad);
    await expect(input({ InputSecurityGroups: ['9'] })).rejects.toMatchObject(bad);
    await expect(input({ InputSecurityGroups: [] })).rejects.toMatchObject(bad);
    for (const cidr of ['10.0.0.1/8', '10.0.0.0', 'fe80::/10', '300.0.0.0/8', '10.0.0.0/33']) {
      await expect(makeGroup(endpoint, cidr)).rejects.toMatchObject(bad);
    }
  });

  it('answers impossible channels with 422 and names each element, never the stream key', async () => {
    const endpoint = await start();
    const { groupId } = await makeChannel(endpoint);
    const { Id: inputId } = await makeInput(endpoint, groupId);
    await expect.poll(() => inputState(endpoint, inputId!)).toBe('DETACHED');
    const pathsOf = async (changes: Partial<CreateChannelCommandInput>) => {
      try {
        await endpoint.mediaLive.send(new CreateChannelCommand(makeChannelRequest(inputId!, changes)));
      } catch (error) {
        expect(error).toMatchObject(refusal('UnprocessableEntityException', 422));
        expect(JSON.stringify(error)).not.toContain(CANARY_KEY);
        const { ValidationErrors } = error as { ValidationErrors?: { ElementPath?: string; ErrorMessage?: string }[] };
        expect(ValidationErrors?.every((finding) => finding.ErrorMessage)).toBe(true);
        return ValidationErrors!.map((finding) => finding.ElementPath);
      }
      return [];
    };
    const rtmp = makeChannelRequest(inputId!).Destinations![0]!;
    expect(await pathsOf({ ChannelClass: 'STANDARD' })).toEqual(['/destinations/0/settings']);
    expect(await pathsOf({ Destinations: [{ ...rtmp, MediaPackageSettings: [] }] })).toContain('/destinations/0');
    expect(await pathsOf({ Destinations: [{ ...rtmp, Id: 'other' }] })).toEqual([
      '/encoderSettings/outputGroups/0/outputs/0/outputSettings/rtmpOutputSettings/destination',
    ]);
    expect(
      await pathsOf({ Destinations: [{ Id: 'rtmp', Settings: [{ Url: 'http://x/app', StreamName: CANARY_KEY }] }] }),
    ).toEqual(['/destinations/0/settings/0/url']);
    expect(await pathsOf({ InputAttachments: [{ InputId: '9' }] })).toEqual(['/inputAttachments/0/inputId']);

    const group = makeRtmpGroup();
    const output = group.Outputs![0]!;
    const encoder = makeEncoderSettings(group);
    const withOutput = (changes: object) =>
      pathsOf({ EncoderSettings: makeEncoderSettings({ ...group, Outputs: [{ ...output, ...changes }] }) });
    const at = '/encoderSettings/outputGroups/0/outputs/0';
    expect(await withOutput({ VideoDescriptionName: 'v2' })).toEqual([`${at}/videoDescriptionName`]);
    expect(await withOutput({ AudioDescriptionNames: ['a2'] })).toEqual([`${at}/audioDescriptionNames/0`]);
    expect(await withOutput({ OutputSettings: {} })).toEqual([`${at}/outputSettings`]);
    expect(await withOutput({ OutputSettings: { ...output.OutputSettings, MediaPackageOutputSettings: {} } })).toEqual([
      `${at}/outputSettings`,
    ]);
    expect(
      await pathsOf({
        EncoderSettings: makeEncoderSettings({
          ...group,
          OutputGroupSettings: { RtmpGroupSettings: { CacheLength: 29 } },
        }),
      }),
    ).toEqual(['/encoderSettings/outputGroups/0/outputGroupSettings/rtmpGroupSettings/cacheLength']);

    const withVideo = (h264: object, codec: object = {}) => {
      const video = encoder.VideoDescriptions![0]!;
      const H264Settings = { ...video.CodecSettings!.H264Settings, ...h264 };
      return pathsOf({
        EncoderSettings: {
          ...encoder,
          VideoDescriptions: [{ ...video, CodecSettings: { H264Settings, ...codec } }],
        },
      });
    };
    const codec = '/encoderSettings/videoDescriptions/0/codecSettings';
    expect(await withVideo({ Bitrate: 999 })).toEqual([`${codec}/h264Settings/bitrate`]);
    expect(await withVideo({ FramerateDenominator: undefined })).toEqual([`${codec}/h264Settings/framerateNumerator`]);
    expect(await withVideo({}, { Mpeg2Settings: { FramerateNumerator: 30, FramerateDenominator: 1 } })).toEqual([
      codec,
    ]);
    expect(await pathsOf({})).toEqual([]);
  });

  it('creates nothing on a dry run', async () => {
    const endpoint = await start();
    const { groupId } = await makeChannel(endpoint);
    const { Id: inputId } = await makeInput(endpoint, groupId);
    await expect.poll(() => inputState(endpoint, inputId!)).toBe('DETACHED');
    await endpoint.mediaLive.send(new CreateChannelCommand(makeChannelRequest(inputId!, { DryRun: true })));
    expect((await endpoint.mediaLive.send(new ListChannelsCommand({}))).Channels).toHaveLength(1);
    expect(await inputState(endpoint, inputId!)).toBe('DETACHED');
  });
});

describe('MediaLive beside its resources', () => {
  it('keeps tags and shows them in lists', async () => {
    const endpoint = await start();
    const { mediaLive: client } = endpoint;
    const { channelId } = await makeChannel(endpoint, { Tags: { 'sluice:Destination': 'd1' } });
    const { Arn: ResourceArn } = await client.send(new DescribeChannelCommand({ ChannelId: channelId }));
    await client.send(new CreateTagsCommand({ ResourceArn, Tags: { one: '1', two: '2' } }));
    await client.send(new DeleteTagsCommand({ ResourceArn, TagKeys: ['one'] }));
    const Tags = { 'sluice:Destination': 'd1', two: '2' };
    expect((await client.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags).toEqual(Tags);
    expect((await client.send(new ListChannelsCommand({}))).Channels).toMatchObject([{ Id: channelId, Tags }]);
    await expect(client.send(new CreateTagsCommand({ ResourceArn: 'arn:x', Tags: {} }))).rejects.toMatchObject(
      refusal('NotFoundException', 404),
    );
  });

  it('answers batches with 200 and what failed', async () => {
    const endpoint = await start();
    const { mediaLive: client } = endpoint;
    const { channelId, inputId } = await makeChannel(endpoint);
    const started = await client.send(new BatchStartCommand({ ChannelIds: [channelId, '9'] }));
    expect(started.Successful).toMatchObject([{ Id: channelId, State: 'STARTING' }]);
    expect(started.Failed).toMatchObject([{ Id: '9', Code: 'NotFoundException' }]);
    await expect.poll(() => channelState(endpoint, channelId)).toBe('RUNNING');
    const deleted = await client.send(new BatchDeleteCommand({ ChannelIds: [channelId], InputIds: [inputId] }));
    expect(deleted.Failed?.map((failed) => failed.Code)).toEqual(['ConflictException', 'ConflictException']);
    expect((await client.send(new BatchStopCommand({ ChannelIds: [channelId] }))).Failed).toEqual([]);
  });

  it('replaces the rules of a group in use', async () => {
    const endpoint = await start();
    const { groupId: InputSecurityGroupId } = await makeChannel(endpoint);
    const { SecurityGroup } = await endpoint.mediaLive.send(
      new UpdateInputSecurityGroupCommand({ InputSecurityGroupId, WhitelistRules: [{ Cidr: '10.0.0.0/8' }] }),
    );
    expect(SecurityGroup).toMatchObject({ State: 'UPDATING', WhitelistRules: [{ Cidr: '10.0.0.0/8' }] });
    await expect.poll(() => groupState(endpoint, InputSecurityGroupId)).toBe('IN_USE');
  });

  it('says which operations it does not have, and nothing of unknown paths', async () => {
    const endpoint = await start();
    await expect(
      endpoint.mediaLive.send(
        new CreateMultiplexCommand({
          Name: 'm',
          AvailabilityZones: [],
          MultiplexSettings: { TransportStreamBitrate: 1, TransportStreamId: 1 },
        }),
      ),
    ).rejects.toThrow(/CreateMultiplex is not implemented/);
    const unknown = await fetch(`${endpoint.url}/prod/nothing`, {
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=local/20260601/us-east-1/medialive/aws4_request, x' },
    });
    expect(unknown.status).toBe(403);
    expect(await unknown.json()).toEqual({ message: 'Missing Authentication Token' });
    expect(unknown.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
  });
});

describe('what flows feed', () => {
  it('feeds an input when flow, output and security group all allow it, and not otherwise', async () => {
    const endpoint = await start();
    const { mediaConnect, mediaLive, engine } = endpoint;
    const groupId = await makeGroup(endpoint, '10.0.0.0/8');
    const input = await makeInput(endpoint, groupId);
    const address = `${input.Destinations![0]!.Ip}:5000`;
    const FlowArn = (await mediaConnect.send(new CreateFlowCommand(makeFlowRequest()))).Flow!.FlowArn!;
    const { Outputs } = await mediaConnect.send(
      new AddFlowOutputsCommand({
        FlowArn,
        Outputs: [
          { Name: 'one', Protocol: 'rtp-fec', Destination: input.Destinations![0]!.Ip, Port: 5000 },
          { Name: 'nobody there', Protocol: 'rtp-fec', Destination: '127.99.0.1', Port: 5000 },
        ],
      }),
    );
    const feeds = () => engine.feeds.get(FlowArn);
    expect(feeds()).toBeUndefined();
    await mediaConnect.send(new StartFlowCommand({ FlowArn }));
    await expect.poll(feeds).toEqual([]);
    const allow = (Cidr: string) =>
      mediaLive.send(
        new UpdateInputSecurityGroupCommand({ InputSecurityGroupId: groupId, WhitelistRules: [{ Cidr }] }),
      );
    await allow('127.0.0.1/32');
    await expect.poll(feeds).toEqual([address]);
    const setOutput = (OutputStatus: 'ENABLED' | 'DISABLED') =>
      mediaConnect.send(new UpdateFlowOutputCommand({ FlowArn, OutputArn: Outputs![0]!.OutputArn!, OutputStatus }));
    await setOutput('DISABLED');
    await expect.poll(feeds).toEqual([]);
    await setOutput('ENABLED');
    await expect.poll(feeds).toEqual([address]);
    await expect.poll(() => groupState(endpoint, groupId)).toBe('IN_USE');
    await allow('10.0.0.0/8');
    await expect.poll(feeds).toEqual([]);
  });
});

describe('channel alerts', () => {
  it('come from what the engine reports, are set and cleared once, and are listed for five minutes after', async () => {
    const clock = makeManualClock();
    const endpoint = await start({ clock, profile: 'instant' });
    const { mediaLive: client, engine, events } = endpoint;
    const groupId = await makeGroup(endpoint);
    const input = await makeInput(endpoint, groupId);
    await clock.advance(0);
    const ChannelId = (await client.send(new CreateChannelCommand(makeChannelRequest(input.Id!)))).Channel!.Id!;
    await clock.advance(0);
    await client.send(new StartChannelCommand({ ChannelId }));
    await clock.advance(0);
    const setAt = new Date(clock.now());
    const list = async (StateFilter?: string) =>
      (await client.send(new ListAlertsCommand({ ChannelId, StateFilter }))).Alerts;

    const problem = {
      code: 'stream_key_rejected' as const,
      detail: 'the server refused the stream key (NetStream.Publish.BadName)',
      attempt: 2,
      nextAttemptAtMs: clock.now() + 5000,
    };
    engine.send({ channels: [makeReport(ChannelId, { state: 'rejected', problem })] });
    expect(await list()).toEqual([
      {
        Id: '1',
        AlertType: 'Failed RTMP Connection',
        Message:
          'stream_key_rejected: the server refused the stream key (NetStream.Publish.BadName), attempt 2, ' +
          `next attempt at ${new Date(problem.nextAttemptAtMs).toISOString()}`,
        PipelineId: '0',
        State: 'SET',
        SetTimestamp: setAt,
      },
    ]);
    engine.send({ channels: [makeReport(ChannelId, { state: 'rejected', problem: { ...problem, attempt: 3 } })] });
    expect((await list())?.[0]).toMatchObject({ Id: '1', Message: expect.stringContaining('attempt 3') });

    await clock.advance(10_000);
    engine.send({ channels: [makeReport(ChannelId)] });
    expect(await list()).toEqual([]);
    expect(await list('CLEARED')).toMatchObject([
      { Id: '1', State: 'CLEARED', ClearedTimestamp: new Date(clock.now()) },
    ]);

    engine.send({ channels: [makeReport(ChannelId, { state: 'waiting_for_input' })] });
    expect(await list()).toMatchObject([{ Id: '2', AlertType: 'Stopped Receiving UDP Input' }]);
    const certificate = { code: 'certificate_invalid' as const, detail: 'expired', attempt: 1 };
    engine.send({ channels: [makeReport(ChannelId, { state: 'rejected', problem: certificate })] });
    expect(await list()).toMatchObject([
      { Id: '3', AlertType: 'Failed to Validate Certificate Chain When Publishing' },
    ]);
    expect(await list('ALL')).toHaveLength(3);
    await clock.advance(5 * 60_000);
    expect(await list('ALL')).toHaveLength(1);

    const announced = events.filter((event) => event['detail-type'] === 'MediaLive Channel Alert');
    expect(announced.map(({ detail }) => `${detail['alarm_id']} ${detail['alarm_state']}`)).toEqual([
      '1 SET',
      '1 CLEARED',
      '2 SET',
      '2 CLEARED',
      '3 SET',
    ]);
    await client.send(new StopChannelCommand({ ChannelId }));
    await clock.advance(0);
    engine.send({ channels: [] });
    expect(await list()).toEqual([]);
  });
});

describe('a restart of the endpoints', () => {
  it('gives active flows and running channels to the engine again, and nothing else', async () => {
    const store = makeMemoryStore();
    const before = await start({ store });
    const running = await makeChannel(before);
    const idle = await makeChannel(before);
    await run(before, running.channelId);
    const { mediaConnect, mediaLive } = before;
    const FlowArn = (await mediaConnect.send(new CreateFlowCommand(makeFlowRequest()))).Flow!.FlowArn!;
    const { Destinations } = await mediaLive.send(new DescribeInputCommand({ InputId: running.inputId }));
    const Destination = Destinations![0]!.Ip!;
    await mediaConnect.send(
      new AddFlowOutputsCommand({ FlowArn, Outputs: [{ Name: 'o', Protocol: 'rtp-fec', Destination, Port: 5000 }] }),
    );
    await mediaConnect.send(new StartFlowCommand({ FlowArn }));
    await expect.poll(() => before.engine.feeds.get(FlowArn)).toEqual([`${Destination}:5000`]);
    await before.media.close();

    const after = await start({ store, engine: makeRecordingEngine() });
    expect([...after.engine.flows.keys()]).toEqual([FlowArn]);
    expect(after.engine.feeds.get(FlowArn)).toEqual([`${Destination}:5000`]);
    expect([...after.engine.channels.values()]).toEqual([...before.engine.channels.values()]);
    expect(await channelState(after, running.channelId)).toBe('RUNNING');
    expect(await channelState(after, idle.channelId)).toBe('IDLE');
    await after.mediaLive.send(new StopChannelCommand({ ChannelId: running.channelId }));
    await expect.poll(() => channelState(after, running.channelId)).toBe('IDLE');
    const made = await makeChannel(after);
    expect([running.channelId, idle.channelId]).not.toContain(made.channelId);
  });

  it('takes up half-way states where they were', async () => {
    const store = makeMemoryStore();
    const clock = makeManualClock();
    const before = await start({ store, clock, profile: 'aws-like' });
    const { Id: inputId } = await makeInput(before, await makeGroup(before));
    await clock.advance(3000);
    const { Channel } = await before.mediaLive.send(new CreateChannelCommand(makeChannelRequest(inputId!)));
    const ChannelId = Channel!.Id!;
    await clock.advance(5000);
    await before.mediaLive.send(new StartChannelCommand({ ChannelId }));
    await clock.advance(60_000);
    await before.media.close();

    const after = await start({ store, clock, profile: 'aws-like' });
    expect(await channelState(after, ChannelId)).toBe('STARTING');
    expect(after.engine.channels.size).toBe(0);
    await clock.advance(14_999);
    expect(await channelState(after, ChannelId)).toBe('STARTING');
    await clock.advance(1);
    expect(await channelState(after, ChannelId)).toBe('RUNNING');
    expect(after.engine.channels.has(ChannelId)).toBe(true);
    expect(before.engine.channels.size).toBe(0);
  });
});

describe('faults', () => {
  it('recovers a channel whose pipeline the engine could not start', async () => {
    const clock = makeManualClock();
    const engine = makeRecordingEngine();
    let failing = true;
    const startChannel = engine.startChannel.bind(engine);
    engine.startChannel = async (channelRun) => {
      if (failing) throw new Error('the engine process is down');
      await startChannel(channelRun);
    };
    const endpoint = await start({ clock, engine });
    const { Id: inputId } = await makeInput(endpoint, await makeGroup(endpoint));
    await clock.advance(0);
    const { Channel } = await endpoint.mediaLive.send(new CreateChannelCommand(makeChannelRequest(inputId!)));
    const ChannelId = Channel!.Id!;
    await clock.advance(0);
    await endpoint.mediaLive.send(new StartChannelCommand({ ChannelId }));
    await clock.advance(0);
    await expect.poll(() => channelState(endpoint, ChannelId)).toBe('RECOVERING');
    failing = false;
    await clock.advance(2000);
    expect(await channelState(endpoint, ChannelId)).toBe('RUNNING');
    expect(engine.channels.has(ChannelId)).toBe(true);
    endpoint.media.disturbChannel(ChannelId);
    expect(await channelState(endpoint, ChannelId)).toBe('RECOVERING');
    await clock.advance(2000);
    expect(await channelState(endpoint, ChannelId)).toBe('RUNNING');
  });

  it('redirects transitions: failed creates can be deleted at once, failed starts fall back to IDLE', async () => {
    let redirect: Record<string, string> = { CREATING: 'CREATE_FAILED' };
    const endpoint = await start({
      hooks: {
        planTransition: (plan) => (plan.kind === 'channels' ? { to: redirect[plan.from] ?? plan.to } : undefined),
      },
    });
    const { mediaLive: client } = endpoint;
    const { Id: inputId } = await makeInput(endpoint, await makeGroup(endpoint));
    await expect.poll(() => inputState(endpoint, inputId!)).toBe('DETACHED');
    const { Channel } = await client.send(new CreateChannelCommand(makeChannelRequest(inputId!)));
    await expect.poll(() => channelState(endpoint, Channel!.Id!)).toBe('CREATE_FAILED');
    await client.send(new DeleteChannelCommand({ ChannelId: Channel!.Id }));
    await expect.poll(() => inputState(endpoint, inputId!)).toBe('DETACHED');
    redirect = { STARTING: 'IDLE', UPDATING: 'UPDATE_FAILED' };
    const { Channel: other } = await client.send(new CreateChannelCommand(makeChannelRequest(inputId!)));
    await expect.poll(() => channelState(endpoint, other!.Id!)).toBe('IDLE');
    await client.send(new StartChannelCommand({ ChannelId: other!.Id }));
    await expect.poll(() => channelState(endpoint, other!.Id!)).toBe('IDLE');
    expect(endpoint.engine.log.filter((line) => line.startsWith('startChannel'))).toEqual([]);
    await client.send(new UpdateChannelCommand({ ChannelId: other!.Id, Name: 'x' }));
    await expect.poll(() => channelState(endpoint, other!.Id!)).toBe('UPDATE_FAILED');
  });

  it('can refuse before the effect, refuse after it, and lose the response', async () => {
    let fault: 'before' | 'after' | 'dropped' | null = null;
    const endpoint = await start({
      hooks: {
        async around(call, proceed) {
          if (call.operation !== 'CreateInputSecurityGroup') return proceed();
          if (fault === 'before') throw new AwsError('TooManyRequestsException', 429, 'slow down');
          const result = await proceed();
          if (fault === 'after') throw new AwsError('GatewayTimeoutException', 504, 'too late');
          if (fault === 'dropped') throw new DroppedResponse();
          return result;
        },
      },
    });
    const count = async () =>
      (await endpoint.mediaLive.send(new ListInputSecurityGroupsCommand({}))).InputSecurityGroups!.length;
    fault = 'before';
    await expect(makeGroup(endpoint)).rejects.toMatchObject(refusal('TooManyRequestsException', 429));
    expect(await count()).toBe(0);
    fault = 'after';
    await expect(makeGroup(endpoint)).rejects.toMatchObject(refusal('GatewayTimeoutException', 504));
    expect(await count()).toBe(1);
    fault = 'dropped';
    await expect(makeGroup(endpoint)).rejects.not.toHaveProperty('name', 'InternalServerErrorException');
    expect(await count()).toBe(2);
  });
});
