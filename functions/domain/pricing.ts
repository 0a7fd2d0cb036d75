import { PRICED_PARTS, type PricedPart } from '../../presets/price-parts.ts';
import type { Prices } from '../../presets/prices.ts';
import type { DeclaredInput } from './declared-input.ts';
import { known, unknown, type Money } from './money.ts';

/** What amounts are computed with. */
export interface Pricing {
  /** The Region's price list; undefined when there is none. */
  prices: Prices | undefined;
  region: string;
  /** What each channel declares of its input, by which the input is billed. */
  declaredInput: DeclaredInput;
}

/** The price of one part, per its own unit. Says what to do when the Region has no price list. */
export function priceOf({ prices, region }: Pricing, part: PricedPart): Money {
  const usd = prices?.prices[part];
  return usd === undefined || usd === null ? unpriced({ prices, region }, PRICED_PARTS[part].name) : known(usd);
}

/** A part without a price. Where the Region has no price list at all, says so once, with the remedy. */
export function unpriced({ prices, region }: Pick<Pricing, 'prices' | 'region'>, name: string): Money {
  if (prices) return unknown(name);
  return unknown(`all prices of ${region} (run npm run preflight -- --environment NAME --prices, then deploy)`);
}

/** AWS's months in prices per hour. [docs.aws.amazon.com/pricing-calculator] */
export const HOURS_PER_MONTH = 730;

const BITS_PER_GB = 8e9;
const SECONDS_PER_HOUR = 3600;

/**
 * The price per hour of a stream's traffic. About: the bitrate is what was set or measured, the packet headers are left
 * out, and a GB is taken as 10^9 bytes.
 * @param bitrateBps null when it is not known, which makes the price unknown
 */
export function priceOfTraffic(pricing: Pricing, part: PricedPart, bitrateBps: number | null): Money {
  const perGb = priceOf(pricing, part);
  if (perGb.microUsd === null) return perGb;
  if (bitrateBps === null) return unknown(`${PRICED_PARTS[part].name} (bitrate not known)`);
  const microUsd = Math.round((perGb.microUsd * bitrateBps * SECONDS_PER_HOUR) / BITS_PER_GB);
  return { microUsd, unknownParts: [], isAbout: true };
}
