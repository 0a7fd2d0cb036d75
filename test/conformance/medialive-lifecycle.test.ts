import {
  CreateChannelCommand,
  DeleteChannelCommand,
  DeleteInputCommand,
  DeleteInputSecurityGroupCommand,
  DescribeChannelCommand,
  DescribeInputCommand,
  DescribeInputSecurityGroupCommand,
  ListChannelsCommand,
  ListInputSecurityGroupsCommand,
  ListInputsCommand,
  StartChannelCommand,
  StopChannelCommand,
  UpdateChannelCommand,
  waitUntilChannelCreated,
  waitUntilChannelDeleted,
  waitUntilChannelRunning,
  waitUntilChannelStopped,
  waitUntilInputDeleted,
  waitUntilInputDetached,
} from '@aws-sdk/client-medialive';
import { makeManualClock } from '../support/media-endpoint.ts';
import { CANARY_KEY, makeChannelRequest } from '../support/media-requests.ts';
import {
  useMediaEndpoints,
  soon,
  refusal,
  makeGroup,
  makeInput,
  makeChannel,
  inputState,
  channelState,
  groupState,
} from '../support/media-resources.ts';
import { describe, expect, it } from 'vitest';

const start = useMediaEndpoints();

async function refuses(...calls: (() => Promise<unknown>)[]) {
  for (const call of calls) await expect(call()).rejects.toMatchObject(refusal('ConflictException', 409));
}

describe('the life of MediaLive resources', () => {
  it('leads from group to running channel and back, as the SDK’s waiters observe it', async () => {
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
        inputLoss: { repeatMs: 1_000, blackMs: null, image: { kind: 'colour', rgb: '000000' } },
        rendition: {
          name: 'rtmp1',
          width: 1920,
          height: 1080,
          framesPerSecond: 30,
          videoBitrateBps: 6_000_000,
          gopSeconds: 2,
          h264Profile: 'high',
          audioBitrateBps: 128_000,
          audioChannels: 2,
          audioSampleRateHz: 48_000,
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

  it('keeps every state for its time and refuses what that state does not allow', async () => {
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

  it('refuses to update a deleted channel with ConflictException, because no 404 is declared', async () => {
    const endpoint = await start();
    const { mediaLive: client } = endpoint;
    const { channelId: ChannelId } = await makeChannel(endpoint);
    await client.send(new DeleteChannelCommand({ ChannelId }));
    await expect.poll(() => channelState(endpoint, ChannelId)).toBe('DELETED');
    for (const gone of [ChannelId, '9999999']) {
      await expect(client.send(new UpdateChannelCommand({ ChannelId: gone, Name: 'x' }))).rejects.toMatchObject(
        refusal('ConflictException', 409),
      );
    }
  });

  it('leaves tombstones that can be described and deleted again but are not listed', async () => {
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
      client.send(new DescribeInputSecurityGroupCommand({ InputSecurityGroupId: 'constructor' })),
    ]) {
      await expect(call).rejects.toMatchObject(refusal('NotFoundException', 404));
    }
  });
});
