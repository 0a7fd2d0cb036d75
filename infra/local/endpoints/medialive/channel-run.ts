import type { AudioSelector, EncoderSettings, H264Profile, Output, OutputGroup } from '@aws-sdk/client-medialive';
import type { ChannelRun, PackageOutput, Rendition, RtmpOutput } from '../../engine/contract.ts';
import type { MediaContext } from '../media/media-context.ts';
import { convertsToBt709 } from './colour-checks.ts';
import { toInputLoss } from './input-loss.ts';
import { RTP_INPUT_PORT } from '../media/feeds.ts';
import type { ChannelRecord, InputRecord } from '../media/media-state.ts';
import { buildSound, channelsOf } from './rendition-sound.ts';

// MediaLive's defaults as far as its model states them; the others are plausible choices.
const DEFAULT_VIDEO_BITRATE_BPS = 5_000_000;
const DEFAULT_AUDIO_BITRATE_BPS = 192_000;
const DEFAULT_SAMPLE_RATE_HZ = 48_000;
const DEFAULT_GOP_SECONDS = 2;
const NOMINAL_FRAMES_PER_SECOND = 30;

/**
 * Reduces a channel's settings to the input of the engine. A STANDARD channel has two pipelines to RTMP servers; into
 * MediaPackage only the first one sends here.
 * @param input the attached input; the first pipeline reads its first endpoint, the second its second
 * @returns contains the stream key in plain text: pass it to the engine and do not keep it
 */
export function buildChannelRun(context: MediaContext, channel: ChannelRecord, input: InputRecord): ChannelRun {
  const encoder = channel.settings.EncoderSettings!;
  const group = encoder.OutputGroups![0]!;
  const output = buildOutput(context, channel, { group, input });
  return { channelId: channel.id, inputAddress: endpointOf(input, 0), output };
}

/** Returns the address of one endpoint of an input. */
function endpointOf({ endpointIps }: InputRecord, pipeline: number): string {
  return `${endpointIps[pipeline]}:${RTP_INPUT_PORT}`;
}

function buildOutput(
  context: MediaContext,
  channel: ChannelRecord,
  { group, input }: { group: OutputGroup; input: InputRecord },
): ChannelRun['output'] {
  const encoder = channel.settings.EncoderSettings!;
  const { RtmpGroupSettings: rtmp, MediaPackageGroupSettings: mediaPackage } = group.OutputGroupSettings!;
  if (rtmp) {
    const inputLoss = toInputLoss(context, encoder);
    const built = buildRtmpOutput(channel, encoder, { output: group.Outputs![0]!, input });
    return { ...built, ...(inputLoss && { inputLoss }) };
  }
  if (mediaPackage) {
    return buildPackageOutput(channel, encoder, group.Outputs!, mediaPackage.Destination?.DestinationRefId);
  }
  throw new Error(`channel-checks.ts has accepted an output group of another kind on channel ${channel.id}`);
}

function buildRtmpOutput(
  channel: ChannelRecord,
  encoder: EncoderSettings,
  { output, input }: { output: Output; input: InputRecord },
): RtmpOutput {
  const settings = output.OutputSettings!.RtmpOutputSettings!;
  const destination = destinationOf(channel, settings.Destination?.DestinationRefId);
  const [main, backup] = destination.Settings!.map(({ Url, StreamName }) => ({ url: Url!, streamKey: StreamName! }));
  return {
    kind: 'rtmp',
    ...main!,
    verifyCertificate: settings.CertificateMode !== 'SELF_SIGNED',
    rendition: buildRendition(encoder, output, selectorsOf(channel)),
    ...(backup === undefined ? {} : { backup: { ...backup, inputAddress: endpointOf(input, 1) } }),
  };
}

function buildPackageOutput(
  channel: ChannelRecord,
  encoder: EncoderSettings,
  outputs: Output[],
  destinationId: string | undefined,
): PackageOutput {
  const destination = destinationOf(channel, destinationId);
  return {
    kind: 'package',
    packageChannelId: destination.MediaPackageSettings![0]!.ChannelId!,
    renditions: outputs.map((output) => buildRendition(encoder, output, selectorsOf(channel))),
  };
}

function destinationOf(channel: ChannelRecord, id: string | undefined) {
  return channel.settings.Destinations!.find((destination) => destination.Id === id)!;
}

function selectorsOf({ settings }: ChannelRecord): AudioSelector[] {
  return settings.InputAttachments?.[0]?.InputSettings?.AudioSelectors ?? [];
}

/** Converts the encoder settings of one output to a rendition of the engine. @param selectors those of the input */
export function buildRendition(encoder: EncoderSettings, output: Output, selectors: AudioSelector[] = []): Rendition {
  const video = encoder.VideoDescriptions!.find((other) => other.Name === output.VideoDescriptionName)!;
  const audio = encoder.AudioDescriptions!.find((other) => output.AudioDescriptionNames?.includes(other.Name ?? ''));
  const h264 = video.CodecSettings?.H264Settings;
  const sound = buildSound(audio, selectors);
  const aac = audio?.CodecSettings?.AacSettings;
  const framesPerSecond =
    h264?.FramerateControl === 'SPECIFIED' ? h264.FramerateNumerator! / h264.FramerateDenominator! : undefined;
  const gopSize = h264?.GopSize ?? DEFAULT_GOP_SECONDS;
  const inFrames = h264?.GopSize !== undefined && h264.GopSizeUnits !== 'SECONDS';
  return {
    name: output.OutputName ?? video.Name!,
    ...(video.Width === undefined ? {} : { width: video.Width }),
    ...(video.Height === undefined ? {} : { height: video.Height }),
    ...(framesPerSecond === undefined ? {} : { framesPerSecond }),
    videoBitrateBps: h264?.Bitrate ?? h264?.MaxBitrate ?? DEFAULT_VIDEO_BITRATE_BPS,
    gopSeconds: inFrames ? gopSize / (framesPerSecond ?? NOMINAL_FRAMES_PER_SECOND) : gopSize,
    h264Profile: toProfile(h264?.Profile),
    audioBitrateBps: aac?.Bitrate ?? DEFAULT_AUDIO_BITRATE_BPS,
    audioSampleRateHz: aac?.SampleRate ?? DEFAULT_SAMPLE_RATE_HZ,
    audioChannels: channelsOf(audio ?? {}),
    ...(sound && { sound }),
    ...(convertsToBt709(h264) && { colour: 'bt709' as const }),
  };
}

function toProfile(profile: H264Profile | undefined): Rendition['h264Profile'] {
  if (profile === 'BASELINE') return 'baseline';
  return profile?.startsWith('HIGH') ? 'high' : 'main';
}
