import { getPlatform, type ResolvedEncoding } from '../../presets/index.ts';
import { outputRate } from './frame-rate.ts';

/**
 * The settings of a channel that follows its source. MediaLive has no passthrough: it encodes every output, and pads a
 * constant bitrate, so size and bitrate are set to the measured ones.
 */
export interface FollowedSource {
  /** Null until the source has been measured; the output then follows whatever arrives. */
  size: { width: number; height: number } | null;
  videoBitrateBps: number;
}

/** The source as measured now; null for every value that is unknown. */
export interface MeasuredSource {
  width: number | null;
  height: number | null;
  bitrateBps: number | null;
}

/** Re-encoding needs slightly more than the source's bitrate to look the same. */
const BITRATE_FACTOR = 1.1;
/** A channel keeps its bitrate while the measured one differs by at most this share. */
const SAME_BITRATE_SHARE = 0.15;
const BITRATE_STEP_BPS = 100_000;
/** Assumed before the first measurement: enough for 1080p30, and far below any maximum. */
const BITRATE_UNKNOWN_BPS = 6_000_000;

/**
 * Returns the frame rate of an output: that of the source, or half of it, within the encoding's maximum and the
 * platform's. Pure.
 * @param sourceRate null while it is unknown; the encoding's maximum then counts
 * @returns null when neither is known
 */
export function encodedRate(
  { framesPerSecond, platformId }: ResolvedEncoding,
  sourceRate: number | null,
): number | null {
  const rate = sourceRate ?? framesPerSecond;
  const cap = getPlatform(platformId)?.caps.framesPerSecondMax ?? Infinity;
  return rate === null ? null : outputRate(rate, Math.min(framesPerSecond ?? Infinity, cap));
}

/**
 * Resolves an encoding that follows its source, within the platform's caps. Pure.
 * @param setTo the channel's former settings, kept while the measured values are close, so that flickering measurements
 *   cause no update of the channel
 */
export function followSource(
  encoding: ResolvedEncoding,
  measured: MeasuredSource,
  setTo: Partial<FollowedSource>,
): FollowedSource {
  const caps = getPlatform(encoding.platformId)?.caps;
  const { width, height } = measured;
  return {
    size: width && height ? fitSize({ width, height }, caps) : (setTo.size ?? null),
    videoBitrateBps: Math.min(encoding.videoBitrateBps, followBitrate(measured.bitrateBps, setTo.videoBitrateBps)),
  };
}

function followBitrate(measuredBps: number | null, setToBps: number | undefined): number {
  if (!measuredBps) return setToBps ?? BITRATE_UNKNOWN_BPS;
  // Rounds first, because in floating point a tenth above 6 Mbit/s is 66.00000001 steps.
  const steps = Math.ceil(Number(((measuredBps * BITRATE_FACTOR) / BITRATE_STEP_BPS).toFixed(6)));
  const wantedBps = steps * BITRATE_STEP_BPS;
  return setToBps !== undefined && Math.abs(setToBps - wantedBps) <= setToBps * SAME_BITRATE_SHARE
    ? setToBps
    : wantedBps;
}

/** Rounds to an even number, because H.264 only codes even sizes. */
const toEven = (value: number) => Math.max(2, Math.round(value / 2) * 2);

function fitSize(
  { width, height }: { width: number; height: number },
  caps: { widthMax: number; heightMax: number } | undefined,
): { width: number; height: number } {
  const scale = Math.min(1, (caps?.widthMax ?? width) / width, (caps?.heightMax ?? height) / height);
  return { width: toEven(width * scale), height: toEven(height * scale) };
}
