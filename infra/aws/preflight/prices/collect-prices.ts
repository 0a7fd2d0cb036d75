import { paginateGetProducts, type PricingClient } from '@aws-sdk/client-pricing';
import { PRICED_PART_IDS, type PricedPart } from '../../../../presets/price-parts.ts';
import { PART_SOURCES, SERVICE_FILTERS } from './part-sources.ts';
import { priceInUnitOf, readProduct, type Product } from './product.ts';

/** Prices of a Region in the price list, and what the list lacks. */
export interface CollectedPrices {
  prices: Partial<Record<PricedPart, number>>;
  /** Parts with several prices, each with the prices and their usage types. `prices` leaves these parts out. */
  conflicts: string[];
  /** Parts without a matching product. */
  missing: PricedPart[];
  /** Products that could not be parsed or that have an unknown unit. */
  faults: string[];
  /** Services that did not answer, with the error's name. */
  unanswered: string[];
  /** Usage types of MediaConnect that match no part: candidates for a missing part. */
  unmatched: string[];
}

/** The service whose usage types no public source documents. */
const EXPLORED = 'AWSMediaConnect';

/**
 * Reads the prices of a Region from the AWS Price List API, page by page. Does not throw when a service refuses: it
 * lists the service and reads the others.
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
      if (usd === null) faults.push(`${product.usageType}: unknown unit ${JSON.stringify(product.unit)}`);
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
  const found: Product[] = [];
  for (const filters of SERVICE_FILTERS[serviceCode]!(region))
    found.push(...(await listFiltered(client, serviceCode, filters, faults)));
  return found;
}

async function listFiltered(
  client: PricingClient,
  serviceCode: string,
  filters: Record<string, string>,
  faults: string[],
): Promise<Product[]> {
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
