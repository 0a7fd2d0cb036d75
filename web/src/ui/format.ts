import type { FlowStatusResource } from '../../../functions/api/schemas/flow.ts';

/** Formats bits per second, such as `6.1 Mbps` or `840 kbps`. */
export function formatBitrate(bitrateBps: number | null | undefined): string {
  if (bitrateBps === null || bitrateBps === undefined) return '–';
  if (bitrateBps >= 999_500) return `${(bitrateBps / 1e6).toFixed(1)} Mbps`;
  return `${Math.round(bitrateBps / 1000)} kbps`;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** Formats a duration as a clock: `4:07`, `1:02:09`, `2 d 03:04:05`. */
export function formatClock(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  const rest = `${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  if (days > 0) return `${days} d ${two(hours)}:${rest}`;
  return hours > 0 ? `${hours}:${rest}` : rest.replace(/^0/, '');
}

/** Formats a duration in one coarse unit: `4 s`, `12 min`, `3 h`. */
export function formatAge(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

/** Formats a measured duration: `0.4 s`, `12 s`, `4:07 min`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  return seconds < 120 ? `${Math.round(seconds)} s` : `${formatClock(milliseconds)} min`;
}

/** Formats a time of day in the operator's locale. */
export function formatTimeOfDay(at: string): string {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}

/** Formats a time of day with seconds. */
export function formatExactTime(at: string): string {
  return new Date(at).toLocaleTimeString();
}

/** Formats a past time in local time, with the date unless it is today. */
export function formatMoment(at: string, nowMs: number): string {
  const moment = new Date(at);
  if (moment.toDateString() === new Date(nowMs).toDateString()) return moment.toLocaleTimeString();
  return moment.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
}

/** NTSC frame rates; all others are whole numbers plus measurement noise. */
const FRACTIONAL_RATES = [23.976, 29.97, 59.94];

/** Formats frames per second: `30`, `59.94`. */
export function formatFrameRate(framesPerSecond: number | null | undefined): string {
  if (framesPerSecond === null || framesPerSecond === undefined) return '–';
  const fractional = FRACTIONAL_RATES.find((rate) => Math.abs(rate - framesPerSecond) < 0.015);
  return String(fractional ?? Math.round(framesPerSecond));
}

const RFC_3339 = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;

/** Formats an API text (lower case, no full stop, times in UTC) as a sentence with local times. */
export function sentence(text: string): string {
  const local = text.replaceAll(RFC_3339, (at) => new Date(at).toLocaleTimeString());
  return local.charAt(0).toUpperCase() + local.slice(1);
}

/** Formats a codec name. */
export function formatCodec(codec: string): string {
  const plain = codec.toLowerCase().replace(/[^a-z0-9]/g, '');
  return CODEC_NAMES[plain] ?? codec;
}

/**
 * Formats codec, profile, colour and scan in one line, without unknown parts. On AWS it says that the colours are unknown:
 * MediaConnect reports none, and MediaLive converts HDR only at a quality that costs more (AWS-56).
 */
export function formatCoding(video: NonNullable<FlowStatusResource['source']['video']>, isOnAws: boolean): string {
  const { codec, profile, level, chroma, bitDepth, scan, primaries, dynamicRange } = video;
  const name = [formatCodec(codec), profile, level && `@ ${level}`].filter(Boolean).join(' ');
  const known = [primaries, dynamicRange !== 'SDR' && dynamicRange].filter(Boolean).join(' ');
  const colour = known || (isOnAws && 'colours not known on AWS: send SDR');
  return [name, chroma, bitDepth && `${bitDepth} bit`, scan, colour].filter(Boolean).join(' · ');
}

const CODEC_NAMES: Record<string, string> = {
  h264: 'H.264',
  avc: 'H.264',
  h265: 'H.265',
  hevc: 'H.265',
  aac: 'AAC',
  mp3: 'MP3',
  ac3: 'AC-3',
  opus: 'Opus',
};
