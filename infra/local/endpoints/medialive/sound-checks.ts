/** MediaLive's semantic checks of a channel's sound: selectors, remixing and loudness. */
import type {
  AudioDescription,
  AudioNormalizationSettings,
  AudioSelector,
  AudioSelectorSettings,
  RemixSettings,
} from '@aws-sdk/client-medialive';
import { channelsOf } from './rendition-sound.ts';

type Refuse = (elementPath: string, errorMessage: string) => void;

/** "You can create a maximum of 20 audio selectors in one channel." https://docs.aws.amazon.com/medialive/latest/ug/input-audio-selectors.html */
const SELECTORS_MAX = 20;
const PID_MAX = 8191;
const INPUT_CHANNELS_MAX = 16;
const OUTPUT_CHANNELS = [1, 2, 4, 6, 8];
const GAIN_DB = { min: -60, max: 6 };
const TARGET_LKFS = { min: -59, max: 0 };
const PEAK_DB = { min: -8, max: 0 };
/** ffmpeg reaches no higher loudness. */
const LOCAL_TARGET_LKFS_MAX = -5;

/** Checks the audio selectors of one input attachment. */
export function checkAudioSelectors(selectors: AudioSelector[], path: string, refuse: Refuse): void {
  if (selectors.length > SELECTORS_MAX) refuse(path, `a channel has at most ${SELECTORS_MAX} audio selectors`);
  const names = selectors.map(({ Name: name }) => name);
  if (new Set(names).size < names.length) refuse(path, 'names must be unique');
  for (const [index, { Name: name, SelectorSettings: settings }] of selectors.entries()) {
    const at = `${path}/${index}`;
    if (!name) refuse(`${at}/name`, 'an audio selector needs a name');
    if (settings !== undefined) checkSelection(settings, `${at}/selectorSettings`, refuse);
  }
}

function checkSelection(settings: AudioSelectorSettings, path: string, refuse: Refuse): void {
  const given = Object.values(settings).filter((member) => member !== undefined);
  if (given.length !== 1) {
    refuse(path, 'exactly one kind of selection is required');
    return;
  }
  const { AudioPidSelection: pid, AudioLanguageSelection: language, AudioTrackSelection: tracks } = settings;
  if (pid) {
    if (!isWhole(pid.Pid, 0, PID_MAX)) refuse(`${path}/audioPidSelection/pid`, `must be from 0 to ${PID_MAX}`);
    if (pid.Pids) refuse(`${path}/audioPidSelection/pids`, 'this local endpoint mixes no streams');
  } else if (language) {
    if (!/^[a-z]{3}$/i.test(language.LanguageCode ?? ''))
      refuse(`${path}/audioLanguageSelection/languageCode`, 'must be a three-letter language code');
  } else if (tracks) {
    for (const [index, { Track: track }] of (tracks.Tracks ?? []).entries()) {
      if (isWhole(track, 1, Number.MAX_SAFE_INTEGER)) continue;
      refuse(`${path}/audioTrackSelection/tracks/${index}/track`, 'must be a whole number from 1');
    }
    refuse(`${path}/audioTrackSelection`, 'a transport stream is selected from by PID or language');
  } else {
    refuse(`${path}/audioHlsRenditionSelection`, 'only an HLS input has renditions');
  }
}

/** Checks one audio description. @param selectorNames names of the input's selectors; none: the first audio is taken */
export function checkAudio(
  audio: AudioDescription,
  selectorNames: (string | undefined)[],
  path: string,
  refuse: Refuse,
): void {
  if (selectorNames.length > 0 && !selectorNames.includes(audio.AudioSelectorName))
    refuse(`${path}/audioSelectorName`, 'must name an audio selector of the input');
  const { AudioNormalizationSettings: loudness, RemixSettings: remix } = audio;
  if (loudness) checkLoudness(loudness, `${path}/audioNormalizationSettings`, refuse);
  if (remix) checkRemix(remix, channelsOf(audio), `${path}/remixSettings`, refuse);
}

function checkLoudness(settings: AudioNormalizationSettings, path: string, refuse: Refuse): void {
  const { Algorithm: algorithm, AlgorithmControl: control, TargetLkfs: target, PeakLimiterThreshold: peak } = settings;
  if (algorithm === undefined || algorithm === 'ITU_1770_1')
    refuse(`${path}/algorithm`, 'this local endpoint measures as ITU-R BS.1770-2 and later do, with a gate');
  if (control !== 'CORRECT_AUDIO')
    refuse(`${path}/algorithmControl`, 'this local endpoint supports CORRECT_AUDIO only');
  if (!isWithin(target, TARGET_LKFS)) refuse(`${path}/targetLkfs`, 'must be from -59 to 0');
  else if (target > LOCAL_TARGET_LKFS_MAX)
    refuse(`${path}/targetLkfs`, `this local endpoint reaches at most ${LOCAL_TARGET_LKFS_MAX} LKFS`);
  if (peak !== undefined && !isWithin(peak, PEAK_DB)) refuse(`${path}/peakLimiterThreshold`, 'must be from -8 to 0');
}

function checkRemix(settings: RemixSettings, channels: number, path: string, refuse: Refuse): void {
  const { ChannelsIn: inputs, ChannelsOut: outputs, ChannelMappings: mappings = [] } = settings;
  if (!isWhole(inputs, 1, INPUT_CHANNELS_MAX)) refuse(`${path}/channelsIn`, `must be from 1 to ${INPUT_CHANNELS_MAX}`);
  if (!OUTPUT_CHANNELS.includes(outputs ?? 0)) refuse(`${path}/channelsOut`, `must be ${OUTPUT_CHANNELS.join(', ')}`);
  else if (outputs !== channels) refuse(`${path}/channelsOut`, 'must be the channels of the coding mode');
  const mapped = mappings.map(({ OutputChannel: output }) => output);
  if (new Set(mapped).size < mapped.length) refuse(`${path}/channelMappings`, 'an output channel is mapped once');
  if (mapped.length !== outputs) refuse(`${path}/channelMappings`, 'every output channel must be mapped');
  for (const [index, { OutputChannel: output, InputChannelLevels: levels = [] }] of mappings.entries()) {
    const at = `${path}/channelMappings/${index}`;
    if (!isWhole(output, 0, (outputs ?? 1) - 1)) refuse(`${at}/outputChannel`, 'must be below channelsOut');
    for (const [place, { Gain: gain, InputChannel: input }] of levels.entries()) {
      const level = `${at}/inputChannelLevels/${place}`;
      if (!isWhole(input, 0, (inputs ?? 1) - 1)) refuse(`${level}/inputChannel`, 'must be below channelsIn');
      if (!isWhole(gain, GAIN_DB.min, GAIN_DB.max))
        refuse(`${level}/gain`, `must be a whole number from ${GAIN_DB.min} to ${GAIN_DB.max}`);
    }
  }
}

function isWhole(value: number | undefined, min: number, max: number): boolean {
  return Number.isInteger(value) && isWithin(value, { min, max });
}

function isWithin(value: number | undefined, { min, max }: { min: number; max: number }): value is number {
  return value !== undefined && value >= min && value <= max;
}
