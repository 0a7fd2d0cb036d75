import type {
  AudioDescription,
  AudioSelectorSettings,
  CreateChannelRequest,
  EncoderSettings,
  H264Settings,
  InputLossBehavior,
  InputSettings,
  OutputDestination,
  OutputDestinationSettings,
  RemixSettings,
  VideoDescription,
} from '@aws-sdk/client-medialive';
import { assertNever } from '../domain/assert-never.ts';
import type { ChannelClass } from '../domain/destination.ts';
import type { SoundSettings, SoundTrack } from '../domain/sound.ts';
import type { StreamKey } from '../domain/stream-key.ts';
import type { Deployment } from './clients.ts';
import { OUTPUT_GROUP_NAMES, resourceName, tagsOf } from './names.ts';

/** Pure builders of MediaLive's channel requests. */

/** Raised with each change of what follows from no setting, so that kept channels get it at their next start. */
export const CHANNEL_SETTINGS_VERSION = 2;

/** Settings of one rendition. A null width and height keep the size of the source. */
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
 * How much a channel logs. WARNING is the default, because INFO lines contain the publish URL and everyone who may read
 * the log group could read it.
 */
export type ChannelLogLevel = 'WARNING' | 'INFO';

/** What the output sends while the input is lost: nothing, or a slate. A null URI shows a plain colour. */
export type SourceLoss = { kind: 'pause' } | { kind: 'slate'; uri: string | null };

/** What a channel does with the sound of its input. */
export interface ChannelSound extends Omit<SoundSettings, 'track'> {
  /** A track chosen by its place is known by its PID here: MediaLive has no places in a transport stream. */
  track: Exclude<SoundTrack, { by: 'number' }>;
}

/** Without `sound` a channel takes the first track as it is. */
export type ChannelTarget = { sound?: ChannelSound } & (
  | {
      kind: 'rtmp';
      rtmpUrl: string;
      streamKey: StreamKey;
      /** Where the second pipeline pushes; null for a channel with one pipeline. */
      backup: { rtmpUrl: string; streamKey: StreamKey } | null;
      encoding: EncodingTarget;
      /** Pause before a reconnect, in seconds: a platform holds the old session for a while. */
      reconnectSeconds: number;
      sourceLoss: SourceLoss;
    }
  | { kind: 'package'; packageChannelId: string; encodings: EncodingTarget[] }
);

interface ChannelRequestInput {
  deployment: Pick<Deployment, 'deploymentId' | 'mediaLiveRoleArn' | 'declaredInput' | 'maintenance'>;
  destinationId: string;
  inputId: string;
  requestId: string;
  target: ChannelTarget;
  logLevel: ChannelLogLevel;
}

/**
 * Builds the CreateChannel request of a destination. Pure.
 * @returns a request that holds the stream key in clear (`StreamName`): send it, never log or store it
 * @see https://docs.aws.amazon.com/medialive/latest/apireference/channels.html
 */
export function buildCreateChannel(input: ChannelRequestInput): CreateChannelRequest {
  const { deployment, destinationId, requestId } = input;
  return {
    ...buildChannelSettings(input),
    // MediaLive's default is STANDARD.
    ChannelClass: classOf(input.target),
    RequestId: requestId,
    Tags: tagsOf(deployment, destinationId),
  };
}

/** Returns the class of channel that a target needs. */
export function classOf(target: ChannelTarget): ChannelClass {
  return target.kind === 'rtmp' && target.backup !== null ? 'STANDARD' : 'SINGLE_PIPELINE';
}

/** Builds the settings that CreateChannel and UpdateChannel share. They too hold the stream key in clear. */
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
    // Without a window MediaLive picks one, possibly during a show.
    // https://docs.aws.amazon.com/medialive/latest/ug/maintenance.html
    Maintenance: { MaintenanceDay: deployment.maintenance.day, MaintenanceStartTime: deployment.maintenance.startTime },
    InputAttachments: [
      {
        InputId: inputId,
        InputAttachmentName: 'flow',
        InputSettings: { SourceEndBehavior: 'CONTINUE', ...toAudioSelectors(target.sound ?? FIRST_TRACK) },
      },
    ],
    Destinations: [outputDestination(target)],
    EncoderSettings: {
      ...encoderSettings(target),
      // Pictures come from the flow. The channel's role may not upload thumbnails, so MediaLive would alert for ever.
      ThumbnailConfiguration: { State: 'DISABLED' },
    },
  } satisfies CreateChannelRequest;
}

/** Returns the destination of a target, with one setting per pipeline. It holds the stream keys in clear. */
export function outputDestination(target: ChannelTarget): OutputDestination {
  switch (target.kind) {
    case 'rtmp':
      return { Id: 'destination', Settings: [target, ...(target.backup ? [target.backup] : [])].map(toSettings) };
    case 'package':
      return { Id: 'destination', MediaPackageSettings: [{ ChannelId: target.packageChannelId }] };
    default:
      return assertNever(target, 'channel target');
  }
}

function toSettings({ rtmpUrl, streamKey }: { rtmpUrl: string; streamKey: StreamKey }): OutputDestinationSettings {
  return { Url: rtmpUrl, StreamName: streamKey.reveal() };
}

function encoderSettings(target: ChannelTarget): EncoderSettings {
  switch (target.kind) {
    case 'rtmp':
      return rtmpEncoderSettings(target);
    case 'package':
      return packageEncoderSettings(target);
    default:
      return assertNever(target, 'channel target');
  }
}

/** Colour of the plain slate, six hex digits. */
export const SLATE_COLOUR = '1B2430';
/** A short loss shows the last picture, a longer one the slate. */
const REPEAT_PICTURE_MS = 1_000;

function inputLossBehavior({ uri }: Extract<SourceLoss, { kind: 'slate' }>): InputLossBehavior {
  const image: InputLossBehavior =
    uri === null
      ? { InputLossImageType: 'COLOR', InputLossImageColor: SLATE_COLOUR }
      : { InputLossImageType: 'SLATE', InputLossImageSlate: { Uri: uri } };
  return { RepeatFrameMsec: REPEAT_PICTURE_MS, BlackFrameMsec: 0, ...image };
}

/** Name of the only output of an RTMP group. */
export const RTMP_OUTPUT_NAME = 'rtmp';

function rtmpEncoderSettings(target: Extract<ChannelTarget, { kind: 'rtmp' }>): EncoderSettings {
  const { encoding, sourceLoss } = target;
  return {
    ...(sourceLoss.kind === 'slate' && { GlobalConfiguration: { InputLossBehavior: inputLossBehavior(sourceLoss) } }),
    TimecodeConfig: { Source: 'SYSTEMCLOCK' },
    AudioDescriptions: [audioDescription(encoding, target.sound ?? FIRST_TRACK)],
    VideoDescriptions: [videoDescription(encoding, constantRate(encoding))],
    OutputGroups: [
      {
        Name: OUTPUT_GROUP_NAMES.rtmp,
        OutputGroupSettings: {
          RtmpGroupSettings: {
            AuthenticationScheme: 'COMMON',
            CacheLength: 30,
            CacheFullBehavior: 'DISCONNECT_IMMEDIATELY',
            // With 0 MediaLive would never restart the output.
            RestartDelay: target.reconnectSeconds,
            InputLossAction: sourceLoss.kind === 'slate' ? 'EMIT_OUTPUT' : 'PAUSE_OUTPUT',
            // Some platforms warn of a low bitrate while the picture is static.
            IncludeFillerNalUnits: 'AUTO',
          },
        },
        Outputs: [
          {
            OutputName: RTMP_OUTPUT_NAME,
            VideoDescriptionName: encoding.encodingId,
            AudioDescriptionNames: [`${encoding.encodingId}-audio`],
            OutputSettings: {
              RtmpOutputSettings: {
                Destination: { DestinationRefId: 'destination' },
                CertificateMode: 'VERIFY_AUTHENTICITY',
                ConnectionRetryInterval: 2,
                // A channel stops when its only output has used up its retries. An hour of retries outlasts most
                // outages.
                NumRetries: 1800,
              },
            },
          },
        ],
      },
    ],
  };
}

/**
 * Builds the encoder settings of the primary channel.
 * @throws {Error} when an encoding has no size, because MediaLive refuses a MediaPackage output without one
 */
function packageEncoderSettings({
  encodings,
  sound = FIRST_TRACK,
}: Extract<ChannelTarget, { kind: 'package' }>): EncoderSettings {
  const sizeless = encodings.find(({ width, height }) => width === null || height === null);
  if (sizeless) throw new Error(`the encoding ${sizeless.encodingId} has no size, which a MediaPackage output needs`);
  return {
    TimecodeConfig: { Source: 'EMBEDDED' },
    AudioDescriptions: encodings.map((encoding) => audioDescription(encoding, sound)),
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

const FIRST_TRACK: ChannelSound = { track: { by: 'first' }, channels: 'source', loudnessLufs: null };

const AUDIO_SELECTOR = 'default';

/** Chooses the track. MediaLive takes the first when there is no selector. */
function toAudioSelectors({ track }: ChannelSound): Pick<InputSettings, 'AudioSelectors'> {
  const selection = selectionOf(track);
  return selection ? { AudioSelectors: [{ Name: AUDIO_SELECTOR, SelectorSettings: selection }] } : {};
}

function selectionOf(track: ChannelSound['track']): AudioSelectorSettings | null {
  switch (track.by) {
    case 'first':
      return null;
    case 'pid':
      return { AudioPidSelection: { Pid: track.pid } };
    case 'language':
      // Silence is better than commentary in a language that was not chosen.
      return { AudioLanguageSelection: { LanguageCode: track.language, LanguageSelectionPolicy: 'STRICT' } };
    default:
      return assertNever(track, 'track');
  }
}

/** The measurement of EBU R 128, with a limiter below the overshoot of AAC. */
const LOUDNESS = {
  Algorithm: 'ITU_1770_3',
  AlgorithmControl: 'CORRECT_AUDIO',
  PeakCalculation: 'TRUE_PEAK',
  PeakLimiterThreshold: -1,
} as const;

/** Brings the first input channel to both sides, whether the input has one channel or two. */
const MONO_TO_STEREO: RemixSettings = {
  ChannelsIn: 1,
  ChannelsOut: 2,
  ChannelMappings: [0, 1].map((channel) => ({
    OutputChannel: channel,
    InputChannelLevels: [{ InputChannel: 0, Gain: 0 }],
  })),
};

function audioDescription(encoding: EncodingTarget, { channels, loudnessLufs }: ChannelSound): AudioDescription {
  return {
    Name: `${encoding.encodingId}-audio`,
    AudioSelectorName: AUDIO_SELECTOR,
    ...(channels === 'mono_to_stereo' && { RemixSettings: MONO_TO_STEREO }),
    ...(loudnessLufs !== null && { AudioNormalizationSettings: { ...LOUDNESS, TargetLkfs: loudnessLufs } }),
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

/** Returns a constant bitrate, which platforms require. */
function constantRate({ videoBitrateBps }: EncodingTarget): H264Settings {
  return { RateControlMode: 'CBR', Bitrate: videoBitrateBps };
}

/** Returns a variable bitrate up to the encoding's, because the preview needs no padding. */
function qualityRate({ videoBitrateBps }: EncodingTarget): H264Settings {
  return { RateControlMode: 'QVBR', QvbrQualityLevel: QVBR_QUALITY_LEVEL, MaxBitrate: videoBitrateBps };
}

/**
 * MediaLive's recommendation for 720p and 1080p on a computer screen.
 * @see https://docs.aws.amazon.com/medialive/latest/ug/cbr-vbr-qvbr.html
 */
const QVBR_QUALITY_LEVEL = 7;

/** Every platform accepts B-frames. Set explicitly, so a change of MediaLive's default has no effect here. */
const B_FRAMES = 2;

/**
 * Platforms expect BT.709. MediaLive converts what states another color space; pictures without metadata stay as they are.
 * @see https://docs.aws.amazon.com/medialive/latest/ug/color-space.html
 */
const BT_709 = { ColorMetadata: 'INSERT', ColorSpaceSettings: { Rec709Settings: {} } } as const;

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
        // Platforms require a constant keyframe interval.
        SceneChangeDetect: 'DISABLED',
        Profile: H264_PROFILES[encoding.h264Profile],
        Level: 'H264_LEVEL_AUTO',
        ScanType: 'PROGRESSIVE',
        ParControl: 'SPECIFIED',
        ParNumerator: 1,
        ParDenominator: 1,
        AdaptiveQuantization: 'AUTO',
        ...BT_709,
      },
    },
  };
}

/** Converts a frame rate to the fraction MediaLive expects; NTSC rates have a denominator of 1001. */
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
