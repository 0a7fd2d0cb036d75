/** What a destination does with the sound of the source. */

/** Which track of the source is taken. A chosen track that is missing is silent: no other one replaces it. */
export type SoundTrack =
  | { by: 'first' }
  /** Packet identifier in the transport stream. */
  | { by: 'pid'; pid: number }
  /** Three lower-case letters as the source states them (ISO 639-2). */
  | { by: 'language'; language: string }
  /** Place among the tracks of the source, from 1. */
  | { by: 'number'; number: number };

export const SOUND_CHANNELS = ['source', 'mono_to_stereo'] as const;

export interface SoundSettings {
  track: SoundTrack;
  /** `mono_to_stereo` brings the first channel to both sides. */
  channels: (typeof SOUND_CHANNELS)[number];
  /** Loudness that the sound is brought to (EBU R 128); null leaves it. */
  loudnessLufs: -14 | -23 | null;
}

export const DEFAULT_SOUND: SoundSettings = { track: { by: 'first' }, channels: 'source', loudnessLufs: null };

/** PIDs that may carry a stream (ISO/IEC 13818-1 table 2-3). */
export const PID_MIN = 0x10;
export const PID_MAX = 0x1ffe;
/** More tracks fit into no program table that an encoder writes. */
export const TRACK_NUMBER_MAX = 32;

/**
 * Returns the settings that apply to a destination.
 * @param own null or absent: those of the deployment
 * @param isEncoded false for what is sent as it is, or as the source is: only the track can be chosen
 */
export function soundOf(
  own: SoundSettings | null | undefined,
  common: SoundSettings,
  { isEncoded }: { isEncoded: boolean },
): SoundSettings {
  const wanted = own ?? common;
  return isEncoded ? wanted : { ...DEFAULT_SOUND, track: wanted.track };
}

/** Returns the fields that only an encoded destination can have. */
export function refusedUnencoded({ channels, loudnessLufs }: SoundSettings): ('channels' | 'loudnessLufs')[] {
  return [
    ...(channels === DEFAULT_SOUND.channels ? [] : ['channels' as const]),
    ...(loudnessLufs === DEFAULT_SOUND.loudnessLufs ? [] : ['loudnessLufs' as const]),
  ];
}
