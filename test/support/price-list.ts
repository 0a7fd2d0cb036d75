import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { PricingClient } from '@aws-sdk/client-pricing';

/**
 * Serves the GetProducts operation of the Price List API over HTTP in the AWS JSON 1.1 protocol, for a real SDK client.
 * Products have the shape of AWS's published offer files.
 */

interface PriceQuery {
  service: string;
  filters: Record<string, string>;
  token: string | undefined;
}

/** Returns a product's JSON text. @param tiers dollars by the quantity at which the tier begins */
export function makeProduct(
  usagetype: string,
  unit: string,
  tiers: Record<string, string>,
  more: { operation?: string; currency?: string; reserved?: boolean } = {},
): string {
  const { operation = '', currency = 'USD', reserved = false } = more;
  const dimensions = Object.entries(tiers).map(([beginRange, price], index) => [
    `RATE${index}`,
    { unit, beginRange, endRange: 'Inf', description: '', appliesTo: [], pricePerUnit: { [currency]: price } },
  ]);
  const term = { TERM: { offerTermCode: 'JRTCKXETXF', priceDimensions: Object.fromEntries(dimensions) } };
  return JSON.stringify({
    product: {
      sku: `SKU-${usagetype}-${Object.values(tiers).join('-')}`,
      productFamily: 'any',
      attributes: { usagetype, operation, regionCode: 'eu-central-1' },
    },
    serviceCode: 'any',
    terms: reserved ? { Reserved: term } : { OnDemand: term },
    version: '20261101',
    publicationDate: '2026-11-01T00:00:00Z',
  });
}

/**
 * Starts the server. It returns `pageSize` products per page. `refuse` may return the name of an error for a request.
 */
export async function startPriceList(pageSize = 2) {
  const products: Record<string, string[]> = {};
  const queries: PriceQuery[] = [];
  const rules: { refuse: (query: PriceQuery) => string | null } = { refuse: () => null };
  const server = createServer((request, response) => {
    void (async () => {
      const body = JSON.parse(await text(request)) as {
        ServiceCode: string;
        Filters: { Field: string; Value: string }[];
        NextToken?: string;
      };
      const filters = Object.fromEntries(body.Filters.map(({ Field, Value }) => [Field, Value]));
      const one: PriceQuery = { service: body.ServiceCode, filters, token: body.NextToken };
      queries.push(one);
      const error = rules.refuse(one);
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      if (request.headers['x-amz-target'] !== 'AWSPriceListService.GetProducts' || error !== null) {
        response.statusCode = 400;
        response.end(JSON.stringify({ __type: error ?? 'InvalidParameterException', Message: 'refused' }));
        return;
      }
      const all = products[one.service] ?? [];
      const from = Number(one.token ?? 0);
      const next = from + pageSize < all.length ? { NextToken: String(from + pageSize) } : {};
      response.end(JSON.stringify({ FormatVersion: 'aws_v1', PriceList: all.slice(from, from + pageSize), ...next }));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new PricingClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 4,
  });
  return {
    client,
    products,
    queries,
    rules,
    async close() {
      client.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
