/**
 * MediaLive's semantic checks of a channel: settings that its shapes allow and the service still refuses, with a 422
 * that names each element. Findings never quote values, because a destination contains a stream key.
 */
import type {
  AudioDescription,
  EncoderSettings,
  InputAttachment,
  Output,
  OutputDestination,
  OutputGroup,
  VideoDescription,
} from '@aws-sdk/client-medialive';
import type { MediaContext } from '../media/media-context.ts';
import type { ChannelRecord, MediaState } from '../media/media-state.ts';
import { checkColour } from './colour-checks.ts';
import { checkInputLoss } from './input-loss.ts';
import { lookUp } from '../media/media-state.ts';
import { unprocessable } from '../wire/aws-error.ts';
import type { ValidationFinding } from '../wire/aws-error.ts';
import { checkAudio, checkAudioSelectors } from './sound-checks.ts';

const BITRATE_MIN = 1000;
const CACHE_LENGTH_MIN = 30;

/** Validates the settings of a channel. Throws UnprocessableEntityException. */
export function checkChannel(
  settings: ChannelRecord['settings'],
  context: Pick<MediaContext, 'objects' | 'state'>,
): void {
  const { state } = context;
  const findings: ValidationFinding[] = [];
  const refuse: Refuse = (elementPath, errorMessage) => findings.push({ elementPath, errorMessage });
  checkMaintenance(settings.Maintenance, refuse);
  const { EncoderSettings: encoder, Destinations: destinations = [], InputAttachments: attachments = [] } = settings;

  if (attachments.length !== 1)
    refuse('/inputAttachments', 'exactly one input attachment is supported by this local endpoint');
  for (const [index, attachment] of attachments.entries()) {
    const input = lookUp(state.inputs, attachment.InputId);
    if (input === undefined || input.state === 'DELETED' || input.state === 'DELETING') {
      refuse(`/inputAttachments/${index}/inputId`, 'the input does not exist');
    } else if (input.type === 'URL_PULL') {
      refuse(`/inputAttachments/${index}/inputId`, 'channels of this local endpoint read push inputs only');
    }
  }
  const settingsPerDestination = settings.ChannelClass === 'SINGLE_PIPELINE' ? 1 : 2;
  for (const [index, destination] of destinations.entries()) {
    checkDestination(destination, settingsPerDestination, state, `/destinations/${index}`, refuse);
  }
  if (encoder === undefined) refuse('/encoderSettings', 'encoder settings are required');
  else {
    checkEncoder(encoder, destinations, refuse);
    checkInputLoss(context, encoder, refuse);
  }
  checkSound(attachments, encoder?.AudioDescriptions ?? [], refuse);
  if (findings.length > 0) throw unprocessable('The channel is not valid', findings);
}

function checkSound(attachments: InputAttachment[], audios: AudioDescription[], refuse: Refuse): void {
  const selectors = attachments.flatMap(({ InputSettings: settings }) => settings?.AudioSelectors ?? []);
  checkAudioSelectors(selectors, '/inputAttachments/0/inputSettings/audioSelectors', refuse);
  const names = selectors.map(({ Name: name }) => name);
  for (const [index, audio] of audios.entries())
    checkAudio(audio, names, `/encoderSettings/audioDescriptions/${index}`, refuse);
}

function checkMaintenance(maintenance: ChannelRecord['settings']['Maintenance'], refuse: Refuse): void {
  if (maintenance === undefined) return;
  if (maintenance.MaintenanceDay === undefined) refuse('/maintenance/maintenanceDay', 'a day is required');
  if (!/^([01]\d|2[0-3]):00$/.test(maintenance.MaintenanceStartTime ?? '')) {
    refuse('/maintenance/maintenanceStartTime', 'must be a full hour such as 04:00');
  }
}

type Refuse = (elementPath: string, errorMessage: string) => void;

function checkDestination(
  destination: OutputDestination,
  expected: number,
  state: MediaState,
  path: string,
  refuse: Refuse,
): void {
  const kinds = [
    destination.Settings,
    destination.MediaPackageSettings,
    destination.MultiplexSettings,
    destination.SrtSettings,
  ].filter((kind) => kind !== undefined);
  if (!destination.Id) refuse(`${path}/id`, 'a destination needs an id');
  if (kinds.length !== 1) {
    refuse(path, 'exactly one of settings, MediaPackage settings, or Multiplex settings is required for a destination');
    return;
  }
  for (const [index, item] of (destination.MediaPackageSettings ?? []).entries()) {
    if (lookUp(state.packageChannels, item.ChannelId) === undefined) {
      refuse(`${path}/mediaPackageSettings/${index}/channelId`, 'the MediaPackage channel does not exist');
    }
  }
  const { Settings: settings } = destination;
  if (settings === undefined) return;
  if (settings.length !== expected) {
    refuse(
      `${path}/settings`,
      `${expected} destination settings are required for this channel class, not ${settings.length}`,
    );
  }
  // Two pipelines with one address and name would disconnect each other.
  if (new Set(settings.map(({ Url, StreamName }) => `${Url} ${StreamName}`)).size < settings.length) {
    refuse(`${path}/settings`, 'the settings of the two pipelines must differ');
  }
  for (const [index, item] of settings.entries()) {
    if (!/^rtmps?:\/\/[^\s/]+\/\S*$/.test(item.Url ?? '')) {
      refuse(`${path}/settings/${index}/url`, 'the url must be rtmp:// or rtmps:// with a host and an application');
    }
    if (!item.StreamName) refuse(`${path}/settings/${index}/streamName`, 'a stream name is required for RTMP');
  }
}

function checkEncoder(encoder: EncoderSettings, destinations: OutputDestination[], refuse: Refuse): void {
  const path = '/encoderSettings';
  const videos = encoder.VideoDescriptions ?? [];
  const audios = encoder.AudioDescriptions ?? [];
  const groups = encoder.OutputGroups ?? [];
  refuseRepeats(
    videos.map((video) => video.Name),
    `${path}/videoDescriptions`,
    refuse,
  );
  refuseRepeats(
    audios.map((audio) => audio.Name),
    `${path}/audioDescriptions`,
    refuse,
  );
  for (const [index, video] of videos.entries()) checkVideo(video, `${path}/videoDescriptions/${index}`, refuse);
  for (const [index, audio] of audios.entries()) {
    const at = `${path}/audioDescriptions/${index}/codecSettings`;
    if (audio.CodecSettings === undefined) continue;
    if (membersOf(audio.CodecSettings) !== 1) refuse(at, 'exactly one codec is required');
    checkBitrate(audio.CodecSettings.AacSettings?.Bitrate, `${at}/aacSettings/bitrate`, refuse);
  }
  if (groups.length !== 1)
    refuse(`${path}/outputGroups`, 'exactly one output group is supported by this local endpoint');
  for (const [index, group] of groups.entries()) {
    checkGroup(group, { encoder, destinations, path: `${path}/outputGroups/${index}` }, refuse);
  }
  refuseRepeats(
    groups.flatMap((group) => (group.Outputs ?? []).flatMap((output) => output.OutputName ?? [])),
    `${path}/outputGroups`,
    refuse,
  );
}

function checkVideo(video: VideoDescription, path: string, refuse: Refuse): void {
  if ((video.Width === undefined) !== (video.Height === undefined)) {
    refuse(path, 'width and height are given together or not at all');
  }
  if (video.CodecSettings === undefined) return;
  if (membersOf(video.CodecSettings) !== 1) refuse(`${path}/codecSettings`, 'exactly one codec is required');
  const h264 = video.CodecSettings.H264Settings;
  const at = `${path}/codecSettings/h264Settings`;
  if (h264 === undefined) {
    refuse(`${path}/codecSettings`, 'H264Settings is the only codec of this local endpoint');
    return;
  }
  checkBitrate(h264.Bitrate, `${at}/bitrate`, refuse);
  checkBitrate(h264.MaxBitrate, `${at}/maxBitrate`, refuse);
  if (h264.RateControlMode === 'QVBR' && h264.MaxBitrate === undefined) {
    refuse(`${at}/maxBitrate`, 'QVBR needs a maximum bitrate');
  }
  if (h264.FramerateControl === 'SPECIFIED' && !(h264.FramerateNumerator && h264.FramerateDenominator)) {
    refuse(`${at}/framerateNumerator`, 'a specified frame rate needs a numerator and a denominator');
  }
  if (h264.GopSize !== undefined && h264.GopSize <= 0) refuse(`${at}/gopSize`, 'the GOP size must be above 0');
  checkColour(h264, at, refuse);
}

interface GroupPlace {
  encoder: EncoderSettings;
  destinations: OutputDestination[];
  path: string;
}

function checkGroup(group: OutputGroup, place: GroupPlace, refuse: Refuse): void {
  const { path } = place;
  const settings = group.OutputGroupSettings;
  const outputs = group.Outputs ?? [];
  if (settings === undefined || membersOf(settings) !== 1) {
    refuse(`${path}/outputGroupSettings`, 'exactly one kind of output group is required');
    return;
  }
  const { RtmpGroupSettings: rtmp, MediaPackageGroupSettings: mediaPackage } = settings;
  if (rtmp === undefined && mediaPackage === undefined) {
    refuse(`${path}/outputGroupSettings`, 'RTMP and MediaPackage are the only output groups of this local endpoint');
    return;
  }
  if (outputs.length === 0) refuse(`${path}/outputs`, 'at least one output is required');
  if (rtmp !== undefined && outputs.length > 1) refuse(`${path}/outputs`, 'an RTMP output group has one output');
  if (rtmp?.CacheLength !== undefined && rtmp.CacheLength < CACHE_LENGTH_MIN) {
    refuse(`${path}/outputGroupSettings/rtmpGroupSettings/cacheLength`, `must be at least ${CACHE_LENGTH_MIN}`);
  }
  if (mediaPackage !== undefined) {
    const found = place.destinations.find((other) => other.Id === mediaPackage.Destination?.DestinationRefId);
    if (found?.MediaPackageSettings?.length !== 1) {
      refuse(
        `${path}/outputGroupSettings/mediaPackageGroupSettings/destination`,
        'must refer to a destination with MediaPackage settings',
      );
    }
    checkPackagedVideos(place.encoder, outputs, refuse);
  }
  for (const [index, output] of outputs.entries()) {
    checkOutput(output, { ...place, path: `${path}/outputs/${index}` }, rtmp !== undefined, refuse);
  }
}

/**
 * "You must specify values in Width and Height. The MediaPackage output group doesn't support leaving these fields
 * blank", and frame rate and pixel aspect ratio must be SPECIFIED. The frame rates of one ABR stack must be multiples
 * of the lowest.
 * @see https://docs.aws.amazon.com/medialive/latest/ug/mediapackage-encode-packaging.html
 */
function checkPackagedVideos(encoder: EncoderSettings, outputs: Output[], refuse: Refuse): void {
  const rates: number[] = [];
  for (const [index, video] of (encoder.VideoDescriptions ?? []).entries()) {
    if (!outputs.some((output) => output.VideoDescriptionName === video.Name)) continue;
    const path = `/encoderSettings/videoDescriptions/${index}`;
    if (video.Width === undefined) refuse(`${path}/width`, 'a MediaPackage output needs a width');
    if (video.Height === undefined) refuse(`${path}/height`, 'a MediaPackage output needs a height');
    const h264 = video.CodecSettings?.H264Settings;
    const at = `${path}/codecSettings/h264Settings`;
    if (h264?.FramerateControl !== 'SPECIFIED') refuse(`${at}/framerateControl`, 'must be SPECIFIED for MediaPackage');
    else rates.push(h264.FramerateNumerator! / h264.FramerateDenominator!);
    if (h264?.ParControl !== 'SPECIFIED') refuse(`${at}/parControl`, 'must be SPECIFIED for MediaPackage');
  }
  const lowest = Math.min(...rates);
  if (rates.some((rate) => !Number.isInteger(Number((rate / lowest).toFixed(6))))) {
    refuse('/encoderSettings/videoDescriptions', 'the frame rates of an ABR stack must be multiples of the lowest');
  }
}

function checkOutput(output: Output, place: GroupPlace, rtmp: boolean, refuse: Refuse): void {
  const { path, encoder, destinations } = place;
  if (!encoder.VideoDescriptions?.some((video) => video.Name === output.VideoDescriptionName)) {
    refuse(`${path}/videoDescriptionName`, 'must name a video description');
  }
  for (const [index, name] of (output.AudioDescriptionNames ?? []).entries()) {
    if (encoder.AudioDescriptions?.some((audio) => audio.Name === name)) continue;
    refuse(`${path}/audioDescriptionNames/${index}`, 'must name an audio description');
  }
  const settings = output.OutputSettings;
  if (settings === undefined || membersOf(settings) !== 1) {
    refuse(`${path}/outputSettings`, 'exactly one kind of output settings is required');
    return;
  }
  if (rtmp !== (settings.RtmpOutputSettings !== undefined)) {
    refuse(`${path}/outputSettings`, 'must be of the kind of its output group');
    return;
  }
  const reference = settings.RtmpOutputSettings?.Destination?.DestinationRefId;
  if (rtmp && !destinations.some((other) => other.Id === reference && other.Settings !== undefined)) {
    refuse(`${path}/outputSettings/rtmpOutputSettings/destination`, 'must refer to a destination with settings');
  }
}

function checkBitrate(bitrate: number | undefined, path: string, refuse: Refuse): void {
  if (bitrate !== undefined && bitrate < BITRATE_MIN) refuse(path, `must be at least ${BITRATE_MIN} bits per second`);
}

function refuseRepeats(names: (string | undefined)[], path: string, refuse: Refuse): void {
  if (new Set(names).size < names.length) refuse(path, 'names must be unique');
}

function membersOf(settings: object): number {
  return Object.values(settings).filter((member) => member !== undefined).length;
}
