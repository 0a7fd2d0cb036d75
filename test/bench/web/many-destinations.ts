import type { Page, Route } from 'playwright-core';
import { patchSnapshot } from '../../browser/patch-snapshot.ts';
import type { Product } from '../../support/product.ts';

interface Options {
  product: Product;
  /** Path of the real destination that all are copies of. It must be running. */
  path: string;
  count: number;
  /** False: all of them are idle. */
  isOnAir?: boolean;
}

/** Returns the name of a copy. */
export function nameOf(index: number): string {
  return `Destination ${String(index).padStart(4, '0')}`;
}

/**
 * Makes the API return many running destinations to this page: copies of a real one with a new bitrate at every poll,
 * as in a show. The product answers everything else.
 */
export async function answerMany(page: Page, { product, path, count, isOnAir = true }: Options): Promise<void> {
  const { body: real } = await product.call('GET', path);
  const copies = Array.from({ length: count }, (_, index) => ({
    ...real,
    destinationId: `dst_${String(index).padStart(26, '0')}`,
    name: nameOf(index),
    onAir: isOnAir,
    ...(isOnAir ? {} : { status: 'idle', desired: 'idle', operation: null }),
    health: { ...real.health, level: 'good', code: 'good', severity: 'none', detail: '', remedy: '' },
  }));
  const behind = new Map<string, unknown>();
  for (const part of ['metrics', 'timeline', 'log']) {
    behind.set(part, (await product.call('GET', `${path}/${part}`)).body);
  }

  await patchSnapshot(page, () => {
    const observedAt = new Date().toISOString();
    const destinations = copies.map((copy) => ({
      ...copy,
      bitrateBps: isOnAir ? 4_000_000 + Math.round(Math.random() * 1e6) : null,
      health: { ...copy.health, observedAt },
    }));
    return { destinations };
  });
  await page.route(/\/api\/destinations\/dst_0+\d+\/(metrics|timeline|log)/, (route) => {
    const [, part = ''] = /\/(metrics|timeline|log)/.exec(route.request().url()) ?? [];
    return answer(route, behind.get(part));
  });
}

function answer(route: Route, body: unknown): Promise<void> {
  return route.fulfill({ contentType: 'application/json', body: JSON.stringify(body) });
}
