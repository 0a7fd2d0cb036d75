import { getPlatform, type ResolvedEncoding } from '../../presets/index.ts';
import { followRate } from './frame-rate.ts';

/**
 * What a channel takes over from its source when its preset follows the source. MediaLive has no passthrough: every
 * output is encoded, and a constant bitrate is filled up with padding, so size, rate and bitrate are the measured ones.
 */
export interface FollowedSource {
  framesPerSecond: number;
  /** Null while the source has never been measured: the output then follows whatever arrives. */
  size: { width: number; height: number } | null;
  videoBitrateBps: number;
}

/** What is known of the source at this moment; null for what is not. */
export interface MeasuredSource {
  width: number | null;
  height: number | null;
  framesPerSecond: number | null;
  bitrateBps: number | null;
}

/** Re-encoding needs a little more than the source's bitrate to look like it. */
const BITRATE_FACTOR = 1.1;
/** A channel keeps its bitrate while the measured one stays this near. */
const SAME_BITRATE_SHARE = 0.15;
const BITRATE_STEP_BPS = 100_000;
/** Assumed before the first measurement: enough for 1080p30, far below any ceiling. */
const BITRATE_UNKNOWN_BPS = 6_000_000;

/**
 * Resolves an encoding that follows its source, within the platform's caps. Pure.
 * @param setTo what the channel was set to before; kept while the measured values are near, so that a channel is not
 *   updated because a measurement flickers
 */
export function followSource(
  encoding: ResolvedEncoding,
  measured: MeasuredSource,
  setTo: Partial<FollowedSource>,
): FollowedSource {
  const caps = getPlatform(encoding.platformId)?.caps;
  const followedRate = followRate(measured.framesPerSecond, setTo.framesPerSecond);
  const isTooFast = caps !== undefined && followedRate > caps.framesPerSecondMax;
  const { width, height } = measured;
  return {
    framesPerSecond: isTooFast ? followedRate / 2 : followedRate,
    size: width && height ? fitSize({ width, height }, caps) : (setTo.size ?? null),
    videoBitrateBps: Math.min(encoding.videoBitrateBps, followBitrate(measured.bitrateBps, setTo.videoBitrateBps)),
  };
}

function followBitrate(measuredBps: number | null, setToBps: number | undefined): number {
  if (!measuredBps) return setToBps ?? BITRATE_UNKNOWN_BPS;
  // Floating point makes 66.00000001 of 6 Mbit/s and a tenth.
  const steps = Math.ceil(Number(((measuredBps * BITRATE_FACTOR) / BITRATE_STEP_BPS).toFixed(6)));
  const wantedBps = steps * BITRATE_STEP_BPS;
  return setToBps !== undefined && Math.abs(setToBps - wantedBps) <= setToBps * SAME_BITRATE_SHARE
    ? setToBps
    : wantedBps;
}

/** H.264 codes pictures of even width and height. */
const toEven = (value: number) => Math.max(2, Math.round(value / 2) * 2);

function fitSize(
  { width, height }: { width: number; height: number },
  caps: { widthMax: number; heightMax: number } | undefined,
): { width: number; height: number } {
  const scale = Math.min(1, (caps?.widthMax ?? width) / width, (caps?.heightMax ?? height) / height);
  return { width: toEven(width * scale), height: toEven(height * scale) };
}
