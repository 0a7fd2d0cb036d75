import type { Frame } from './program.ts';

/**
 * Rounds program times to milliseconds, the unit of RTMP. No two frames of a kind get the same one: ffmpeg, which many
 * receivers are made of, complains about them. Two encoders, or one that steps back, can send sound less than a
 * millisecond apart.
 * @returns the time of the next frame of this kind, always later than the one before
 */
export function createMillisecondTimes(): (kind: Frame['kind'], ms: number) => number {
  const newestMs = { video: -Infinity, audio: -Infinity };
  return (kind, ms) => {
    newestMs[kind] = Math.max(Math.round(ms), newestMs[kind] + 1);
    return newestMs[kind];
  };
}
