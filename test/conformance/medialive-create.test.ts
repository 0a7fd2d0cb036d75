import type { CreateChannelCommandInput, UnprocessableEntityException } from '@aws-sdk/client-medialive';
import {
  BatchDeleteCommand,
  CreateChannelCommand,
  CreateInputCommand,
  ListChannelsCommand,
  ListInputsCommand,
} from '@aws-sdk/client-medialive';
import { makeManualClock } from '../support/media-endpoint.ts';
import { CANARY_KEY, makeChannelRequest, makeEncoderSettings, makeRtmpGroup } from '../support/media-requests.ts';
import {
  useMediaEndpoints,
  refusal,
  makeGroup,
  makeInput,
  makeChannel,
  inputState,
} from '../support/media-resources.ts';
import { describe, expect, it } from 'vitest';

const start = useMediaEndpoints();

/** Checks that the error is a 422 without the stream key, and returns the elements it names. */
function checkFindings(error: unknown): (string | undefined)[] {
  expect(error).toMatchObject(refusal('UnprocessableEntityException', 422));
  expect(JSON.stringify(error)).not.toContain(CANARY_KEY);
  const { ValidationErrors: findings = [] } = error as UnprocessableEntityException;
  expect(findings.every((finding) => finding.ErrorMessage)).toBe(true);
  return findings.map((finding) => finding.ElementPath);
}

describe('creating MediaLive resources', () => {
  it('returns the first resource for a repeated RequestId', async () => {
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

  it('is limited to a new account’s five channels, inputs and groups in the aws-like profile', async () => {
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

  it('fails with 400 for unknown enum values, missing members and wrong types', async () => {
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

  it('fails with 422 for impossible channels, naming each element but never the stream key', async () => {
    const endpoint = await start();
    const { groupId } = await makeChannel(endpoint);
    const { Id: inputId } = await makeInput(endpoint, groupId);
    await expect.poll(() => inputState(endpoint, inputId!)).toBe('DETACHED');
    const pathsOf = async (changes: Partial<CreateChannelCommandInput>) => {
      const request = new CreateChannelCommand(makeChannelRequest(inputId!, changes));
      const error: unknown = await endpoint.mediaLive.send(request).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      if (error === null) return [];
      return checkFindings(error);
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
    const space = `${codec}/h264Settings/colorSpaceSettings`;
    const passthrough = { ColorSpacePassthroughSettings: {} };
    expect(await withVideo({ ColorSpaceSettings: {} })).toEqual([space]);
    expect(await withVideo({ ColorSpaceSettings: { Rec709Settings: {}, ...passthrough } })).toEqual([space]);
    expect(await withVideo({ ColorSpaceSettings: { Rec601Settings: {} } })).toEqual([`${space}/rec601Settings`]);
    expect(await withVideo({ ColorMetadata: 'IGNORE' })).toEqual([`${codec}/h264Settings/colorMetadata`]);
    expect(await withVideo({ ColorSpaceSettings: { Rec709Settings: {} }, ColorMetadata: 'INSERT' })).toEqual([]);
  });

  it('has no effect on a dry run', async () => {
    const endpoint = await start();
    const { groupId } = await makeChannel(endpoint);
    const { Id: inputId } = await makeInput(endpoint, groupId);
    await expect.poll(() => inputState(endpoint, inputId!)).toBe('DETACHED');
    await endpoint.mediaLive.send(new CreateChannelCommand(makeChannelRequest(inputId!, { DryRun: true })));
    expect((await endpoint.mediaLive.send(new ListChannelsCommand({}))).Channels).toHaveLength(1);
    expect(await inputState(endpoint, inputId!)).toBe('DETACHED');
  });
});
