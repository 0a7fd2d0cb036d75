/**
 * Frame rates as broadcasters name them. A measured rate flickers in its decimals; the nominal one is what a channel is
 * set to.
 */
const NOMINAL_RATES = [23.976, 24, 25, 29.97, 30, 50, 59.94, 60];

/** Rates closer than this are one rate measured twice. */
const SAME_RATE_SHARE = 0.01;
/** 29.97 and 30 differ by a thousandth, and so do two measurements of one source. */
const SAME_PACE_SHARE = 0.002;

/** Frame rate assumed for "like the source" while no encoder has been seen yet. */
const FRAME_RATE_UNKNOWN = 30;

/** The nominal rate nearest to a measured one. */
export function nominalRate(measured: number): number {
  return NOMINAL_RATES.reduce((best, rate) => (Math.abs(rate - measured) < Math.abs(best - measured) ? rate : best));
}

/**
 * The frame rate of a channel that follows its source. Each flicker of a measured rate would make another configuration
 * and another update of the channel: the rate it was set to stays while it is near enough.
 */
export function followRate(measured: number | null | undefined, setTo: number | undefined): number {
  if (measured === null || measured === undefined) return setTo ?? FRAME_RATE_UNKNOWN;
  if (setTo !== undefined && Math.abs(setTo - measured) <= setTo * SAME_RATE_SHARE) return setTo;
  return nominalRate(measured);
}

/**
 * True when an output shows the source's pictures at another pace: 25 as 30 makes every pan judder. Halving and doubling
 * keep the pace, and 29.97 as 30 repeats one picture every 33 seconds, which nobody sees.
 */
export function isRateConverted(sourceRate: number, outputRate: number): boolean {
  return ![1, 2, 0.5].some((factor) => Math.abs(sourceRate * factor - outputRate) <= outputRate * SAME_PACE_SHARE);
}
