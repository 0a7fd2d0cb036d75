import type { AacCodingMode, AudioDescription, AudioSelector, RemixSettings } from '@aws-sdk/client-medialive';
import type { RenditionSound, SoundSelection } from '../../engine/contract.ts';

/** MediaLive's default for the limiter is 0 dB; a lossy codec overshoots it. */
const DEFAULT_TRUE_PEAK_DBTP = -1;

/** Returns the channels of an audio description's coding mode. */
export function channelsOf({ CodecSettings: codec }: Pick<AudioDescription, 'CodecSettings'>): number {
  return toChannels(codec?.AacSettings?.CodingMode);
}

function toChannels(mode: AacCodingMode | undefined): number {
  if (mode === 'CODING_MODE_5_1') return 6;
  return mode === 'CODING_MODE_1_0' || mode === 'AD_RECEIVER_MIX' ? 1 : 2;
}

/**
 * Converts a checked audio description to the engine's settings of the sound.
 * @param selectors those of the input; without any the first audio is taken
 * @returns undefined for the first audio, unchanged
 */
export function buildSound(
  audio: AudioDescription | undefined,
  selectors: AudioSelector[],
): RenditionSound | undefined {
  const selector = selectors.find(({ Name: name }) => name === audio?.AudioSelectorName);
  const selection = selector && toSelection(selector);
  const { AudioNormalizationSettings: normalisation, RemixSettings: remix } = audio ?? {};
  const sound: RenditionSound = {
    ...(selection && { selection }),
    ...(remix && { remix: toFactors(remix) }),
    ...(normalisation && {
      loudness: {
        targetLufs: normalisation.TargetLkfs!,
        truePeakDbtp: normalisation.PeakLimiterThreshold ?? DEFAULT_TRUE_PEAK_DBTP,
      },
    }),
  };
  return Object.keys(sound).length > 0 ? sound : undefined;
}

function toSelection({ SelectorSettings: settings }: AudioSelector): SoundSelection | undefined {
  const { AudioPidSelection: pid, AudioLanguageSelection: language } = settings ?? {};
  if (pid) return { by: 'pid', pid: pid.Pid! };
  if (!language) return undefined;
  return {
    by: 'language',
    language: language.LanguageCode!.toLowerCase(),
    isStrict: language.LanguageSelectionPolicy === 'STRICT',
  };
}

function toFactors({ ChannelsIn: inputs, ChannelsOut: outputs, ChannelMappings: mappings }: RemixSettings): number[][] {
  return Array.from({ length: outputs! }, (_row, output) => {
    const levels = mappings!.find(({ OutputChannel: channel }) => channel === output)?.InputChannelLevels ?? [];
    return Array.from({ length: inputs! }, (_factor, input) =>
      levels.reduce((sum, level) => sum + (level.InputChannel === input ? 10 ** (level.Gain! / 20) : 0), 0),
    );
  });
}
