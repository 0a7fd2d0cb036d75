import { z } from 'zod';
import { PRICED_PARTS, type PricedPart } from '../../../../presets/price-parts.ts';
import { HOURS_PER_MONTH } from '../../../../functions/domain/pricing.ts';
import type { ProductKey } from './part-sources.ts';

/**
 * Parses products of the price list, as GetProducts returns them: a JSON text with attributes, and terms that hold
 * price dimensions (tiers).
 * @see https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-service-price-list-file.html
 */

const Dimension = z.object({
  unit: z.string(),
  beginRange: z.string().optional(),
  pricePerUnit: z.record(z.string(), z.string()),
});

const ProductJson = z.object({
  product: z.object({ sku: z.string(), attributes: z.record(z.string(), z.string()) }),
  terms: z.object({
    OnDemand: z.record(z.string(), z.object({ priceDimensions: z.record(z.string(), Dimension) })).optional(),
  }),
});

/** An on-demand product with the price of its first paid tier. */
export interface Product extends ProductKey {
  sku: string;
  usd: number;
}

/** Parses a product. @returns null if it has no on-demand price above zero, or the fault that makes it unreadable */
export function readProduct(text: string): Product | null | { fault: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: 'a product that is not JSON' };
  }
  const parsed = ProductJson.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { fault: `a product whose ${issue?.path.join('.') || 'text'} is wrong: ${issue?.message}` };
  }
  const { product, terms } = parsed.data;
  if (!terms.OnDemand) return null;
  const name = product.attributes['usagetype'] ?? product.sku;
  const tiers = Object.values(terms.OnDemand).flatMap(({ priceDimensions }) => Object.values(priceDimensions));
  const paid = tiers
    .map(({ unit, beginRange = '0', pricePerUnit }) => ({
      unit,
      begin: Number(beginRange),
      usd: Number(pricePerUnit['USD'] ?? Number.NaN),
    }))
    .toSorted((one, other) => one.begin - other.begin);
  if (paid.some(({ usd, begin }) => !Number.isFinite(usd) || usd < 0 || !Number.isFinite(begin))) {
    return { fault: `${name}: a price that is not a number of dollars` };
  }
  // Free quantities, such as the first 100 GB, are an allowance and not the price.
  const first = paid.find(({ usd }) => usd > 0);
  if (!first) return null;
  return {
    sku: product.sku,
    usageType: product.attributes['usagetype'] ?? '',
    operation: product.attributes['operation'] ?? '',
    unit: first.unit,
    usd: first.usd,
  };
}

/** Converts a product's price to the unit of a part. Returns null if the units are not convertible. */
export function priceInUnitOf(part: PricedPart, { unit, usd }: Product): number | null {
  const factor = factorOf(part, unit);
  // Rounds off floating-point error. AWS prices have at most ten decimals.
  return factor === null ? null : Number((usd * factor).toFixed(10));
}

function factorOf(part: PricedPart, unit: string): number | null {
  const isHours = /^(hrs?|hours?)$/i.test(unit);
  switch (PRICED_PARTS[part].unit) {
    case 'hour':
      if (isHours) return 1;
      return /^min(ute)?s?$/i.test(unit) ? 60 : null;
    case 'GB':
      return /^(GB|gigabytes?)$/i.test(unit) ? 1 : null;
    case 'month':
      if (isHours || /-hours?$/i.test(unit)) return HOURS_PER_MONTH;
      return /^(alarms?|metrics?|dashboards?|keys?|secrets?|months?|[\w -]*mo(nth)?s?)$/i.test(unit) ? 1 : null;
    case 'thousand':
      return /^(metrics?|(api|http)?requests?|(read|write)requestunits?|executions?|(lambda-gb-)?seconds?)$/i.test(unit)
        ? 1000
        : null;
  }
}
