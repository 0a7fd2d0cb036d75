import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findChromium } from '../../infra/local/programs.ts';
import { findFreePorts, startProduct, TEST_TOKEN, type Product } from '../support/product.ts';
import { waitFor } from '../support/wait-for.ts';
import { findViolations } from './accessibility.ts';
import { openWatched, tooWide, type WatchedPage } from './watched-page.ts';

/**
 * Nobody is shut out: every page, panel and dialog by axe’s rules, in dark and in light, first without any destination
 * and then with some. The steps build on one another.
 */

const directory = mkdtempSync(join(tmpdir(), 'sluice-accessibility-'));
let product: Product;
let browser: Browser;
let watched: WatchedPage;
let page: Page;
let destinationId: string;

const button = (name: string): Locator => page.getByRole('button', { name, exact: true });
const heading = (name: string): Locator => page.getByRole('heading', { level: 1, name, exact: true });
const dialog = (name: string | RegExp): Locator => page.getByRole('dialog', { name });
const rehearsal = (): Locator => page.getByRole('complementary', { name: 'Rehearsal' });

/** Looks at what is shown now in both themes. @param within leaves out what lies behind a dialog */
async function expectAccessible(within = 'body'): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
    expect(await findViolations(page, within), colorScheme).toEqual([]);
  }
}

async function goTo(path: string): Promise<void> {
  await page.goto(product.origin + path);
}

beforeAll(async () => {
  const program = await findChromium({ environment: process.env, cacheDirectory: directory });
  if (!program.found) throw new Error(`${program.reason}; ${program.remedy}`);
  const ports = await findFreePorts();
  [product, browser] = await Promise.all([
    startProduct(ports, join(directory, 'data')),
    chromium.launch({
      executablePath: program.path,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    }),
  ]);
  watched = await openWatched(browser, product.origin);
  page = watched.page;
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  rmSync(directory, { recursive: true, force: true });
});

// After a step that failed the rest would only wait in vain.
let hasFailed = false;
beforeEach((context) => {
  if (hasFailed) context.skip();
  context.onTestFailed(() => {
    hasFailed = true;
  });
});

describe('accessible by axe’s rules, in dark and in light', () => {
  it('is signing in, refused too', async () => {
    await goTo('/#token=a-token-of-yesterday');
    await page.getByText('That sign-in link is not valid any more.').waitFor();
    await expectAccessible();
    await page.getByLabel('Token', { exact: true }).fill(TEST_TOKEN);
    await button('Sign in').click();
    await heading('Show').waitFor();
  });

  it.each([
    { path: '/', title: 'Show', sign: 'First steps' },
    { path: '/destinations', title: 'Destinations', sign: null },
    { path: '/timeline', title: 'Timeline', sign: null },
    { path: '/leftovers', title: 'Leftovers', sign: null },
    { path: '/settings', title: 'Settings', sign: null },
    { path: '/no/such/page', title: 'There is no such page', sign: null },
  ])('is $path while there is nothing', async ({ path, title, sign }) => {
    await goTo(path);
    await heading(title).waitFor();
    if (sign) await page.getByRole('list', { name: sign }).waitFor();
    await expectAccessible();
  });

  it('is the form that adds a destination, with what is wrong at its fields', async () => {
    await goTo('/destinations/new');
    await page.getByLabel('Name', { exact: true }).waitFor();
    await dialog('Add a destination').getByRole('button', { name: 'Add destination' }).click();
    await page.getByText('a name is needed').waitFor();
    await expectAccessible('[role=dialog]');
  });

  it.each(['/', '/destinations', '/timeline'])('is %s with destinations, one of them running', async (path) => {
    if (path === '/') await addDestinations();
    await goTo(path);
    await page.getByRole('link', { name: 'Alpha', exact: true }).first().waitFor();
    await expectAccessible();
  });

  it('is the details panel, with its log', async () => {
    await goTo(`/destinations/${destinationId}`);
    await page.getByText('Channel log').click();
    await page.getByRole('list', { name: 'Log of Alpha, newest last' }).waitFor();
    await expectAccessible();
  });

  it('is the question before all are stopped', async () => {
    await goTo('/');
    await button('Start all').click();
    await dialog(/^Start one/).waitFor();
    await expectAccessible('[role=dialog]');
  });

  it('is the sheet of shortcuts', async () => {
    await goTo('/settings');
    await heading('Settings').waitFor();
    await page.keyboard.press('?');
    await dialog('Keyboard shortcuts').waitFor();
    await expectAccessible('[role=dialog]');
    await page.keyboard.press('Escape');
  });

  it('is the rehearsal, with its banner, at a phone’s width too', async () => {
    await goTo('/');
    await page.getByRole('banner').getByRole('link', { name: 'Rehearsal' }).click();
    await rehearsal().getByRole('switch', { name: 'AWS throttles' }).click();
    await page.getByRole('banner').getByRole('button', { name: 'End the rehearsal' }).waitFor();
    await expectAccessible();
    await page.setViewportSize({ width: 360, height: 780 });
    expect(await tooWide(page)).toEqual([]);
    await button('Close the rehearsal').click();
    expect(await tooWide(page)).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
  });
});

describe('the rehearsal by keyboard alone', () => {
  it('is reached, switched and ended, and says so to a screen reader', async () => {
    const status = page.getByRole('banner').getByRole('status');
    await button('End the rehearsal').focus();
    await page.keyboard.press('Enter');
    await waitFor('the banner to go', async () => (await status.innerText()) === '');
    await page.getByRole('banner').getByRole('link', { name: 'Rehearsal' }).focus();
    await page.keyboard.press('Enter');
    await rehearsal().waitFor();
    const lost = rehearsal().getByRole('switch', { name: 'The encoder is gone' });
    for (let presses = 0; !(await lost.evaluate((element) => element === document.activeElement)); presses += 1) {
      if (presses > 10) throw new Error('the keyboard does not get to the switch');
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Space');
    await status.getByText('The encoder is gone').waitFor();
    expect(await lost.isChecked()).toBe(true);
    expect(await lost.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press('Space');
    await waitFor('the banner to go', async () => (await status.innerText()) === '');
    await page.keyboard.press('Escape');
    await rehearsal().waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Rehearsal');
  });

  it('broke no policy and threw no error', () => {
    expect({ faults: watched.faults, strangers: watched.strangers }).toEqual({ faults: [], strangers: [] });
  });
});

/** Two of them, the first one running without a picture. */
async function addDestinations(): Promise<void> {
  const of = async (name: string): Promise<{ destinationId: string; status: string }> =>
    (await product.call('GET', '/api/destinations')).body.data.find((each: { name: string }) => each.name === name);
  for (const name of ['Alpha', 'Bravo']) {
    const fields = { name, platform: 'custom', rtmpUrl: `rtmp://127.0.0.1:65535/${name}`, preset: '720p30' };
    const answer = await product.call('POST', '/api/destinations', { ...fields, streamKey: `key-of-${name}` });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    await waitFor(`${name} to be idle`, async () => (await of(name)).status === 'idle');
  }
  destinationId = (await of('Alpha')).destinationId;
  await product.call('POST', `/api/destinations/${destinationId}/start`, {});
  await waitFor('Alpha to run', async () => (await of('Alpha')).status === 'running');
}
