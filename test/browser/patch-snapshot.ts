import type { Page } from 'playwright-core';
import type { Snapshot } from '../../functions/api/schemas/snapshot.ts';

const PATH = '**/api/snapshot';

/**
 * Changes what the dashboard reads, for states that take too long or too much to bring about. The product answers
 * everything else, and every answer is whole, because a 304 has nothing to change.
 * @param change returns the parts that differ
 * @returns a function that ends it
 */
export async function patchSnapshot(
  page: Page,
  change: (snapshot: Snapshot) => Partial<Snapshot>,
): Promise<() => Promise<void>> {
  await page.route(PATH, async (route) => {
    const { 'if-none-match': _, ...headers } = await route.request().allHeaders();
    const response = await route.fetch({ headers });
    const snapshot = (await response.json()) as Snapshot;
    const { etag: _tag, ...answered } = response.headers();
    await route.fulfill({ response, headers: answered, json: { ...snapshot, ...change(snapshot) } });
  });
  return () => page.unroute(PATH);
}

/** Lets every read of the dashboard fail. @returns a function that ends it */
export async function abortSnapshots(page: Page): Promise<() => Promise<void>> {
  await page.route(PATH, (route) => route.abort());
  return () => page.unroute(PATH);
}

/** Lets every read of the dashboard take longer. */
export async function delaySnapshots(page: Page, milliseconds: number): Promise<void> {
  await page.route(PATH, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    await route.continue();
  });
}
