import {
  AddFlowOutputsCommand,
  CreateFlowCommand,
  DescribeFlowCommand,
  StartFlowCommand,
  UpdateFlowOutputCommand,
} from '@aws-sdk/client-mediaconnect';
import {
  BatchDeleteCommand,
  BatchStartCommand,
  BatchStopCommand,
  CreateChannelCommand,
  CreateMultiplexCommand,
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeChannelCommand,
  ListAlertsCommand,
  ListChannelsCommand,
  ListTagsForResourceCommand,
  StartChannelCommand,
  StopChannelCommand,
  UpdateInputSecurityGroupCommand,
} from '@aws-sdk/client-medialive';
import { makeManualClock } from '../support/media-endpoint.ts';
import { makeChannelRequest, makeFlowRequest } from '../support/media-requests.ts';
import {
  useMediaEndpoints,
  refusal,
  makeGroup,
  makeInput,
  makeChannel,
  channelState,
  groupState,
  makeReport,
} from '../support/media-resources.ts';
import { describe, expect, it } from 'vitest';

const start = useMediaEndpoints();

describe('the MediaLive endpoint', () => {
  it('keeps tags and returns them in lists', async () => {
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

  it('answers batches with 200 and a list of failures', async () => {
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

  it('names operations it does not implement, and reveals nothing for unknown paths', async () => {
    const endpoint = await start();
    await expect(
      endpoint.mediaLive.send(
        new CreateMultiplexCommand({
          Name: 'm',
          AvailabilityZones: [],
          MultiplexSettings: { TransportStreamBitrate: 1, TransportStreamId: 1 },
        }),
      ),
    ).rejects.toMatchObject({
      ...refusal('UnknownOperationException', 404),
      message: expect.stringContaining('CreateMultiplex of medialive is not implemented'),
    });
    const unknown = await fetch(`${endpoint.url}/prod/nothing`, {
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=local/20260601/us-east-1/medialive/aws4_request, x' },
    });
    expect(unknown.status).toBe(403);
    expect(await unknown.json()).toEqual({ message: 'Missing Authentication Token' });
    expect(unknown.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
  });
});

describe('a flow', () => {
  it('feeds an input only if flow, output and security group all allow it', async () => {
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
          { Name: 'no input there', Protocol: 'rtp-fec', Destination: '127.99.0.1', Port: 5000 },
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
    const { Flow } = await mediaConnect.send(new DescribeFlowCommand({ FlowArn }));
    await allow(`${Flow!.EgressIp}/32`);
    await expect.poll(feeds).toEqual([address]);
    const setOutput = (OutputStatus: 'ENABLED' | 'DISABLED') =>
      mediaConnect.send(new UpdateFlowOutputCommand({ FlowArn, OutputArn: Outputs![0]!.OutputArn!, OutputStatus }));
    const flowStatus = async () => (await mediaConnect.send(new DescribeFlowCommand({ FlowArn }))).Flow!.Status;
    await setOutput('DISABLED');
    await expect.poll(flowStatus).toBe('ACTIVE');
    await expect.poll(feeds).toEqual([]);
    await setOutput('ENABLED');
    await expect.poll(feeds).toEqual([address]);
    await expect.poll(() => groupState(endpoint, groupId)).toBe('IN_USE');
    await allow('10.0.0.0/8');
    await expect.poll(feeds).toEqual([]);
  });
});

describe('channel alerts', () => {
  it('follow the engine’s reports, are set and cleared once, and are listed for five more minutes', async () => {
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
