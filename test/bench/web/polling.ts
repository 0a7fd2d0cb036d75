import { gzipSync } from 'node:zlib';
import type { Response } from 'playwright-core';
import type { Product } from '../../support/product.ts';
import type { Outcome } from '../outcome.ts';
import { answerMany } from './many-destinations.ts';
import type { SignedIn } from './signed-in.ts';

export const POLLED_DESTINATIONS = 200;
/** A twentieth of what 200 destinations took as lists, read each second and not compressed. */
export const BYTES_A_MINUTE_MAX = 640_000;
export const REQUESTS_A_MINUTE_MAX = { live: 40, idle: 12 };

const MINUTE_MS = 60_000;
/** After a load the pace is quiet for a minute, and idle from then on. */
const SETTLES_MS = { live: 5000, idle: 75_000 };

type Case = keyof typeof REQUESTS_A_MINUTE_MAX;

/** Counts what an open dashboard asks the API for in a minute, and the bytes of the answers, compressed. */
export async function benchPolling(signedIn: SignedIn, shown: { product: Product; path: string }): Promise<Outcome> {
  const outcome: Outcome = { rows: [], gates: [] };
  for (const kind of ['live', 'idle'] as const) {
    const { requests, bytes } = await countMinute(signedIn, { ...shown, kind });
    const name = `${POLLED_DESTINATIONS} destinations, ${kind}`;
    outcome.rows.push(
      {
        figure: `${name}: requests a minute`,
        measured: String(requests),
        aim: `at most ${REQUESTS_A_MINUTE_MAX[kind]}`,
      },
      {
        figure: `${name}: answers a minute, gzip`,
        measured: `${(bytes / 1000).toFixed(0)} kB`,
        aim: `at most ${BYTES_A_MINUTE_MAX / 1000} kB`,
      },
    );
    outcome.gates.push(
      { name: `${name}: requests a minute`, value: requests, limit: REQUESTS_A_MINUTE_MAX[kind] },
      { name: `${name}: bytes a minute`, value: bytes, limit: BYTES_A_MINUTE_MAX },
    );
  }
  return outcome;
}

function countMinute(
  { origin, withPage }: SignedIn,
  { product, path, kind }: { product: Product; path: string; kind: Case },
): Promise<{ requests: number; bytes: number }> {
  return withPage(async (page) => {
    await answerMany(page, { product, path, count: POLLED_DESTINATIONS, isOnAir: kind === 'live' });
    await page.goto(origin);
    await page.locator('[data-row]').first().waitFor();
    await page.waitForTimeout(SETTLES_MS[kind]);
    const sizes: Promise<number>[] = [];
    const count = (response: Response): void => {
      if (new URL(response.url()).pathname.startsWith('/api/')) sizes.push(weigh(response));
    };
    page.on('response', count);
    await page.waitForTimeout(MINUTE_MS);
    page.off('response', count);
    const all = await Promise.all(sizes);
    return { requests: all.length, bytes: all.reduce((sum, each) => sum + each, 0) };
  });
}

/** The API compresses the snapshot by itself; the answers here come from the test, so they are compressed for the count. */
async function weigh(response: Response): Promise<number> {
  if (response.status() === 304) return 0;
  const body = await response.body().catch(() => Buffer.alloc(0));
  return gzipSync(body).length;
}
