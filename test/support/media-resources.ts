/** Creates MediaLive resources for tests through the SDK client, as the product does. */
import type { CreateChannelCommandInput, MediaLiveClient } from '@aws-sdk/client-medialive';
import {
  CreateChannelCommand,
  CreateInputCommand,
  CreateInputSecurityGroupCommand,
  DescribeChannelCommand,
  DescribeInputCommand,
  DescribeInputSecurityGroupCommand,
  StartChannelCommand,
} from '@aws-sdk/client-medialive';
import { afterEach, expect } from 'vitest';
import type { ChannelReport } from '../../infra/local/engine/contract.ts';
import type { MediaServicesOptions } from '../../infra/local/endpoints/media-services.ts';
import type { MediaEndpoint } from './media-endpoint.ts';
import { startMediaEndpoint } from './media-endpoint.ts';
import { makeChannelRequest } from './media-requests.ts';

/** Returns a function that starts endpoints; they are closed after each test. */
export function useMediaEndpoints(): (options?: Partial<MediaServicesOptions>) => Promise<MediaEndpoint> {
  const endpoints: MediaEndpoint[] = [];
  afterEach(async () => {
    for (const endpoint of endpoints.splice(0)) await endpoint.close();
  });
  return async (options = {}) => {
    const endpoint = await startMediaEndpoint(options);
    endpoints.push(endpoint);
    return endpoint;
  };
}

/** Returns the shortest waiter settings that the SDK accepts. */
export const soon = (client: MediaLiveClient) => ({ client, minDelay: 1, maxDelay: 1, maxWaitTime: 20 });

/** Returns a matcher for an AWS error of the given name and status. */
export const refusal = (name: string, httpStatusCode: number) => ({ name, $metadata: { httpStatusCode } });

/** Creates a security group that admits one network; by default every egress address of a local flow. */
export async function makeGroup({ mediaLive }: MediaEndpoint, Cidr = '127.0.0.0/24'): Promise<string> {
  const made = await mediaLive.send(new CreateInputSecurityGroupCommand({ WhitelistRules: [{ Cidr }] }));
  return made.SecurityGroup!.Id!;
}

/** Creates an input, which is still CREATING. */
export async function makeInput({ mediaLive }: MediaEndpoint, groupId: string, RequestId?: string) {
  const request = { Name: 'in', Type: 'RTP_PUSH' as const, InputSecurityGroups: [groupId], RequestId };
  return (await mediaLive.send(new CreateInputCommand(request))).Input!;
}

/** Reads the state of an input. */
export async function inputState({ mediaLive }: MediaEndpoint, InputId: string) {
  return (await mediaLive.send(new DescribeInputCommand({ InputId }))).State;
}

/** Reads the state of a channel. */
export async function channelState({ mediaLive }: MediaEndpoint, ChannelId: string) {
  return (await mediaLive.send(new DescribeChannelCommand({ ChannelId }))).State;
}

/** Reads the state of a security group. */
export async function groupState({ mediaLive }: MediaEndpoint, InputSecurityGroupId: string) {
  return (await mediaLive.send(new DescribeInputSecurityGroupCommand({ InputSecurityGroupId }))).State;
}

/** Creates an idle channel with its input. */
export async function makeChannel(endpoint: MediaEndpoint, changes: Partial<CreateChannelCommandInput> = {}) {
  const groupId = await makeGroup(endpoint);
  const input = await makeInput(endpoint, groupId);
  await expect.poll(() => inputState(endpoint, input.Id!)).toBe('DETACHED');
  const { Channel } = await endpoint.mediaLive.send(new CreateChannelCommand(makeChannelRequest(input.Id!, changes)));
  await expect.poll(() => channelState(endpoint, Channel!.Id!)).toBe('IDLE');
  return { channelId: Channel!.Id!, inputId: input.Id!, groupId };
}

/** Starts a channel and waits until it runs. */
export async function runChannel(endpoint: MediaEndpoint, ChannelId: string) {
  await endpoint.mediaLive.send(new StartChannelCommand({ ChannelId }));
  await expect.poll(() => channelState(endpoint, ChannelId)).toBe('RUNNING');
}

/** Builds the engine's report on a channel that publishes without problems. */
export const makeReport = (channelId: string, changes: Partial<ChannelReport> = {}): ChannelReport => ({
  channelId,
  state: 'publishing',
  sinceMs: 0,
  mode: 'copy',
  bitrateBps: 4_500_000,
  framesPerSecond: 30,
  framesSent: 0,
  droppedFrames: 0,
  unsentFrames: 0,
  reconnects: 0,
  bytesSent: 0,
  queuedBytes: 0,
  ...changes,
});
