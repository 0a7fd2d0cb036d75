import {
  AddFlowOutputsCommand,
  CreateFlowCommand,
  DescribeFlowCommand,
  DescribeFlowSourceMetadataCommand,
  RemoveFlowOutputCommand,
  StartFlowCommand,
  StopFlowCommand,
} from '@aws-sdk/client-mediaconnect';
import {
  CreateChannelCommand,
  CreateInputCommand,
  DescribeChannelCommand,
  StartChannelCommand,
} from '@aws-sdk/client-medialive';
import { CreateChannelCommand as CreatePackageChannelCommand } from '@aws-sdk/client-mediapackage';
import { describe, expect, it } from 'vitest';
import { makeManualClock, type MediaEndpoint } from '../support/media-endpoint.ts';
import {
  makeChannelRequest,
  makeEncoderSettings,
  makeFlowRequest,
  makePackageGroup,
} from '../support/media-requests.ts';
import {
  channelState,
  inputState,
  makeChannel,
  makeGroup,
  makeInput,
  refusal,
  useMediaEndpoints,
} from '../support/media-resources.ts';

/** Tests of what AWS refuses, omits or delays and a simulation might wrongly allow. */

const start = useMediaEndpoints();

async function makeFreeInput(endpoint: MediaEndpoint): Promise<string> {
  const input = await makeInput(endpoint, await makeGroup(endpoint));
  await expect.poll(() => inputState(endpoint, input.Id!)).toBe('DETACHED');
  return input.Id!;
}

/** Creates a channel with a MediaPackage output and a changed video description. */
async function createPackaged(endpoint: MediaEndpoint, change: object, h264: object = {}): Promise<unknown> {
  await endpoint.mediaPackage.send(new CreatePackageChannelCommand({ Id: 'hls' })).catch(() => {});
  const settings = makeEncoderSettings(makePackageGroup());
  const [video] = settings.VideoDescriptions!;
  Object.assign(video!, change);
  Object.assign(video!.CodecSettings!.H264Settings!, h264);
  const request = makeChannelRequest(await makeFreeInput(endpoint), {
    Destinations: [{ Id: 'mp', MediaPackageSettings: [{ ChannelId: 'hls' }] }],
    EncoderSettings: settings,
  });
  return endpoint.mediaLive.send(new CreateChannelCommand(request));
}

describe('MediaLive', () => {
  it.each([
    ['a width', { Width: undefined, Height: undefined }, {}, 'width'],
    ['a specified frame rate', {}, { FramerateControl: 'INITIALIZE_FROM_SOURCE' }, 'framerateControl'],
    ['a specified pixel aspect ratio', {}, { ParControl: 'INITIALIZE_FROM_SOURCE' }, 'parControl'],
    ['a maximum bitrate for QVBR', {}, { RateControlMode: 'QVBR', Bitrate: undefined }, 'maxBitrate'],
  ])('refuses a MediaPackage output without %s', async (_what, change, h264, element) => {
    const endpoint = await start();
    await expect(createPackaged(endpoint, change, h264)).rejects.toMatchObject({
      ...refusal('UnprocessableEntityException', 422),
      ValidationErrors: expect.arrayContaining([
        expect.objectContaining({ ElementPath: expect.stringContaining(element) }),
      ]),
    });
    await expect(createPackaged(endpoint, {})).resolves.toBeDefined();
  });

  it('chooses a maintenance window by default and keeps a given one', async () => {
    const endpoint = await start();
    const { channelId } = await makeChannel(endpoint);
    const chosen = { MaintenanceDay: 'TUESDAY' as const, MaintenanceStartTime: '04:00' };
    const given = await makeChannel(endpoint, { Maintenance: chosen });
    const maintenanceOf = async (ChannelId: string) =>
      (await endpoint.mediaLive.send(new DescribeChannelCommand({ ChannelId }))).Maintenance;
    expect(await maintenanceOf(channelId)).toMatchObject({ MaintenanceDay: expect.any(String) });
    expect(await maintenanceOf(given.channelId)).toMatchObject(chosen);
    const wrong = makeChannelRequest(given.inputId, { Maintenance: { ...chosen, MaintenanceStartTime: '4 am' } });
    await expect(endpoint.mediaLive.send(new CreateChannelCommand(wrong))).rejects.toMatchObject(
      refusal('UnprocessableEntityException', 422),
    );
  });

  it('describes a channel as IDLE for a while after its start was accepted', async () => {
    const clock = makeManualClock();
    const endpoint = await start({ clock, durations: { channelStartShowsMs: 4000, channelStartMs: 20_000 } });
    const group = await makeGroup(endpoint);
    const input = await makeInput(endpoint, group);
    await clock.advance(0);
    const { Channel } = await endpoint.mediaLive.send(new CreateChannelCommand(makeChannelRequest(input.Id!)));
    const ChannelId = Channel!.Id!;
    await clock.advance(0);
    await endpoint.mediaLive.send(new StartChannelCommand({ ChannelId }));
    expect(await channelState(endpoint, ChannelId)).toBe('IDLE');
    await expect(endpoint.mediaLive.send(new StartChannelCommand({ ChannelId }))).rejects.toMatchObject(
      refusal('ConflictException', 409),
    );
    await clock.advance(4000);
    expect(await channelState(endpoint, ChannelId)).toBe('STARTING');
    await clock.advance(16_000);
    expect(await channelState(endpoint, ChannelId)).toBe('RUNNING');
  });

  it('counts only push inputs against the quota of push inputs', async () => {
    const endpoint = await start({ quotas: { pushInputs: 1 } });
    const pull = () =>
      endpoint.mediaLive.send(new CreateInputCommand({ Type: 'URL_PULL', Sources: [{ Url: 'https://a.example/x' }] }));
    await pull();
    await pull();
    const group = await makeGroup(endpoint);
    await makeInput(endpoint, group);
    await expect(makeInput(endpoint, group)).rejects.toMatchObject({ name: 'ForbiddenException' });
  });
});

describe('MediaConnect', () => {
  async function makeFlow(endpoint: MediaEndpoint) {
    const { Flow } = await endpoint.mediaConnect.send(new CreateFlowCommand(makeFlowRequest()));
    const FlowArn = Flow!.FlowArn!;
    const describeFlow = async () => (await endpoint.mediaConnect.send(new DescribeFlowCommand({ FlowArn }))).Flow!;
    const isActive = () => expect.poll(async () => (await describeFlow()).Status).toBe('ACTIVE');
    return { FlowArn, describeFlow, isActive };
  }

  it('sets a running flow to UPDATING after an output change and refuses further changes meanwhile', async () => {
    const endpoint = await start({ durations: { flowUpdateMs: 100 } });
    const { FlowArn, describeFlow, isActive } = await makeFlow(endpoint);
    await endpoint.mediaConnect.send(new StartFlowCommand({ FlowArn }));
    await isActive();
    const add = (Name: string, Port: number) =>
      endpoint.mediaConnect.send(
        new AddFlowOutputsCommand({ FlowArn, Outputs: [{ Name, Protocol: 'rtp', Destination: '127.64.0.9', Port }] }),
      );
    await add('one', 5000);
    expect((await describeFlow()).Status).toBe('UPDATING');
    const busy = { name: 'BadRequestException' };
    await expect(add('two', 5100)).rejects.toMatchObject(busy);
    const [output] = (await describeFlow()).Outputs!;
    const remove = () =>
      endpoint.mediaConnect.send(new RemoveFlowOutputCommand({ FlowArn, OutputArn: output!.OutputArn! }));
    await expect(remove()).rejects.toMatchObject(busy);
    await isActive();
    await remove();
  });

  it('assigns a flow another egress address at each start', async () => {
    const endpoint = await start();
    const { FlowArn, describeFlow, isActive } = await makeFlow(endpoint);
    const seen = new Set<string>();
    for (let times = 0; times < 3; times++) {
      await endpoint.mediaConnect.send(new StartFlowCommand({ FlowArn }));
      await isActive();
      seen.add((await describeFlow()).EgressIp!);
      await endpoint.mediaConnect.send(new StopFlowCommand({ FlowArn }));
      await expect.poll(async () => (await describeFlow()).Status).toBe('STANDBY');
    }
    expect(seen.size).toBe(3);
  });

  it('returns no source metadata for a stopped flow', async () => {
    const endpoint = await start();
    const { FlowArn } = await makeFlow(endpoint);
    await expect(endpoint.mediaConnect.send(new DescribeFlowSourceMetadataCommand({ FlowArn }))).rejects.toMatchObject({
      name: 'BadRequestException',
    });
  });
});
