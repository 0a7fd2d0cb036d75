import type {
  AudioDescription,
  CreateChannelRequest,
  EncoderSettings,
  H264Settings,
  OutputDestination,
  VideoDescription,
} from '@aws-sdk/client-medialive';
import type { StreamKey } from '../domain/stream-key.ts';
import type { Deployment } from './clients.ts';
import { OUTPUT_GROUP_NAMES, resourceName, tagsOf } from './names.ts';

/** Pure builders of MediaLive's channel requests. */

/** What one rendition must become. Null width and height leave the size to the source. */
export interface EncodingTarget {
  encodingId: string;
  width: number | null;
  height: number | null;
  framesPerSecond: number;
  videoBitrateBps: number;
  gopSeconds: number;
  h264Profile: 'baseline' | 'main' | 'high';
  audioBitrateBps: number;
  audioSampleRateHz: number;
}

/**
 * How much a channel logs. WARNING by default: lines of INFO name the publish URL, and everybody who may read the log
 * group would read it too.
 */
export type ChannelLogLevel = 'WARNING' | 'INFO';

export type ChannelTarget =
  | {
      kind: 'rtmp';
      rtmpUrl: string;
      streamKey: StreamKey;
      encoding: EncodingTarget;
      /** Pause between reconnects, seconds: a platform still holds the old session for a while. */
      reconnectSeconds: number;
    }
  | { kind: 'package'; packageChannelId: string; encodings: EncodingTarget[] };

interface ChannelRequestInput {
  deployment: Pick<Deployment, 'deploymentId' | 'mediaLiveRoleArn' | 'declaredInput' | 'maintenance'>;
  destinationId: string;
  inputId: string;
  requestId: string;
  target: ChannelTarget;
  logLevel: ChannelLogLevel;
}

/**
 * Builds the CreateChannel request of a destination.
 * @returns holds the stream key in clear (`StreamName`): send it, never log or store it
 * @see https://docs.aws.amazon.com/medialive/latest/apireference/channels.html
 */
export function buildCreateChannel(input: ChannelRequestInput): CreateChannelRequest {
  const { deployment, destinationId, requestId } = input;
  return {
    ...buildChannelSettings(input),
    // Left out it would be STANDARD: two pipelines and two prices.
    ChannelClass: 'SINGLE_PIPELINE',
    RequestId: requestId,
    Tags: tagsOf(deployment, destinationId),
  };
}

/** The settings CreateChannel and UpdateChannel share. The same warning about the stream key applies. */
export function buildChannelSettings({
  deployment,
  destinationId,
  inputId,
  target,
  logLevel,
}: Omit<ChannelRequestInput, 'requestId'>) {
  return {
    Name: resourceName(deployment, destinationId),
    RoleArn: deployment.mediaLiveRoleArn,
    LogLevel: logLevel,
    InputSpecification: deployment.declaredInput,
    // Without a window MediaLive picks one, which may be in the middle of a show. [medialive/latest/ug/maintenance]
    Maintenance: { MaintenanceDay: deployment.maintenance.day, MaintenanceStartTime: deployment.maintenance.startTime },
    InputAttachments: [
      { InputId: inputId, InputAttachmentName: 'flow', InputSettings: { SourceEndBehavior: 'CONTINUE' } },
    ],
    Destinations: [outputDestination(target)],
    EncoderSettings: {
      ...(target.kind === 'rtmp' ? rtmpEncoderSettings(target) : packageEncoderSettings(target.encodings)),
      // Pictures come from the flow. Made here they would be uploaded by our role, which may not, and alert for ever.
      ThumbnailConfiguration: { State: 'DISABLED' },
    },
  } satisfies CreateChannelRequest;
}

function outputDestination(target: ChannelTarget): OutputDestination {
  return target.kind === 'rtmp'
    ? { Id: 'destination', Settings: [{ Url: target.rtmpUrl, StreamName: target.streamKey.reveal() }] }
    : { Id: 'destination', MediaPackageSettings: [{ ChannelId: target.packageChannelId }] };
}

function rtmpEncoderSettings(target: Extract<ChannelTarget, { kind: 'rtmp' }>): EncoderSettings {
  const { encoding } = target;
  return {
    TimecodeConfig: { Source: 'SYSTEMCLOCK' },
    AudioDescriptions: [audioDescription(encoding)],
    VideoDescriptions: [videoDescription(encoding, constantRate(encoding))],
    OutputGroups: [
      {
        Name: OUTPUT_GROUP_NAMES.rtmp,
        OutputGroupSettings: {
          RtmpGroupSettings: {
            AuthenticationScheme: 'COMMON',
            CacheLength: 30,
            CacheFullBehavior: 'DISCONNECT_IMMEDIATELY',
            // 0 would never restart.
            RestartDelay: target.reconnectSeconds,
            InputLossAction: 'EMIT_OUTPUT',
            // Some platforms complain of a low bitrate while the picture stands still.
            IncludeFillerNalUnits: 'AUTO',
          },
        },
        Outputs: [
          {
            OutputName: 'rtmp',
            VideoDescriptionName: encoding.encodingId,
            AudioDescriptionNames: [`${encoding.encodingId}-audio`],
            OutputSettings: {
              RtmpOutputSettings: {
                Destination: { DestinationRefId: 'destination' },
                CertificateMode: 'VERIFY_AUTHENTICITY',
                ConnectionRetryInterval: 2,
                // When these are used up a channel with one output stops; an hour of retries outlasts most outages.
                NumRetries: 1800,
              },
            },
          },
        ],
      },
    ],
  };
}

/** @throws {Error} when an encoding has no size: MediaLive refuses a MediaPackage output without one */
function packageEncoderSettings(encodings: EncodingTarget[]): EncoderSettings {
  const sizeless = encodings.find(({ width, height }) => width === null || height === null);
  if (sizeless) throw new Error(`the encoding ${sizeless.encodingId} has no size, which a MediaPackage output needs`);
  return {
    TimecodeConfig: { Source: 'EMBEDDED' },
    AudioDescriptions: encodings.map(audioDescription),
    VideoDescriptions: encodings.map((encoding) => videoDescription(encoding, qualityRate(encoding))),
    OutputGroups: [
      {
        Name: OUTPUT_GROUP_NAMES.package,
        OutputGroupSettings: { MediaPackageGroupSettings: { Destination: { DestinationRefId: 'destination' } } },
        Outputs: encodings.map((encoding) => ({
          OutputName: encoding.encodingId,
          VideoDescriptionName: encoding.encodingId,
          AudioDescriptionNames: [`${encoding.encodingId}-audio`],
          OutputSettings: { MediaPackageOutputSettings: {} },
        })),
      },
    ],
  };
}

function audioDescription(encoding: EncodingTarget): AudioDescription {
  return {
    Name: `${encoding.encodingId}-audio`,
    // With no selector of that name MediaLive takes the first audio.
    AudioSelectorName: 'default',
    AudioTypeControl: 'FOLLOW_INPUT',
    LanguageCodeControl: 'FOLLOW_INPUT',
    CodecSettings: {
      AacSettings: {
        Bitrate: encoding.audioBitrateBps,
        CodingMode: 'CODING_MODE_2_0',
        InputType: 'NORMAL',
        Profile: 'LC',
        RateControlMode: 'CBR',
        RawFormat: 'NONE',
        SampleRate: encoding.audioSampleRateHz,
        Spec: 'MPEG4',
      },
    },
  };
}

const H264_PROFILES = { baseline: 'BASELINE', main: 'MAIN', high: 'HIGH' } as const;

/** Platforms want a steady bitrate. */
function constantRate({ videoBitrateBps }: EncodingTarget): H264Settings {
  return { RateControlMode: 'CBR', Bitrate: videoBitrateBps };
}

/** Viewers of the preview pay for no padding: as many bits as the picture needs, up to the encoding's bitrate. */
function qualityRate({ videoBitrateBps }: EncodingTarget): H264Settings {
  return { RateControlMode: 'QVBR', QvbrQualityLevel: QVBR_QUALITY_LEVEL, MaxBitrate: videoBitrateBps };
}

/** MediaLive's advice for 720p and 1080p on a personal computer. [medialive/latest/ug/cbr-vbr-qvbr] */
const QVBR_QUALITY_LEVEL = 7;

/** All platforms take B-frames; set, so that a change of the service's default changes nothing here. */
const B_FRAMES = 2;

function videoDescription(encoding: EncodingTarget, rate: H264Settings): VideoDescription {
  const { numerator, denominator } = toFrameRateFraction(encoding.framesPerSecond);
  return {
    Name: encoding.encodingId,
    ...(encoding.width === null || encoding.height === null ? {} : { Width: encoding.width, Height: encoding.height }),
    ScalingBehavior: 'DEFAULT',
    RespondToAfd: 'NONE',
    Sharpness: 50,
    CodecSettings: {
      H264Settings: {
        ...rate,
        BufSize: encoding.videoBitrateBps * 2,
        // INITIALIZE_FROM_SOURCE is billed as 30 to 60 frames per second whatever the source is.
        FramerateControl: 'SPECIFIED',
        FramerateNumerator: numerator,
        FramerateDenominator: denominator,
        GopSize: encoding.gopSeconds,
        GopSizeUnits: 'SECONDS',
        GopClosedCadence: 1,
        GopNumBFrames: encoding.h264Profile === 'baseline' ? 0 : B_FRAMES,
        // Platforms want keyframes at a steady distance.
        SceneChangeDetect: 'DISABLED',
        Profile: H264_PROFILES[encoding.h264Profile],
        Level: 'H264_LEVEL_AUTO',
        ScanType: 'PROGRESSIVE',
        ParControl: 'SPECIFIED',
        ParNumerator: 1,
        ParDenominator: 1,
        AdaptiveQuantization: 'AUTO',
      },
    },
  };
}

/** Writes a frame rate as MediaLive wants it; the NTSC rates are thousandths of 1001. */
function toFrameRateFraction(framesPerSecond: number): { numerator: number; denominator: number } {
  for (const base of [24, 30, 60]) {
    const ntsc = (base * 1000) / 1001;
    if (
      Math.abs(framesPerSecond - ntsc) < Math.abs(framesPerSecond - base) &&
      Math.abs(framesPerSecond - ntsc) < 0.02
    ) {
      return { numerator: base * 1000, denominator: 1001 };
    }
  }
  return Number.isInteger(framesPerSecond)
    ? { numerator: framesPerSecond, denominator: 1 }
    : { numerator: Math.round(framesPerSecond * 1000), denominator: 1000 };
}
