/**
 * The frame rates of broadcasting. A measured rate flickers in its decimals, so channels are set to the nominal one. An
 * output keeps the source's rate or halves it: any other conversion repeats or drops pictures unevenly, and motion
 * judders.
 */
export const NOMINAL_RATES = [23.976, 24, 25, 29.97, 30, 50, 59.94, 60];

/**
 * Rates closer than this share are the same rate measured twice. Neighbours such as 29.97 and 30 differ by a thousandth,
 * so a measurement must pass the middle between them by some distance to count as a change.
 */
const SAME_RATE_SHARE = 0.0007;
/** 29.97 and 30 differ by a thousandth, as do two measurements of one source. */
const SAME_PACE_SHARE = 0.002;

/** Returns the nominal rate nearest to a measured one. */
function nominalRate(measured: number): number {
  return NOMINAL_RATES.reduce((best, rate) => (Math.abs(rate - measured) < Math.abs(best - measured) ? rate : best));
}

/**
 * Returns the nominal frame rate of the source. Keeps the known rate while the measured one is close enough, because each
 * flicker would change the configuration and update the channel.
 * @param measured null or undefined when no picture arrives
 * @param known the rate it had before
 * @returns null when it has never been measured
 */
export function followRate(measured: number | null | undefined, known: number | null | undefined): number | null {
  if (!measured) return known ?? null;
  if (known && Math.abs(known - measured) <= known * SAME_RATE_SHARE) return known;
  return nominalRate(measured);
}

/**
 * Returns the frame rate of an output: that of the source, halved until it is within the maximum. 25 stays 25 under a
 * maximum of 30, 50 becomes 25, and 59.94 becomes 29.97.
 */
export function outputRate(sourceRate: number, maximum: number): number {
  let rate = sourceRate;
  while (rate > maximum) rate = nominalRate(rate / 2);
  return rate;
}

/**
 * Returns true when an output changes the pace of the source's frames: 25 shown as 30 makes every pan judder. Halving
 * and doubling keep the pace, and 29.97 shown as 30 repeats one frame every 33 seconds, which is not visible.
 */
export function isRateConverted(sourceRate: number, rate: number): boolean {
  return ![1, 2, 0.5].some((factor) => Math.abs(sourceRate * factor - rate) <= rate * SAME_PACE_SHARE);
}
