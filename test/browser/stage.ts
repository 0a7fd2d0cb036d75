import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { beforeEach } from 'vitest';
import type { DestinationResource } from '../../functions/api/schemas.ts';
import { findFreePorts, startProduct, TEST_TOKEN, type Product, type ProductPorts } from '../support/product.ts';
import { waitFor } from '../support/wait-for.ts';
import { launchChromium } from './launch-chromium.ts';
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
  /** Adds a destination nobody listens at, and waits until it is idle. @returns its id */
  addDestination(name: string): Promise<string>;
  /** All but the primary, as the API tells them. */
  destinations(): Promise<DestinationResource[]>;
  /** One of them; it must be there. */
  named(name: string): Promise<DestinationResource>;
  close(): Promise<void>;
}

/** Starts both. @param browserArguments besides those every browser test has */
export async function openStage(browserArguments: readonly string[] = []): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-browser-'));
  const dataDirectory = join(directory, 'data');
  const ports = await findFreePorts();
  const [started, launched] = await Promise.allSettled([
    startProduct(ports, dataDirectory),
    launchChromium(directory, browserArguments),
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
    addDestination: (name) => addDestination(stage.product, name),
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

/** The stream key of a destination that `addDestination` added. */
export const keyOf = (name: string): string => `key-of-${name}`;

async function addDestination(product: Product, name: string): Promise<string> {
  const fields = { name, platform: 'custom', rtmpUrl: `rtmp://127.0.0.1:65535/${name}`, preset: '720p30' };
  const made = await product.call('POST', '/api/destinations', { ...fields, streamKey: keyOf(name) });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  const { destinationId } = made.body as DestinationResource;
  await waitFor(`${name} to be idle`, async () => {
    const { body } = await product.call('GET', `/api/destinations/${destinationId}`);
    return body.status === 'idle';
  });
  return destinationId;
}

/** For a file whose steps build on one another: after one that failed the rest would only wait in vain. */
export function skipAfterFailure(): void {
  let hasFailed = false;
  beforeEach((context) => {
    if (hasFailed) context.skip();
    context.onTestFailed(() => {
      hasFailed = true;
    });
  });
}
