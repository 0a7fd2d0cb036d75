import { describe, expect, it } from 'vitest';
import { DECLARED } from '../../test/support/declared.ts';
import { StreamKey } from '../domain/stream-key.ts';
import { buildChannelSettings, buildCreateChannel, type ChannelSound, type EncodingTarget } from './channel-request.ts';
import type { Deployment } from './clients.ts';

const deployment = {
  ...DECLARED,
  deploymentId: 'test',
  mediaLiveRoleArn: 'arn:aws:iam::000000000000:role/medialive',
} as Deployment;
const encoding: EncodingTarget = {
  encodingId: '720p30',
  width: 1280,
  height: 720,
  framesPerSecond: 30,
  videoBitrateBps: 3_000_000,
  gopSeconds: 2,
  h264Profile: 'high',
  audioBitrateBps: 128_000,
  audioSampleRateHz: 48_000,
};
const rtmp = (change: Partial<EncodingTarget> = {}) => ({
  kind: 'rtmp' as const,
  rtmpUrl: 'rtmps://live.example.com/app',
  streamKey: StreamKey.from('key-of-the-test'),
  backup: null,
  encoding: { ...encoding, ...change },
  reconnectSeconds: 30,
  sourceLoss: { kind: 'slate' as const, uri: null },
});
const base = { deployment, destinationId: 'dst_1', inputId: '42', logLevel: 'WARNING' as const };
const video = (change: Partial<EncodingTarget>) =>
  buildChannelSettings({ ...base, target: rtmp(change) }).EncoderSettings.VideoDescriptions![0]!;

describe('a CreateChannel request', () => {
  const request = buildCreateChannel({ ...base, requestId: 'token', target: rtmp() });

  it('asks for a single pipeline, so only one is billed', () => {
    expect(request.ChannelClass).toBe('SINGLE_PIPELINE');
    expect(request.Destinations).toEqual([
      { Id: 'destination', Settings: [{ Url: 'rtmps://live.example.com/app', StreamName: 'key-of-the-test' }] },
    ]);
  });

  it('holds the stream key in StreamName only', () => {
    const { Destinations: _destinations, ...rest } = request;
    expect(JSON.stringify(rest)).not.toContain('key-of-the-test');
  });

  it('carries the tags that mark the channel as ours and the token that makes a repeat safe', () => {
    expect(request).toMatchObject({
      RequestId: 'token',
      Name: 'sluice-test-dst_1',
      Tags: { 'sluice:deployment': 'test', 'sluice:destination': 'dst_1' },
    });
  });

  it('disables thumbnails, which the role of the channel could not upload', () => {
    expect(request.EncoderSettings?.ThumbnailConfiguration).toEqual({ State: 'DISABLED' });
  });

  it('declares the deployment’s input and maintenance window, and logs at WARNING', () => {
    expect(request).toMatchObject({
      InputSpecification: { Codec: 'AVC', Resolution: 'HD', MaximumBitrate: 'MAX_20_MBPS' },
      Maintenance: { MaintenanceDay: 'TUESDAY', MaintenanceStartTime: '04:00' },
      LogLevel: 'WARNING',
    });
  });

  it('uses a constant bitrate and fills gaps in the input', () => {
    const h264 = request.EncoderSettings!.VideoDescriptions![0]!.CodecSettings!.H264Settings!;
    expect(h264).toMatchObject({ RateControlMode: 'CBR', Bitrate: encoding.videoBitrateBps, GopNumBFrames: 2 });
    const { RtmpGroupSettings: group } = request.EncoderSettings!.OutputGroups![0]!.OutputGroupSettings!;
    expect(group).toMatchObject({ IncludeFillerNalUnits: 'AUTO', InputLossAction: 'EMIT_OUTPUT' });
  });

  it('converts other colours to BT.709 and states them', () => {
    const h264 = request.EncoderSettings!.VideoDescriptions![0]!.CodecSettings!.H264Settings!;
    expect(h264).toMatchObject({ ColorMetadata: 'INSERT', ColorSpaceSettings: { Rec709Settings: {} } });
  });

  it('verifies certificates and restarts a lost output', () => {
    const [group] = request.EncoderSettings!.OutputGroups!;
    expect(group!.OutputGroupSettings!.RtmpGroupSettings!.RestartDelay).toBe(30);
    expect(group!.Outputs![0]!.OutputSettings!.RtmpOutputSettings!.CertificateMode).toBe('VERIFY_AUTHENTICITY');
  });
});

describe('a video description', () => {
  it('always specifies the frame rate, with NTSC rates over a denominator of 1001', () => {
    for (const [rate, numerator, denominator] of [
      [30, 30, 1],
      [60, 60, 1],
      [29.97, 30_000, 1001],
      [59.94, 60_000, 1001],
      [23.976, 24_000, 1001],
      [25, 25, 1],
      [12.5, 12_500, 1000],
    ] as const) {
      expect(video({ framesPerSecond: rate }).CodecSettings!.H264Settings).toMatchObject({
        FramerateControl: 'SPECIFIED',
        FramerateNumerator: numerator,
        FramerateDenominator: denominator,
      });
    }
  });

  it('has no size when the encoding follows the source', () => {
    expect(video({ width: null, height: null })).not.toHaveProperty('Width');
    expect(video({})).toMatchObject({ Width: 1280, Height: 720 });
  });
});

describe('the settings of the primary channel', () => {
  const settingsOf = (change: Partial<EncodingTarget>) =>
    buildChannelSettings({
      ...base,
      target: { kind: 'package', packageChannelId: 'hls', encodings: [{ ...encoding, ...change }] },
    });

  it('spend only the bits the picture needs', () => {
    const h264 = settingsOf({}).EncoderSettings.VideoDescriptions![0]!.CodecSettings!.H264Settings!;
    expect(h264).toMatchObject({ RateControlMode: 'QVBR', QvbrQualityLevel: 7, MaxBitrate: encoding.videoBitrateBps });
    expect(h264.Bitrate).toBeUndefined();
  });

  it('are refused without a size, which MediaPackage outputs need', () => {
    expect(() => settingsOf({ width: null, height: null })).toThrow('the encoding 720p30 has no size');
  });

  it('have one MediaPackage output per rendition, each with its own video and audio', () => {
    const settings = buildChannelSettings({
      ...base,
      target: {
        kind: 'package',
        packageChannelId: 'hls',
        encodings: [encoding, { ...encoding, encodingId: '480p30' }],
      },
    });
    expect(settings.Destinations).toEqual([{ Id: 'destination', MediaPackageSettings: [{ ChannelId: 'hls' }] }]);
    expect(settings.EncoderSettings.OutputGroups![0]!.Outputs!.map((output) => output.VideoDescriptionName)).toEqual([
      '720p30',
      '480p30',
    ]);
  });
});

describe('the sound of a channel', () => {
  const plain = { track: { by: 'first' }, channels: 'source', loudnessLufs: null } as const;
  const settingsOf = (sound?: ChannelSound) =>
    buildChannelSettings({ ...base, target: { ...rtmp(), ...(sound && { sound }) } });
  const selectorsOf = (sound?: ChannelSound) => settingsOf(sound).InputAttachments[0]!.InputSettings.AudioSelectors;
  const audioOf = (sound?: ChannelSound) => settingsOf(sound).EncoderSettings.AudioDescriptions![0]!;

  it('is the first audio, without a selector', () => {
    expect(selectorsOf()).toBeUndefined();
    expect(selectorsOf(plain)).toBeUndefined();
    expect(audioOf(plain)).toEqual(audioOf());
    expect(audioOf(plain)).not.toHaveProperty('RemixSettings');
    expect(audioOf(plain)).not.toHaveProperty('AudioNormalizationSettings');
  });

  it.each([
    [{ by: 'pid', pid: 258 }, { AudioPidSelection: { Pid: 258 } }],
    [
      { by: 'language', language: 'spa' },
      { AudioLanguageSelection: { LanguageCode: 'spa', LanguageSelectionPolicy: 'STRICT' } },
    ],
  ] as const)('is chosen by a selector that the encode names', (track, SelectorSettings) => {
    const selectors = selectorsOf({ ...plain, track });
    expect(selectors).toEqual([{ Name: audioOf({ ...plain, track }).AudioSelectorName, SelectorSettings }]);
  });

  it('brings the first channel to both sides', () => {
    const {
      ChannelsIn: inputs,
      ChannelsOut: outputs,
      ChannelMappings: mappings,
    } = audioOf({
      ...plain,
      channels: 'mono_to_stereo',
    }).RemixSettings!;
    expect([inputs, outputs]).toEqual([1, 2]);
    expect(mappings).toEqual([
      { OutputChannel: 0, InputChannelLevels: [{ InputChannel: 0, Gain: 0 }] },
      { OutputChannel: 1, InputChannelLevels: [{ InputChannel: 0, Gain: 0 }] },
    ]);
  });

  it('is brought to a loudness as EBU R 128 measures it', () => {
    expect(audioOf({ ...plain, loudnessLufs: -23 }).AudioNormalizationSettings).toMatchObject({
      Algorithm: 'ITU_1770_3',
      AlgorithmControl: 'CORRECT_AUDIO',
      TargetLkfs: -23,
    });
  });
});
