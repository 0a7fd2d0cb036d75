/** A change of the encoder's bitrate becomes the usual one within minutes; a collapse takes longer, so that it shows. */
const FOLLOWS_SECONDS = 60;
const FORGETS_SECONDS = 600;
/** Below this share of the usual bitrate it has collapsed. */
const COLLAPSED = 0.5;

/**
 * Follows what an encoder usually sends, as a moving average. Pure.
 * @param before the usual bitrate so far; null at the first figure
 * @param bitrateBps the newest figure; null when there is none, which changes nothing
 * @param seconds since the figure before
 */
export function usualBitrate(before: number | null, bitrateBps: number | null, seconds: number): number | null {
  if (bitrateBps === null || bitrateBps <= 0) return before;
  if (before === null) return bitrateBps;
  const pace = bitrateBps < before * COLLAPSED ? FORGETS_SECONDS : FOLLOWS_SECONDS;
  const share = 1 - Math.exp(-Math.max(0, seconds) / pace);
  return Math.round(before + (bitrateBps - before) * share);
}
