import type { Page } from 'playwright-core';
import { hideTab } from '../../support/hide-tab.ts';
import { launchChromium } from '../../browser/launch-chromium.ts';
import { owe, sleep } from '../child-processes.ts';
import type { Outcome } from '../outcome.ts';
import type { BenchProduct } from '../product/bench-product.ts';
import { signIn } from '../web/signed-in.ts';

/** Counts the requests of the dashboard's tab in a real browser while it is visible and hidden. */

const MINUTES = 2;
/** Timers of the visible pace fire once more after the tab was hidden. */
const SETTLES_MS = 10_000;
/** One poll of incidents every fifteen seconds. */
const HIDDEN_MAX = 4;

/** Counts with a destination on air, and without one. It needs no source: the destination only has to be wanted. */
export async function benchHiddenTab(
  { product, addDestination, ask, untilDone }: BenchProduct,
  { print }: { print: (line: string) => void },
): Promise<Outcome> {
  const path = await addDestination('rtmp://127.0.0.1:65535/live', 'bench-tab');
  await untilDone((await ask(path, 'start')).operationPath);
  const browser = await launchChromium();
  const close = owe(() => browser.close());
  const signedIn = await signIn(browser, product.origin);
  const count = (isHidden: boolean) =>
    signedIn.withPage(async (page) => {
      await page.goto(product.origin);
      await page.locator('[data-row]').first().waitFor();
      await hideTab(page, isHidden);
      await sleep(SETTLES_MS);
      return countRequests(page);
    });
  const onAir = { visible: await count(false), hidden: await count(true) };
  await untilDone((await ask(path, 'stop')).operationPath);
  for (const other of await othersOnAir({ product })) await untilDone((await ask(other, 'stop')).operationPath);
  const offAir = { hidden: await count(true) };
  await close();
  print(`on air: visible ${onAir.visible}, hidden ${onAir.hidden}; off air: hidden ${offAir.hidden}`);
  const figure = 'requests a minute of a hidden tab';
  return {
    rows: [
      {
        figure: `${figure} while something is on air`,
        measured: String(onAir.hidden),
        compared: `visible: ${onAir.visible}`,
        aim: `at most ${HIDDEN_MAX}`,
      },
      { figure: `${figure} otherwise`, measured: String(offAir.hidden), aim: '0' },
    ],
    gates: [
      { name: `${figure} while something is on air`, value: onAir.hidden, limit: HIDDEN_MAX },
      { name: `${figure} otherwise`, value: offAir.hidden, limit: 0 },
      // An operator hears nothing from a tab that polls nothing.
      { name: `${figure}: polls missing`, value: HIDDEN_MAX - 1 - onAir.hidden, limit: 0 },
    ],
  };
}

async function countRequests(page: Page): Promise<number> {
  let requests = 0;
  page.on('request', () => (requests += 1));
  await sleep(MINUTES * 60_000);
  return requests / MINUTES;
}

async function othersOnAir({ product }: Pick<BenchProduct, 'product'>): Promise<string[]> {
  const { body } = await product.call('GET', '/api/destinations');
  const running = body.data.filter(
    ({ primary, desired }: { primary: boolean; desired: string }) => !primary && desired === 'running',
  );
  return running.map(({ destinationId }: { destinationId: string }) => `/api/destinations/${destinationId}`);
}
