import { paginateGetProducts, type PricingClient } from '@aws-sdk/client-pricing';
import { PRICED_PART_IDS, type PricedPart } from '../../../../presets/price-parts.ts';
import { PART_SOURCES, SERVICE_FILTERS } from './part-sources.ts';
import { priceInUnitOf, readProduct, type Product } from './product.ts';

/** What the price list says about a Region, and everything it does not say. */
export interface CollectedPrices {
  prices: Partial<Record<PricedPart, number>>;
  /** Parts with more than one price, each with the prices and where they are. Such a part has none in `prices`. */
  conflicts: string[];
  /** Parts that no product fits. */
  missing: PricedPart[];
  /** Products that could not be read, or whose unit is not understood. */
  faults: string[];
  /** Services that did not answer, with the error's name. */
  unanswered: string[];
  /** Usage types of MediaConnect that belong to no part: the place to look for a part that is missing. */
  unmatched: string[];
}

/** The service whose usage types no public source names. */
const EXPLORED = 'AWSMediaConnect';

/**
 * Reads the prices of a Region from the AWS Price List API, page by page. Never throws for a refusal: a service that
 * does not answer is named, and the others are still read.
 */
export async function collectPrices(client: PricingClient, region: string): Promise<CollectedPrices> {
  const faults: string[] = [];
  const unanswered: string[] = [];
  const products = new Map<string, Product[]>();
  for (const serviceCode of Object.keys(SERVICE_FILTERS)) {
    try {
      products.set(serviceCode, await listProducts(client, serviceCode, region, faults));
    } catch (error) {
      unanswered.push(`${serviceCode} (${error instanceof Error ? error.name : 'unknown error'})`);
    }
  }
  const found = new Map<PricedPart, Map<number, string>>();
  const matched = new Set<string>();
  for (const { part, serviceCode, fits } of PART_SOURCES) {
    for (const product of products.get(serviceCode)?.filter(fits) ?? []) {
      matched.add(product.sku);
      const usd = priceInUnitOf(part, product);
      if (usd === null) faults.push(`${product.usageType}: the unit ${JSON.stringify(product.unit)} is not understood`);
      else found.set(part, new Map([...(found.get(part) ?? []), [usd, product.usageType]]));
    }
  }
  const conflicts = [...found].flatMap(([part, prices]) =>
    prices.size > 1 ? [`${part}: ${[...prices].map(([usd, name]) => `${usd} (${name})`).join(', ')}`] : [],
  );
  const prices = Object.fromEntries(
    [...found].flatMap(([part, [...entries]]) => (entries.length === 1 ? [[part, entries[0]![0]]] : [])),
  );
  return {
    prices,
    conflicts,
    missing: PRICED_PART_IDS.filter((part) => !found.has(part)),
    faults,
    unanswered,
    unmatched: (products.get(EXPLORED) ?? []).filter(({ sku }) => !matched.has(sku)).map(({ usageType }) => usageType),
  };
}

async function listProducts(
  client: PricingClient,
  serviceCode: string,
  region: string,
  faults: string[],
): Promise<Product[]> {
  const filters = SERVICE_FILTERS[serviceCode]!(region);
  const pages = paginateGetProducts(
    { client, pageSize: 100 },
    {
      ServiceCode: serviceCode,
      FormatVersion: 'aws_v1',
      Filters: Object.entries(filters).map(([Field, Value]) => ({ Type: 'TERM_MATCH' as const, Field, Value })),
    },
  );
  const products: Product[] = [];
  for await (const { PriceList: texts = [] } of pages) {
    for (const text of texts) {
      const product = readProduct(String(text));
      if (product === null) continue;
      if ('fault' in product) faults.push(`${serviceCode}: ${product.fault}`);
      else products.push(product);
    }
  }
  return products;
}
