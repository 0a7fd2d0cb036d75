import * as z from 'zod/mini';
import { PRICE_FILES } from './price-files.ts';
import { PRICED_PART_IDS } from './price-parts.ts';

/**
 * AWS's list prices by Region, dated, each with its source. A null or absent part has no confirmed price: it is
 * reported as unknown and never counted as zero. A Region without a file has no prices; `npm run preflight --
 * --environment NAME
 * --prices` writes one.
 */

const Price = z.nullable(z.number().check(z.positive()));

const PricesSchema = z.strictObject({
  region: z.string().check(z.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'not a Region such as eu-central-1')),
  currency: z.literal('USD'),
  seenOn: z.iso.date(),
  source: z.string().check(z.minLength(1)),
  /** Dollars per unit of the part. */
  prices: z.partialRecord(z.enum(PRICED_PART_IDS), Price),
  /**
   * What the parts of a MediaLive channel with two pipelines (class STANDARD) cost, as a multiple of their prices with
   * one; null or absent when it is not confirmed.
   */
  standardClassFactor: z.optional(Price),
  /** Parts whose price is older than the file, with the date it was seen. */
  seenEarlier: z.optional(z.partialRecord(z.enum(PRICED_PART_IDS), z.iso.date())),
  notes: z.array(z.string().check(z.minLength(1))),
});

export type Prices = Readonly<z.infer<typeof PricesSchema>>;

/**
 * Checks a price file.
 * @param name name of the file for the error
 * @throws {Error} naming each field that is wrong
 */
export function parsePrices(file: unknown, name: string): Prices {
  const parsed = z.safeParse(PricesSchema, file);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `  ${path.join('.') || 'file'}: ${message}`);
  throw new Error(`the price file ${name} is not valid:\n${faults.join('\n')}`);
}

const byRegion = new Map(
  Object.entries(PRICE_FILES).map(([region, file]) => [region, parsePrices(file, `${region}.json`)]),
);

/** Returns the price list of a Region such as `us-east-1`; undefined when it has none. */
export function getPrices(region: string): Prices | undefined {
  return byRegion.get(region);
}
