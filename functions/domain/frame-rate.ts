/**
 * The frame rates of broadcasting. A measured rate flickers in its decimals, so channels are set to the nominal one.
 */
const NOMINAL_RATES = [23.976, 24, 25, 29.97, 30, 50, 59.94, 60];

/** Rates closer than this share are the same rate measured twice. */
const SAME_RATE_SHARE = 0.01;
/** 29.97 and 30 differ by a thousandth, as do two measurements of one source. */
const SAME_PACE_SHARE = 0.002;

/** Assumed for a channel that follows its source until an encoder has been connected. */
const FRAME_RATE_UNKNOWN = 30;

/** Returns the nominal rate nearest to a measured one. */
export function nominalRate(measured: number): number {
  return NOMINAL_RATES.reduce((best, rate) => (Math.abs(rate - measured) < Math.abs(best - measured) ? rate : best));
}

/**
 * Returns the frame rate of a channel that follows its source. Keeps the former rate while it is close enough, because
 * each flicker of the measured rate would change the configuration and update the channel.
 */
export function followRate(measured: number | null | undefined, setTo: number | undefined): number {
  if (measured === null || measured === undefined) return setTo ?? FRAME_RATE_UNKNOWN;
  if (setTo !== undefined && Math.abs(setTo - measured) <= setTo * SAME_RATE_SHARE) return setTo;
  return nominalRate(measured);
}

/**
 * Returns true when an output changes the pace of the source's frames: 25 shown as 30 makes every pan judder. Halving
 * and doubling keep the pace, and 29.97 shown as 30 repeats one frame every 33 seconds, which is not visible.
 */
export function isRateConverted(sourceRate: number, outputRate: number): boolean {
  return ![1, 2, 0.5].some((factor) => Math.abs(sourceRate * factor - outputRate) <= outputRate * SAME_PACE_SHARE);
}
