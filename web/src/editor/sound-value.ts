import type { SoundSettings } from '../../../functions/domain/sound.ts';

/** The sound of a destination as the form keeps it: every value of a form is a string, and empty is the default. */

export type OwnSound = SoundSettings;

/** Shown first when a destination gets own settings: they change nothing. */
export const PLAIN_SOUND: OwnSound = { track: { by: 'first' }, channels: 'source', loudnessLufs: null };

/** Returns the settings of a form value; null for those of the deployment. */
export function readSound(value: string): OwnSound | null {
  try {
    return value === '' ? null : (JSON.parse(value) as OwnSound);
  } catch {
    // A draft of another version.
    return null;
  }
}

/** Returns the form value of settings. */
export function writeSound(sound: OwnSound | null | undefined): string {
  return sound ? JSON.stringify(sound) : '';
}

/** Describes settings in one line. */
export function describeSound(sound: OwnSound | null): string {
  if (!sound) return 'as the deployment';
  const { track, channels, loudnessLufs } = sound;
  return [
    describeTrack(track),
    channels === 'mono_to_stereo' && 'first channel on both sides',
    loudnessLufs !== null && `${loudnessLufs} LUFS`.replace('-', '−'),
  ]
    .filter(Boolean)
    .join(', ');
}

function describeTrack(track: OwnSound['track']): string {
  if (track.by === 'pid') return `PID ${track.pid}`;
  if (track.by === 'language') return `language ${track.language}`;
  return track.by === 'number' ? `track ${track.number}` : 'first track';
}

/** Returns a track as text that people type: `first`, `track 2`, `pid 257` or a language. */
export function writeTrack(track: OwnSound['track']): string {
  if (track.by === 'pid') return `pid ${track.pid}`;
  if (track.by === 'number') return `track ${track.number}`;
  return track.by === 'language' ? track.language : 'first';
}

/** Reads such text. Anything else counts as a language, so that the API's message appears at the field. */
export function readTrack(text: string): OwnSound['track'] {
  const trimmed = text.trim().toLowerCase();
  if (trimmed === '' || trimmed === 'first') return { by: 'first' };
  const [, kind, number] = /^(pid|track)\s*(\d+)$/.exec(trimmed) ?? [];
  if (kind === 'pid') return { by: 'pid', pid: Number(number) };
  return kind === 'track' ? { by: 'number', number: Number(number) } : { by: 'language', language: trimmed };
}
