/** Builds requests for tests, in the shapes that the product sends to MediaConnect and MediaLive. */
import type { CreateFlowCommandInput } from '@aws-sdk/client-mediaconnect';
import type { CreateChannelCommandInput, EncoderSettings, OutputGroup } from '@aws-sdk/client-medialive';

/** Builds a flow with one SRT listener. */
export function makeFlowRequest(changes: Partial<CreateFlowCommandInput> = {}): CreateFlowCommandInput {
  return {
    Name: 'studio',
    Source: {
      Name: 'encoder',
      Protocol: 'srt-listener',
      IngestPort: 9998,
      MinLatency: 200,
      WhitelistCidr: '127.0.0.1/32',
    },
    ...changes,
  };
}

/** Builds one 1080p30 H.264 and AAC encode for one output group. */
export function makeEncoderSettings(group: OutputGroup): EncoderSettings {
  return {
    TimecodeConfig: { Source: 'SYSTEMCLOCK' },
    AudioDescriptions: [
      {
        Name: 'a1',
        AudioSelectorName: 'default',
        CodecSettings: { AacSettings: { Bitrate: 128_000, CodingMode: 'CODING_MODE_2_0', SampleRate: 48_000 } },
      },
    ],
    VideoDescriptions: [
      {
        Name: 'v1',
        Width: 1920,
        Height: 1080,
        CodecSettings: {
          H264Settings: {
            RateControlMode: 'CBR',
            Bitrate: 6_000_000,
            FramerateControl: 'SPECIFIED',
            FramerateNumerator: 30,
            FramerateDenominator: 1,
            ParControl: 'SPECIFIED',
            ParNumerator: 1,
            ParDenominator: 1,
            GopSize: 2,
            GopSizeUnits: 'SECONDS',
            Profile: 'HIGH',
          },
        },
      },
    ],
    OutputGroups: [group],
  };
}

/** Builds an RTMP output group with one output to the destination `rtmp`. */
export function makeRtmpGroup(): OutputGroup {
  return {
    Name: 'rtmp',
    OutputGroupSettings: { RtmpGroupSettings: { AuthenticationScheme: 'COMMON', CacheLength: 30, RestartDelay: 15 } },
    Outputs: [
      {
        OutputName: 'rtmp1',
        VideoDescriptionName: 'v1',
        AudioDescriptionNames: ['a1'],
        OutputSettings: {
          RtmpOutputSettings: { Destination: { DestinationRefId: 'rtmp' }, CertificateMode: 'VERIFY_AUTHENTICITY' },
        },
      },
    ],
  };
}

/** Builds a MediaPackage output group with one output to the destination `mp`. */
export function makePackageGroup(): OutputGroup {
  return {
    Name: 'hls',
    OutputGroupSettings: { MediaPackageGroupSettings: { Destination: { DestinationRefId: 'mp' } } },
    Outputs: [
      {
        OutputName: '_1080p',
        VideoDescriptionName: 'v1',
        AudioDescriptionNames: ['a1'],
        OutputSettings: { MediaPackageOutputSettings: {} },
      },
    ],
  };
}

/** Not a key of any platform. */
export const CANARY_KEY = 'canary-stream-key-of-the-tests';

/** Builds a single-pipeline RTMP channel that reads one input. */
export function makeChannelRequest(
  inputId: string,
  changes: Partial<CreateChannelCommandInput> = {},
): CreateChannelCommandInput {
  return {
    Name: 'to a platform',
    ChannelClass: 'SINGLE_PIPELINE',
    RoleArn: 'arn:aws:iam::000000000000:role/media',
    InputSpecification: { Codec: 'AVC', Resolution: 'HD', MaximumBitrate: 'MAX_10_MBPS' },
    InputAttachments: [{ InputId: inputId, InputAttachmentName: 'primary' }],
    Destinations: [{ Id: 'rtmp', Settings: [{ Url: 'rtmps://live.example.com:443/app', StreamName: CANARY_KEY }] }],
    EncoderSettings: makeEncoderSettings(makeRtmpGroup()),
    ...changes,
  };
}
