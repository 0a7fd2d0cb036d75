import { gzipSync } from 'node:zlib';
import type { Page, Response } from 'playwright-core';

/** Bytes of JavaScript, and of everything, that a first visit may fetch, gzip. */
export const SCRIPT_BYTES_MAX = 160_000;
export const BYTES_MAX = 200_000;

/** Rounds after the destinations appear, each a millisecond for the page and several for the network. */
const ROUNDS_AFTER = 100;
const ROUND_MS = 5;

export interface Fetched {
  kind: string;
  path: string;
  gzipBytes: number;
}

/**
 * Counts what a first visit fetches until the page with the destinations is whole. The page's clock almost stands still,
 * so what is fetched in advance in idle time stays out, however slow the machine is.
 */
export async function loadFirst(page: Page, origin: string): Promise<{ fetched: Fetched[]; strangers: string[] }> {
  const asked: Promise<Fetched | null>[] = [];
  const strangers: string[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) strangers.push(request.url());
  });
  page.on('response', (response) => asked.push(weigh(response)));
  await page.clock.install();
  await page.goto(origin);
  const row = page.locator('[data-row]').first();
  while (!(await row.isVisible())) await advance(page);
  for (let round = 0; round < ROUNDS_AFTER; round += 1) await advance(page);
  const fetched = (await Promise.all(asked)).filter((each) => each !== null);
  return { fetched, strangers };
}

async function advance(page: Page): Promise<void> {
  await page.clock.runFor(1);
  await page.waitForTimeout(ROUND_MS);
}

/** Uses gzip, which every server in front of the dashboard applies at least. */
async function weigh(response: Response): Promise<Fetched | null> {
  const kind = response.request().resourceType();
  try {
    return { kind, path: new URL(response.url()).pathname, gzipBytes: gzipSync(await response.body()).length };
  } catch {
    // No body, or the page closed during a poll.
    return null;
  }
}
