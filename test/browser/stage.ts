import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { DestinationResource } from '../../functions/api/schemas/answers.ts';
import { findFreePorts, startProduct, TEST_TOKEN, type Product, type ProductPorts } from '../support/product.ts';
import { arrange, type Wanted } from './arrange.ts';
import { launchChromium } from './launch-chromium.ts';
import { recordTrace } from './record-trace.ts';
import { openWatched, type WatchedPage } from './watched-page.ts';

/** The product and a browser, as every file of browser tests has them: its own process, ports, data and cookies. */
export interface Stage {
  /** The one that runs now, or ran last. */
  product: Product;
  ports: ProductPorts;
  /** For whatever a test needs; gone when the stage is closed. */
  directory: string;
  dataDirectory: string;
  /** Signs a page in. */
  signInLink: string;
  /** Opens a page of its own context, where nobody is signed in. */
  open(options?: Parameters<Browser['newContext']>[0]): Promise<WatchedPage>;
  /** Every page opened so far. */
  opened: readonly WatchedPage[];
  /** Starts a stopped product again, on its ports and data. */
  startAgain(): Promise<void>;
  /**
   * Brings everything to where a test begins: the product up, its destinations exactly these, no rehearsal, and the page
   * signed in, awake, online, without filters, drafts or choices, at a path. Each test says what it needs and depends on
   * none before it.
   */
  begin(watched: WatchedPage, wanted: readonly Wanted[], path?: string): Promise<void>;
  /** All but the primary, as the API tells them. */
  destinations(): Promise<DestinationResource[]>;
  /** One of them; it must be there. */
  named(name: string): Promise<DestinationResource>;
  close(): Promise<void>;
}

/** Undoes whatever was done to a page, and loads it at a path. */
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
  // On a page of the product, whose storage it is; one that shows nothing, so that it writes nothing back.
  await page.goto(`${origin}/api/health`);
  await page.evaluate(() => {
    localStorage.clear();
    sessionStorage.clear();
  });
  await page.goto(origin + path);
}

/** Starts both. @param browserArguments besides those every browser test has */
export async function openStage(browserArguments: readonly string[] = []): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-browser-'));
  const dataDirectory = join(directory, 'data');
  const ports = await findFreePorts();
  const [started, launched] = await Promise.allSettled([
    startProduct(ports, dataDirectory),
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
    async startAgain() {
      stage.product = await startProduct(ports, dataDirectory);
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
