import { AddFlowOutputsCommand, CreateFlowCommand, StartFlowCommand } from '@aws-sdk/client-mediaconnect';
import {
  CreateChannelCommand,
  DeleteChannelCommand,
  DescribeInputCommand,
  ListInputSecurityGroupsCommand,
  StartChannelCommand,
  StopChannelCommand,
  UpdateChannelCommand,
} from '@aws-sdk/client-medialive';
import { AwsError, DroppedResponse } from '../../infra/local/endpoints/wire/aws-error.ts';
import type { ManualClock, MediaEndpoint } from '../support/media-endpoint.ts';
import { makeManualClock, makeRecordingEngine } from '../support/media-endpoint.ts';
import { CANARY_KEY, makeChannelRequest, makeFlowRequest } from '../support/media-requests.ts';
import { createMemoryStore } from '../../infra/local/host/state-store.ts';
import {
  useMediaEndpoints,
  refusal,
  makeGroup,
  makeInput,
  makeChannel,
  runChannel,
  inputState,
  channelState,
} from '../support/media-resources.ts';
import { describe, expect, it, vi } from 'vitest';

const start = useMediaEndpoints();

describe('a restart of the endpoints', () => {
  it('passes active flows and running channels to the engine again, and nothing else', async () => {
    const store = createMemoryStore();
    const before = await start({ store });
    const running = await makeChannel(before);
    const idle = await makeChannel(before);
    await runChannel(before, running.channelId);
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

  it('resumes transitional states where they were', async () => {
    const store = createMemoryStore();
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

async function makeRunningChannel(endpoint: MediaEndpoint, clock: ManualClock): Promise<string> {
  const { Id: inputId } = await makeInput(endpoint, await makeGroup(endpoint));
  await clock.advance(0);
  const { Channel } = await endpoint.mediaLive.send(new CreateChannelCommand(makeChannelRequest(inputId!)));
  await clock.advance(0);
  await endpoint.mediaLive.send(new StartChannelCommand({ ChannelId: Channel!.Id }));
  await clock.advance(0);
  expect(await channelState(endpoint, Channel!.Id!)).toBe('RUNNING');
  return Channel!.Id!;
}

describe('the media endpoints', () => {
  it('show a channel as IDLE only after the engine has released it', async () => {
    const engine = makeRecordingEngine();
    const { promise: released, resolve: letGo } = Promise.withResolvers<void>();
    engine.stopChannel = () => released;
    const clock = makeManualClock();
    const endpoint = await start({ clock, engine });
    const ChannelId = await makeRunningChannel(endpoint, clock);
    await endpoint.mediaLive.send(new StopChannelCommand({ ChannelId }));
    await clock.advance(10_000);
    expect(await channelState(endpoint, ChannelId)).toBe('STOPPING');
    letGo();
    await expect.poll(() => channelState(endpoint, ChannelId)).toBe('IDLE');
  });

  it('continue if the state cannot be saved, and answer a change with 500', async () => {
    const store = createMemoryStore();
    const save = store.save.bind(store);
    let full = false;
    store.save = (state) => {
      if (full) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
      save(state);
    };
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => {});
    const clock = makeManualClock();
    const endpoint = await start({ clock, store });
    const ChannelId = await makeRunningChannel(endpoint, clock);
    await endpoint.mediaLive.send(new StopChannelCommand({ ChannelId }));
    full = true;
    await clock.advance(0);
    expect(await channelState(endpoint, ChannelId)).toBe('IDLE');
    await expect(endpoint.mediaLive.send(new StartChannelCommand({ ChannelId }))).rejects.toMatchObject(
      refusal('InternalServerErrorException', 500),
    );
    expect(complaints.mock.calls.flat().join(' ')).not.toContain(CANARY_KEY);
    complaints.mockRestore();
    full = false;
    await clock.advance(0);
    expect(JSON.stringify(store.load())).toContain('RUNNING');
  });

  it('do not restore a recovering channel after a stop', async () => {
    const clock = makeManualClock();
    const endpoint = await start({ clock });
    const ChannelId = await makeRunningChannel(endpoint, clock);
    endpoint.media.disturbChannel(ChannelId);
    await endpoint.mediaLive.send(new StopChannelCommand({ ChannelId }));
    await clock.advance(10_000);
    expect(await channelState(endpoint, ChannelId)).toBe('IDLE');
    expect(endpoint.engine.channels.size).toBe(0);
  });

  it('recover a channel whose pipeline the engine could not start', async () => {
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

  it('redirect transitions: failed creates can be deleted at once, failed starts fall back to IDLE', async () => {
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
    // The test's HTTP server logs the broken body.
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => {});
    await expect(makeGroup(endpoint)).rejects.not.toHaveProperty('name', 'InternalServerErrorException');
    expect(await count()).toBe(2);
    complaints.mockRestore();
  });
});
