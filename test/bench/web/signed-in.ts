import type { Browser, Page } from 'playwright-core';
import { TEST_TOKEN } from '../../support/product.ts';

/** A browser that opens the dashboard signed in, each time with an empty cache. */
export interface SignedIn {
  origin: string;
  /** Opens a blank page in a separate context, which closes afterwards. */
  withPage<T>(use: (page: Page) => Promise<T>): Promise<T>;
}

const VIEWPORT = { width: 1440, height: 900 };

/** Signs in once and reuses the session cookie for later pages. */
export async function signIn(browser: Browser, origin: string): Promise<SignedIn> {
  const first = await browser.newContext();
  const page = await first.newPage();
  await page.goto(`${origin}/#token=${TEST_TOKEN}`);
  await page.locator('[data-row]').first().waitFor();
  const storageState = await first.storageState();
  await first.close();
  return {
    origin,
    async withPage(use) {
      const context = await browser.newContext({ storageState, viewport: VIEWPORT });
      try {
        return await use(await context.newPage());
      } finally {
        await context.close();
      }
    },
  };
}
