import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_TOKEN } from '../support/product.ts';
import { waitFor } from '../support/wait-for.ts';
import { findViolations } from './accessibility.ts';
import { idle, running } from './arrange.ts';
import { openStage, type Stage } from './stage.ts';
import { tooWide, type WatchedPage } from './watched-page.ts';

/**
 * Checks every page, panel and dialog against axe's rules, in dark and in light, first without destinations and then
 * with some. Each test sets up its own state.
 */

let stage: Stage;
let watched: WatchedPage;
let page: Page;

/** The first one runs without a picture. */
const SOME = [running('Alpha'), idle('Bravo')];

const button = (name: string): Locator => page.getByRole('button', { name, exact: true });
const heading = (name: string): Locator => page.getByRole('heading', { level: 1, name, exact: true });
const dialog = (name: string | RegExp): Locator => page.getByRole('dialog', { name });
const rehearsal = (): Locator => page.getByRole('complementary', { name: 'Drills' });

/** Checks the present page in both themes. @param within limits the check to a dialog */
async function expectAccessible(within = 'body'): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
    expect(await findViolations(page, within), colorScheme).toEqual([]);
  }
}

async function goTo(path: string): Promise<void> {
  await page.goto(stage.product.origin + path);
}

beforeAll(async () => {
  stage = await openStage();
  watched = await stage.open();
  page = watched.page;
});

afterAll(() => stage?.close());

describe('axe finds no violation, in dark and in light,', () => {
  it('on the sign-in page, also after a refusal', async () => {
    const { page: visitor, context } = await stage.open();
    const mine = page;
    page = visitor;
    await goTo('/#token=a-token-of-yesterday');
    await page.getByText('This sign-in link is no longer valid.').waitFor();
    await expectAccessible();
    await page.getByLabel('Token', { exact: true }).fill(TEST_TOKEN);
    await button('Sign in').click();
    await heading('Show').waitFor();
    page = mine;
    await context.close();
  });

  it.each([
    { path: '/', title: 'Show', sign: 'First steps' },
    { path: '/destinations', title: 'Destinations', sign: null },
    { path: '/shows', title: 'Schedule', sign: null },
    { path: '/shows/new', title: 'Plan a show', sign: null },
    { path: '/timeline', title: 'Timeline', sign: null },
    { path: '/recordings', title: 'Recordings', sign: null },
    { path: '/uptime', title: 'Uptime', sign: null },
    { path: '/incidents', title: 'Incidents', sign: null },
    { path: '/leftovers', title: 'Unused resources', sign: null },
    { path: '/notifications', title: 'Notifications', sign: null },
    { path: '/settings', title: 'Settings', sign: null },
    { path: '/transfer', title: 'Export and import', sign: null },
    { path: '/no/such/page', title: 'Page not found', sign: null },
  ])('on $path without destinations', async ({ path, title, sign }) => {
    await stage.begin(watched, [], path);
    await heading(title).waitFor();
    if (sign) await page.getByRole('list', { name: sign }).waitFor();
    await expectAccessible();
  });

  it('on the add form with errors at its fields', async () => {
    await stage.begin(watched, [], '/destinations/new');
    await page.getByLabel('Name', { exact: true }).waitFor();
    await dialog('Add a destination').getByRole('button', { name: 'Add destination' }).click();
    await page.getByText('Enter a name').waitFor();
    await expectAccessible('[role=dialog]');
  });

  it('on the notifications page with a target, its deliveries and its form', async () => {
    await stage.begin(watched, [], '/notifications');
    const made = await stage.product.call('POST', '/api/notification-targets', {
      name: 'Studio',
      kind: 'email',
      email: 'studio@example.com',
    });
    await stage.product.call('POST', `/api/notification-targets/${made.body.targetId}/test`);
    await button('Deliveries of Studio').click();
    await page.getByRole('list', { name: 'Deliveries of Studio' }).waitFor();
    await page.getByRole('list', { name: 'E-mails in the outbox' }).getByText('Test message').first().waitFor();
    await expectAccessible();
    await page.setViewportSize({ width: 360, height: 780 });
    expect(await tooWide(page)).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await button('Edit Studio').click();
    await dialog('Edit Studio').getByText('Events', { exact: true }).click();
    await expectAccessible('[role=dialog]');
  });

  it.each(['/', '/destinations', '/timeline', '/uptime'])(
    'on %s with destinations, one of them running',
    async (path) => {
      await stage.begin(watched, SOME, path);
      await page.getByRole('link', { name: 'Alpha', exact: true }).first().waitFor();
      await expectAccessible();
    },
  );

  it('on the details panel with its log', async () => {
    await stage.begin(watched, SOME);
    await goTo(`/destinations/${(await stage.named('Alpha')).destinationId}`);
    await page.getByText('Channel log').click();
    await page.getByRole('list', { name: 'Log of Alpha, newest last' }).waitFor();
    await expectAccessible();
  });

  it('on the dialog of Start all', async () => {
    await stage.begin(watched, SOME);
    await button('Start all').click();
    await dialog(/^Start one/).waitFor();
    await expectAccessible('[role=dialog]');
  });

  it('on the sheet of shortcuts', async () => {
    await stage.begin(watched, SOME, '/settings');
    await heading('Settings').waitFor();
    await page.keyboard.press('?');
    await dialog('Keyboard shortcuts').waitFor();
    await expectAccessible('[role=dialog]');
    await page.keyboard.press('Escape');
  });

  it('on the drills panel with its banner, also at a phone’s width', async () => {
    await stage.begin(watched, SOME);
    await page.getByRole('banner').getByRole('link', { name: 'Drills' }).click();
    await rehearsal().getByRole('switch', { name: 'AWS throttles' }).click();
    await page.getByRole('banner').getByRole('button', { name: 'Stop all drills' }).waitFor();
    await expectAccessible();
    await page.setViewportSize({ width: 360, height: 780 });
    expect(await tooWide(page)).toEqual([]);
    await button('Close drills').click();
    expect(await tooWide(page)).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
  });
});

describe('the drills panel by keyboard alone', () => {
  it('opens, starts and stops a drill, and announces it to screen readers', async () => {
    await stage.begin(watched, SOME);
    await stage.product.call('POST', '/api/rehearsal', { fault: 'aws_throttled', isActive: true });
    const status = page.getByRole('banner').getByRole('status');
    await button('Stop all drills').focus();
    await page.keyboard.press('Enter');
    await waitFor('the banner to go', async () => (await status.innerText()) === '');
    await page.getByRole('banner').getByRole('link', { name: 'Drills' }).focus();
    await page.keyboard.press('Enter');
    await rehearsal().waitFor();
    const lost = rehearsal().getByRole('switch', { name: 'Source lost' });
    for (let presses = 0; !(await lost.evaluate((element) => element === document.activeElement)); presses += 1) {
      if (presses > 10) throw new Error('the keyboard does not reach the switch');
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Space');
    await status.getByText('Source lost').waitFor();
    expect(await lost.isChecked()).toBe(true);
    expect(await lost.evaluate((element) => element === document.activeElement)).toBe(true);
    await waitFor('the switch to be ready', async () => (await lost.getAttribute('aria-busy')) === null);
    await page.keyboard.press('Space');
    await waitFor('the banner to go', async () => (await status.innerText()) === '');
    await page.keyboard.press('Escape');
    await rehearsal().waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Drills');
  });

  it('breaks no content security policy and throws no error', () => {
    expect({ faults: watched.faults, strangers: watched.strangers }).toEqual({ faults: [], strangers: [] });
  });
});
