import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { DestinationResource } from '../../functions/api/schemas/destinations.ts';
import { findFreePorts, startProduct, TEST_TOKEN, type Product, type ProductPorts } from '../support/product.ts';
import { arrange, type Wanted } from './arrange.ts';
import { launchChromium } from './launch-chromium.ts';
import { recordTrace } from './record-trace.ts';
import { openWatched, type WatchedPage } from './watched-page.ts';

/** The product and a browser of one test file: its own process, ports, data and cookies. */
export interface Stage {
  /** The running or last product. */
  product: Product;
  ports: ProductPorts;
  /** Temporary directory for tests; removed when the stage is closed. */
  directory: string;
  dataDirectory: string;
  /** Link that signs a page in. */
  signInLink: string;
  /** Opens a signed-out page in its own context. */
  open(options?: Parameters<Browser['newContext']>[0]): Promise<WatchedPage>;
  /** Every page opened so far. */
  opened: readonly WatchedPage[];
  /** Starts a stopped product again with its ports and data. @param environment settings added to the tests' own */
  startAgain(environment?: Record<string, string>): Promise<void>;
  /**
   * Sets up a test: the product running with exactly these destinations and no drills, and the page signed in, active
   * and online at a path, without filters, drafts or settings. Each test is independent of the others.
   */
  begin(watched: WatchedPage, wanted: readonly Wanted[], path?: string): Promise<void>;
  /** Reads all destinations except the primary. */
  destinations(): Promise<DestinationResource[]>;
  /** Reads a destination by name; throws when it does not exist. */
  named(name: string): Promise<DestinationResource>;
  close(): Promise<void>;
}

/** The page is the subject here, not the encoder of the preview, which takes most of the processor at the default size. */
const SMALL_PREVIEW = { SLUICE_HLS_RENDITIONS: '480p30' };

/** Resets a page and loads it at a path. */
async function resetPage({ page, context }: WatchedPage, origin: string, path: string): Promise<void> {
  await context.setOffline(false);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: null, reducedMotion: null, forcedColors: null });
  const session = await page.request.post(`${origin}/api/session`, {
    data: { token: TEST_TOKEN },
    headers: { origin },
  });
  if (!session.ok()) throw new Error(`signing in: ${session.status()} ${await session.text()}`);
  // Clears the storage from a page of the same origin that does not write to it.
  await page.goto(`${origin}/api/health`);
  await page.evaluate(() => {
    localStorage.clear();
    sessionStorage.clear();
  });
  await page.goto(origin + path);
}

/** Starts product and browser. @param browserArguments added to the common ones */
export async function openStage(browserArguments: readonly string[] = []): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-browser-'));
  const dataDirectory = join(directory, 'data');
  const ports = await findFreePorts();
  const [started, launched] = await Promise.allSettled([
    startProduct(ports, dataDirectory, SMALL_PREVIEW),
    launchChromium(browserArguments),
  ]);
  const product = started.status === 'fulfilled' ? started.value : null;
  const browser = launched.status === 'fulfilled' ? launched.value : null;
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  if (!product || !browser) {
    await Promise.all([product?.stop(), browser?.close()]);
    remove();
    throw [started, launched].find((each) => each.status === 'rejected')?.reason;
  }

  const opened: WatchedPage[] = [];
  const stage: Stage = {
    product,
    ports,
    directory,
    dataDirectory,
    signInLink: `${product.origin}/#token=${TEST_TOKEN}`,
    opened,
    async open(options) {
      const watched = await openWatched(browser, product.origin, options);
      opened.push(watched);
      return watched;
    },
    async startAgain(environment) {
      stage.product = await startProduct(ports, dataDirectory, { ...SMALL_PREVIEW, ...environment });
    },
    async begin(watched, wanted, path = '/') {
      if (stage.product.process.exitCode !== null || stage.product.process.signalCode !== null)
        await stage.startAgain();
      stage.product.process.kill('SIGCONT');
      await arrange(stage.product, wanted);
      await recordTrace(watched.context);
      await resetPage(watched, stage.product.origin, path);
    },
    async destinations() {
      const { body } = await stage.product.call('GET', '/api/destinations');
      return body.data.filter((each: DestinationResource) => !each.primary);
    },
    named: async (name) => (await stage.destinations()).find((each) => each.name === name)!,
    async close() {
      await browser.close();
      await stage.product.stop();
      remove();
    },
  };
  return stage;
}
