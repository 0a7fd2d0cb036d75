import { PRICED_PARTS, type PricedPart } from '../../presets/price-parts.ts';
import type { Prices } from '../../presets/prices.ts';
import type { DeclaredInput } from './declared-input.ts';
import { known, unknown, type Money } from './money.ts';

/** What amounts are computed from. */
export interface Pricing {
  /** The Region's price list; undefined when it has none. */
  prices: Prices | undefined;
  region: string;
  /** The input that each channel declares, which determines the price of the input. */
  declaredInput: DeclaredInput;
  /** Whether the flow has a backup source. */
  hasBackupSource?: boolean;
  /** Whether AWS serves the public pages. */
  hasAudience?: boolean;
}

/**
 * Returns the price of one part per its unit. Without a price list for the Region, names the command that fetches one.
 */
export function priceOf({ prices, region }: Pricing, part: PricedPart): Money {
  const usd = prices?.prices[part];
  return usd === undefined || usd === null ? unpriced({ prices, region }, PRICED_PARTS[part].name) : known(usd);
}

/**
 * Returns an unknown price. Without a price list for the Region, names that and the remedy once instead of each part.
 */
export function unpriced({ prices, region }: Pick<Pricing, 'prices' | 'region'>, name: string): Money {
  if (prices) return unknown(name);
  return unknown(`all prices of ${region} (run npm run preflight -- --environment NAME --prices, then deploy)`);
}

/** Hours of a month in AWS's prices: https://docs.aws.amazon.com/pricing-calculator/latest/userguide/what-is-pricing-calculator.html */
export const HOURS_PER_MONTH = 730;

const BITS_PER_GB = 8e9;
const SECONDS_PER_HOUR = 3600;

/**
 * Returns the price per hour of a stream's traffic. The amount is approximate: the bitrate is set or measured, packet
 * headers are left out, and a GB counts as 10^9 bytes.
 * @param bitrateBps null when unknown, which makes the price unknown
 */
export function priceOfTraffic(pricing: Pricing, part: PricedPart, bitrateBps: number | null): Money {
  const perGb = priceOf(pricing, part);
  if (perGb.microUsd === null) return perGb;
  if (bitrateBps === null) return unknown(`${PRICED_PARTS[part].name} (bitrate not known)`);
  const microUsd = Math.round((perGb.microUsd * bitrateBps * SECONDS_PER_HOUR) / BITS_PER_GB);
  return { microUsd, unknownParts: [], isAbout: true };
}
