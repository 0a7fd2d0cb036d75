import { readFileSync, renameSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPlainPng } from '../../functions/domain/plain-png.ts';
import { waitFor } from '../support/wait-for.ts';
import { arrange, idle, keyOf, running, type Wanted } from './arrange.ts';
import { BYTES_MAX, loadFirst, SCRIPT_BYTES_MAX } from './first-load.ts';
import { openStage, type Stage } from './stage.ts';
import { tooWide, type WatchedPage } from './watched-page.ts';

/**
 * Tests every page of the dashboard: navigation, costs, keyboard and small screens. Channels run without an encoder.
 */

const NAMES = ['Alpha', 'Bravo'];
const PAGES = [
  { path: '/', heading: 'Show' },
  { path: '/destinations', heading: 'Destinations' },
  { path: '/shows', heading: 'Schedule' },
  { path: '/timeline', heading: 'Timeline' },
  { path: '/leftovers', heading: 'Unused resources' },
  { path: '/settings', heading: 'Settings' },
  { path: '/no/such/page', heading: 'Page not found' },
];

/** Pages that others link to, and the navigation does not. */
const LINKED_PAGES = [
  { path: '/uptime', heading: 'Uptime' },
  { path: '/recordings', heading: 'Recordings' },
  { path: '/people', heading: 'People' },
];

let stage: Stage;
let show: WatchedPage;
let page: Page;

const button = (name: string, on: Page | Locator = page): Locator => on.getByRole('button', { name, exact: true });
const heading = (name: string): Locator => page.getByRole('heading', { level: 1, name, exact: true });
const STOPPED = NAMES.map((name) => idle(name));
const ALPHA_RUNS = [running('Alpha'), idle('Bravo')];
const begin = (wanted: readonly Wanted[], path?: string): Promise<void> => stage.begin(show, wanted, path);
/** The button's name may contain a price. */
const startButton = (name: string): Locator => page.getByRole('button', { name: new RegExp(`^Start .*${name}$`) });
const row = (name: string): Locator => page.locator(`[data-row][aria-label="${name}"]`);
const details = (name: string): Locator => page.getByRole('complementary', { name: `Details of ${name}` });
const settled = (name: string, status: string): Promise<unknown> =>
  waitFor(`${name} to be ${status}`, async () => (await stage.named(name)).status === status);
const pathname = (): string => new URL(page.url()).pathname;

async function press(...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

/** Starts a destination without an encoder. */
async function start(name: string): Promise<void> {
  await startButton(name).click();
  await page.getByRole('dialog').getByText('No encoder is connected').waitFor();
  await button('Start anyway').click();
}

/** Enables cost estimates, which are off on one machine. */
async function showMoney(): Promise<void> {
  await page.evaluate(() => localStorage.setItem('sluice-costs', 'true'));
  await page.reload();
}

beforeAll(async () => {
  stage = await openStage();
  show = await stage.open();
  page = show.page;
});

afterAll(() => stage?.close());

describe('the first page', () => {
  it('loads little before it is whole', async () => {
    await begin(ALPHA_RUNS);
    await row('Alpha').waitFor();
    const visitor = await stage.open({ storageState: await show.context.storageState() });
    // Another open tab would be shown in the header.
    await page.goto('about:blank');
    const { fetched, strangers } = await loadFirst(visitor.page, stage.product.origin);
    const paths = fetched.map(({ path }) => path).join('\n');
    const bytes = (of: typeof fetched) => of.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0);
    expect(paths).toMatch(/PreviewControls/);
    expect(bytes(fetched.filter(({ kind }) => kind === 'script')), paths).toBeLessThan(SCRIPT_BYTES_MAX);
    expect(bytes(fetched), paths).toBeLessThan(BYTES_MAX);
    expect(strangers).toEqual([]);
    await visitor.context.close();
  });
});

describe('pages', () => {
  it('open by their path and mark the current page', async () => {
    await begin(STOPPED);
    for (const each of PAGES) {
      await page.goto(stage.product.origin + each.path);
      await heading(each.heading).waitFor();
      const current = page.getByRole('navigation', { name: 'Pages' }).locator('[aria-current=page]');
      const names = await current.evaluateAll((links) => links.map((link) => link.ariaLabel ?? link.textContent));
      expect(names).toEqual(each.path.startsWith('/no') ? [] : [each.heading]);
      expect(await page.title()).toMatch(/ · Sluice$/);
    }
  });

  it('change without a reload, and move the focus', async () => {
    await begin(STOPPED, '/no/such/page');
    await page.getByRole('link', { name: 'Go to the show' }).click();
    await page.evaluate(() => Object.assign(window, { neverReloaded: true }));
    for (const each of PAGES.slice(1, 6)) {
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: each.heading }).click();
      await heading(each.heading).waitFor();
      await waitFor('the focus', () => page.evaluate(() => document.activeElement?.id === 'content'));
    }
    expect(await page.evaluate(() => 'neverReloaded' in window)).toBe(true);
  });

  it('leave a click with a modifier key to the browser, which opens a tab', async () => {
    await begin(STOPPED);
    const link = row('Alpha').getByRole('link', { name: 'Alpha', exact: true });
    expect(await link.getAttribute('href')).toMatch(/^\/destinations\/dst_/);
    // Opens no tab, because a headless browser on a busy machine may never load one in the background.
    await page.evaluate(() => {
      const look = (event: Event): void => {
        Object.assign(window, { isLeftToTheBrowser: !event.defaultPrevented });
        event.preventDefault();
      };
      window.addEventListener('click', look, { once: true });
    });
    await link.click({ modifiers: ['Control'] });
    expect(await page.evaluate(() => (window as { isLeftToTheBrowser?: boolean }).isLeftToTheBrowser)).toBe(true);
    expect(pathname()).toBe('/');
  });

  it('keep an open panel in the path: a reload restores it, and back closes it', async () => {
    await begin(STOPPED);
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Destinations' }).click();
    await row('Alpha').getByRole('link', { name: 'Alpha' }).click();
    await details('Alpha').waitFor();
    await heading('Destinations').waitFor();
    expect(pathname()).toBe(`/destinations/${(await stage.named('Alpha')).destinationId}`);
    await page.goBack();
    await details('Alpha').waitFor({ state: 'detached' });
    await heading('Destinations').waitFor();
    await page.goForward();
    await page.reload();
    await details('Alpha').getByText('RTMP URL').waitFor();
    await press('Escape');
    await details('Alpha').waitFor({ state: 'detached' });
    await page.goto(`${stage.product.origin}/destinations/dst_${'z'.repeat(26)}`);
    await page.getByText('It was deleted, or the address is wrong.').waitFor();
    await button('Close the details').click();
  });
});

describe('money', () => {
  it('is hidden on one machine until it is enabled once', async () => {
    await begin(STOPPED);
    await startButton('Alpha').waitFor();
    expect(await page.locator('body').innerText()).not.toMatch(/\$|price/);
    await page.goto(`${stage.product.origin}/settings`);
    await page.getByLabel('Show cost estimates on every page').check();
    await page.goto(stage.product.origin);
    await page.getByRole('banner').getByText('Estimate').waitFor();
    expect(await startButton('Alpha').innerText()).toMatch(/\$\d/);
  });

  it('is never the most prominent figure in the header', async () => {
    await begin(STOPPED);
    await showMoney();
    const weights = async (target: Locator): Promise<number[]> =>
      target.evaluate((element) => {
        const { fontSize, fontWeight } = getComputedStyle(element);
        return [Number.parseFloat(fontSize), Number(fontWeight)];
      });
    const [size = 0, weight = 0] = await weights(page.getByRole('banner').getByText(/^Estimate/));
    const [airSize = 0, airWeight = 0] = await weights(page.getByRole('banner').getByText('0', { exact: true }));
    expect([size < airSize, weight < airWeight]).toEqual([true, true]);
  });

  it('is shown on the Start button, with a description', async () => {
    await begin(STOPPED);
    await showMoney();
    const { cost } = await stage.named('Alpha');
    expect(cost.perHourRunning).toBeGreaterThan(0);
    const price = `$${cost.perHourRunning!.toFixed(2)}/h`;
    const offered = startButton('Alpha');
    expect(await offered.innerText()).toContain(price);
    expect(await offered.getAttribute('aria-description')).toContain('10-minute minimum per start');
    await page.getByText('Estimate only: nothing is billed on this machine').waitFor();
  });

  it('is estimated in the add form, which shows a duplicate at its field', async () => {
    await begin(STOPPED);
    await showMoney();
    await page.getByRole('link', { name: 'Add destination' }).click();
    const dialog = page.getByRole('dialog');
    await page.getByRole('radio', { name: 'Custom RTMP' }).check();
    await page.getByLabel('Encoding').selectOption('720p30');
    await dialog.getByText(/10-minute minimum per start/).waitFor();
    await page.getByLabel('When stopped').selectOption('cold');
    await dialog.getByText('Stopped: no cost').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('Twin');
    await page.getByLabel('RTMP URL').fill('rtmp://127.0.0.1:65535/Alpha');
    const key = page.getByLabel('Stream key', { exact: true });
    await key.fill(keyOf('Alpha'));
    await button('Add destination', dialog).click();
    await dialog.getByText(/already pushes this stream key to this host/).waitFor();
    expect(await key.getAttribute('aria-invalid')).toBe('true');
    await button('Cancel', dialog).click();
    await dialog.waitFor({ state: 'detached' });
  });

  it('counts up while a destination runs, and is summed up in the header', async () => {
    await begin(STOPPED);
    await showMoney();
    await start('Alpha');
    await settled('Alpha', 'running');
    await row('Alpha')
      .getByText(/\$\d+\.\d\d\/h/)
      .waitFor();
    await row('Alpha')
      .getByText(/^(from |about )?\$\d+\.\d\d$/)
      .waitFor();
    await page.getByRole('banner').getByText('so far').waitFor();
    expect(
      await page
        .getByRole('banner')
        .getByRole('link', { name: /so far/ })
        .innerText(),
    ).toMatch(/\$\d.*\/h/);
  });
});

describe('an edit', () => {
  it('shows before saving what it will interrupt', async () => {
    await begin(ALPHA_RUNS);
    await button('More for Alpha').click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('This destination is running.').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('Other');
    await dialog.getByText('These changes do not interrupt it.').waitFor();
    await page.getByLabel('RTMP URL').fill('rtmp://127.0.0.1:65535/elsewhere');
    await dialog.getByText('This destination is not on air, so a new RTMP URL applies at once.').waitFor();
    await button('Cancel', dialog).click();
    await dialog.waitFor({ state: 'detached' });
    expect((await stage.named('Alpha')).status).toBe('running');
  });
});

describe('stopping the last running destination', () => {
  it('is confirmed in a single dialog', async () => {
    await begin(ALPHA_RUNS);
    await button('Stop Alpha').click();
    const dialog = page.getByRole('dialog', { name: 'Stop Alpha?' });
    await dialog.getByText('This is the last destination on air').waitFor();
    await press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect((await stage.named('Alpha')).desired).toBe('running');
  });
});

describe('details', () => {
  it('show graphs with text alternatives, steps with durations, and ids to copy', async () => {
    await begin([running('Alpha'), running('Bravo')]);
    const header = page.getByRole('banner');
    // Without the strip of incidents, of which the previous test may have left one.
    const bar = header.locator('> div').first();
    await row('Alpha').getByRole('link', { name: 'Alpha' }).waitFor();
    const barBefore = await bar.boundingBox();
    await row('Alpha').getByRole('link', { name: 'Alpha' }).click();
    const panel = details('Alpha');
    await panel.waitFor();
    // The panel begins below the header, which stays as it was.
    expect(await bar.boundingBox()).toEqual(barBefore);
    await waitFor('the panel to be below the header', async () => {
      return (await panel.boundingBox())!.y === (await header.boundingBox())!.height;
    });
    for (const name of ['Bitrate', 'Frames per second', 'Dropped frames', 'Reconnects']) {
      await panel.getByRole('img', { name: new RegExp(`^${name}, last five minutes: \\w`) }).waitFor();
    }
    await panel.getByText('Start succeeded').first().waitFor();
    const steps = panel.getByRole('listitem').filter({ hasText: 'Starting the channel' });
    expect(await steps.innerText()).toMatch(/[\d.]+ s$/);
    await button('Copy the MediaLive channel', panel).click();
    const { mediaLiveChannelId } = await stage.named('Alpha');
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(mediaLiveChannelId);
    // The panel is beside the page, which stays usable.
    await row('Alpha').getByRole('button', { name: 'Stop Alpha' }).click();
    await button('Cancel', row('Alpha')).click();
    await button('Close the details').click();
  });
});

describe('destinations', () => {
  it('are filtered by text and status, and the query keeps the filters', async () => {
    await begin(ALPHA_RUNS, '/destinations');
    await row('Alpha').waitFor();
    await page.getByRole('searchbox', { name: 'Search destinations' }).fill('brav');
    await row('Alpha').waitFor({ state: 'detached' });
    await page.reload();
    await row('Bravo').waitFor();
    expect(await page.locator('[data-row]').count()).toBe(1);
    await page.getByRole('button', { name: /^Waiting for source/ }).click();
    await page.getByText('No destination matches').waitFor();
    await button('Show all').click();
    await button('Waiting for source 1').click();
    await row('Bravo').waitFor({ state: 'detached' });
    await row('Alpha').waitFor();
    await button('All 2').click();
  });

  it('start and stop by selection, with a result for each', async () => {
    await begin(ALPHA_RUNS, '/destinations');
    await page.getByRole('checkbox', { name: 'Select Bravo' }).check();
    await page.getByText('1 selected').waitFor();
    await button('Start 1').click();
    const dialog = page.getByRole('dialog', { name: 'Start one destination?' });
    await dialog.getByText('No encoder is connected').waitFor();
    await button('Start one destination anyway', dialog).click();
    await page.getByText('One destination started').waitFor();
    expect((await stage.named('Bravo')).status).toBe('running');
    await page.getByRole('checkbox', { name: 'Select all shown' }).check();
    await button('Stop 2').click();
    await button('Stop 2 destinations').click();
    await page.getByText('2 destinations stopped').waitFor();
    for (const name of NAMES) expect((await stage.named(name)).status).toBe('idle');
  });
});

describe('groups', () => {
  const GROUPED = [idle('Alpha', { group: 'Sunday service' }), idle('Bravo', { group: 'Weekday' })];
  const part = (name: string): Locator => page.getByRole('region', { name, exact: true });
  const rows = (): Promise<string[]> => page.locator('[data-row-name]').allInnerTexts();

  it('are set in the form, and start and stop together on the show page', async () => {
    await begin(STOPPED);
    await row('Alpha').waitFor();
    expect(await page.getByRole('button', { name: /^Start group/ }).count()).toBe(0);
    const { destinationId } = await stage.named('Bravo');
    await stage.product.call('PATCH', `/api/destinations/${destinationId}`, { group: 'Weekday' });
    await part('Weekday').waitFor();
    await button('More for Alpha').click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel('Group', { exact: true }).fill(' Sunday service ');
    const suggested = form.locator('datalist option');
    expect(await suggested.evaluateAll((all) => all.map((each) => (each as HTMLOptionElement).value))).toEqual([
      'Weekday',
    ]);
    await button('Save changes', form).click();
    const sunday = part('Sunday service');
    await sunday.getByText('0 of 1 on air').waitFor();
    expect(await sunday.locator('[data-row]').count()).toBe(1);
    await button('Start group Sunday service').click();
    const dialog = page.getByRole('dialog', { name: 'Start one destination?' });
    await dialog.getByText('No encoder is connected').waitFor();
    await button('Start one destination anyway', dialog).click();
    await page.getByText('One destination started').waitFor();
    expect([(await stage.named('Alpha')).status, (await stage.named('Bravo')).status]).toEqual(['running', 'idle']);
    await button('Stop group Sunday service').click();
    await page.getByRole('dialog', { name: 'Stop one destination?' }).getByText('Nothing stays on air').waitFor();
    await button('Stop one destination').click();
    await page.getByText('One destination stopped').waitFor();
  });

  it('group, filter and select destinations in the sortable table', async () => {
    await begin(GROUPED, '/destinations');
    await row('Alpha').waitFor();
    const title = page.getByRole('columnheader', { name: 'Name' });
    expect(await title.getAttribute('aria-sort')).toBeNull();
    await title.getByRole('button').press('Enter');
    expect(await title.getAttribute('aria-sort')).toBe('ascending');
    await title.getByRole('button').press('Enter');
    expect(await title.getAttribute('aria-sort')).toBe('descending');
    expect(await rows()).toEqual(['Bravo', 'Alpha']);
    await page.reload();
    await row('Alpha').waitFor();
    expect(await title.getAttribute('aria-sort')).toBe('descending');
    expect(await rows()).toEqual(['Bravo', 'Alpha']);

    await page.getByLabel('Group by').selectOption('group');
    await page.getByRole('heading', { level: 2, name: 'Sunday service' }).waitFor();
    expect(await rows()).toEqual(['Alpha', 'Bravo']);
    await page.getByRole('checkbox', { name: 'Select all of Weekday' }).check();
    await page.getByText('1 selected').waitFor();
    expect(await page.getByRole('checkbox', { name: 'Select Bravo' }).isChecked()).toBe(true);
    await page.setViewportSize({ width: 360, height: 780 });
    expect(await tooWide(page)).toEqual([]);
    await page.getByLabel('Sort by').selectOption('name');
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByLabel('Group', { exact: true }).selectOption('Sunday service');
    await row('Bravo').waitFor({ state: 'detached' });
    await page.getByText('1 shown').waitFor();
    expect(new URL(page.url()).search).toBe('?group=Sunday+service&by=group&sort=name');
  });

  it('are excluded by the filter for no group, whose destinations start and stop together too', async () => {
    await begin(GROUPED, '/destinations');
    await page.getByLabel('Group', { exact: true }).selectOption({ label: 'No group' });
    await page.getByText('No destination matches.').waitFor();
    const { destinationId } = await stage.named('Bravo');
    await stage.product.call('PATCH', `/api/destinations/${destinationId}`, { group: null });
    await row('Bravo').waitFor();
    expect(await rows()).toEqual(['Bravo']);
    await page.reload();
    await row('Bravo').waitFor();
    expect(await rows()).toEqual(['Bravo']);
    expect(await page.getByLabel('Group', { exact: true }).locator('option:checked').innerText()).toBe('No group');
    await page.getByRole('checkbox', { name: 'Select all shown' }).check();
    await button('Start 1').click();
    await button('Start one destination anyway').click();
    await page.getByText('One destination started').waitFor();
    expect([(await stage.named('Alpha')).status, (await stage.named('Bravo')).status]).toEqual(['idle', 'running']);
    await button('Stop 1').click();
    await button('Stop one destination').click();
    await page.getByText('One destination stopped').waitFor();
    await stage.product.call('PATCH', `/api/destinations/${destinationId}`, { group: 'Weekday' });
    await page.getByText('No destination matches.').waitFor();
    await button('Show all').click();
    await row('Alpha').waitFor();
    expect(new URL(page.url()).search).toBe('');
  });
});

describe('the keyboard alone', () => {
  it('navigates, moves in the list, starts, and cancels a stop', async () => {
    await begin([idle('Alpha'), running('Bravo')], '/settings');
    await heading('Settings').waitFor();
    await press('g', 's');
    await heading('Show').waitFor();
    await row('Bravo').waitFor();
    await press('j', 'j', 'j', 'k');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Alpha');
    await press('s');
    await button('Start anyway').click();
    await settled('Alpha', 'running');
    await row('Alpha').locator('[data-transport]:not([aria-disabled=true])', { hasText: 'Stop' }).waitFor();
    await press('s');
    await button('Confirm: Stop Alpha').waitFor();
    await press('Escape');
    await button('Stop Alpha').waitFor();
    expect((await stage.named('Alpha')).desired).toBe('running');
    await press('g', 't');
    await heading('Timeline').waitFor();
    await press('/');
    await heading('Destinations').waitFor();
    await waitFor('the search field', () => page.evaluate(() => document.activeElement?.matches('[data-search]')));
  });

  it('triggers no shortcut in a field, in a dialog, or when shortcuts are off', async () => {
    await begin(STOPPED, '/destinations');
    await row('Alpha').waitFor();
    await press('/');
    await page.keyboard.type('gsn?');
    expect(await page.getByRole('searchbox').inputValue()).toBe('gsn?');
    await heading('Destinations').waitFor();
    await page.getByRole('searchbox').fill('');
    await heading('Destinations').click();
    await press('?');
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await sheet.getByText('Go to the timeline').waitFor();
    await press('g', 't');
    await press('Escape');
    await sheet.waitFor({ state: 'detached' });
    expect(pathname()).toBe('/destinations');
    await press('g', 'p');
    await page.getByLabel('Use single keys as shortcuts').uncheck();
    await press('g', 's');
    await press('n');
    await heading('Settings').waitFor();
    expect(pathname()).toBe('/settings');
    await page.reload();
    expect(await page.getByLabel('Use single keys as shortcuts').isChecked()).toBe(false);
    await page.getByLabel('Use single keys as shortcuts').check();
  });
});

/** Returns the colours at the left edge, in the middle and at the right edge of an image. Runs in the page. */
function coloursAcross(image: HTMLImageElement): string[] {
  const { naturalHeight: height, naturalWidth: width } = image;
  const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d')!;
  context.drawImage(image, 0, 0);
  const at = (x: number) => [...context.getImageData(x, height / 2, 1, 1).data].join(',');
  return [at(0), at(width / 2), at(width - 1)];
}

describe('the own slate', () => {
  it('is chosen and shown, stays when a file is no picture, and is removed', async () => {
    await begin([], '/settings');
    const plain = page.getByText('The plain slate', { exact: false });
    await plain.waitFor();
    const choose = (buffer: Buffer) =>
      page.getByLabel('Picture', { exact: true }).setInputFiles({ name: 'slate.png', mimeType: 'image/png', buffer });
    await choose(buildPlainPng(320, 180, 'c81ea0'));
    const shown = page.getByRole('img', { name: 'Your slate' });
    await shown.waitFor();
    await waitFor('the picture', () => shown.evaluate((image: HTMLImageElement) => image.naturalWidth === 320));
    await choose(buildPlainPng(300, 300, 'c81ea0'));
    const sizeOf = (image: HTMLImageElement) => `${image.naturalWidth} × ${image.naturalHeight}`;
    await waitFor('the picture with bars', async () => (await shown.evaluate(sizeOf)) === '533 × 300');
    expect(await shown.evaluate(coloursAcross)).toEqual(['0,0,0,255', '200,30,160,255', '0,0,0,255']);
    await choose(Buffer.from('not a picture'));
    await page.getByText('is neither a PNG nor a JPEG').first().waitFor();
    await page.getByText('send one still picture as PNG or JPEG').first().waitFor();
    expect(await shown.isVisible()).toBe(true);
    await button('Remove the picture').click();
    await button('Confirm: Remove the picture').click({ delay: 400 });
    await plain.waitFor();
    expect(await page.getByText('is neither a PNG nor a JPEG').count()).toBe(0);
  });
});

describe('the timeline', () => {
  it('lists all events, filters them by kind and destination, and exports them', async () => {
    await arrange(stage.product, [running('Alpha'), running('Bravo')]);
    await begin(STOPPED, '/timeline');
    const entries = page.getByRole('list', { name: 'Events' }).getByRole('listitem');
    await entries.filter({ hasText: 'Start succeeded' }).first().waitFor();
    await page.getByLabel('Event type').first().selectOption('operation_ended');
    await page.getByLabel('Destination', { exact: true }).selectOption({ label: 'Bravo' });
    await waitFor('ended operations of Bravo, and nothing else', async () => {
      const lines = await entries.allInnerTexts();
      return lines.length > 0 && lines.every((line) => /Bravo[^]*(succeeded|superseded)/.test(line));
    });
    const saved = async (name: string, role: 'link' | 'button'): Promise<string> => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole(role, { name, exact: true }).click(),
      ]);
      return readFileSync(await download.path(), 'utf8');
    };
    const csv = await saved('CSV', 'link');
    expect(csv.split(/\r?\n/)[0]).toContain('destinationName');
    const json = JSON.parse(await saved('JSON', 'button')) as { destinationName: string; kind: string }[];
    expect(json).toHaveLength(await entries.count());
    expect(new Set(json.map((each) => `${each.destinationName} ${each.kind}`))).toEqual(
      new Set(['Bravo operation_ended']),
    );
  });
});

describe('the uptime', () => {
  it('shows a bar for today that opens its seconds, and exports them', async () => {
    await arrange(stage.product, [running('Alpha')]);
    await begin(STOPPED, '/timeline');
    await page.getByRole('link', { name: 'Uptime per day' }).click();
    await heading('Uptime').waitFor();
    const rows = page.getByRole('list', { name: 'Uptime per destination' });
    // Destinations of earlier tests are listed too, without a link.
    const alpha = rows.locator('> li', { has: page.getByRole('link', { name: 'Alpha' }) });
    const today = new Date().toISOString().slice(0, 10);
    const bar = alpha.getByRole('button', { name: new RegExp(`^${today}: .* wanted`) });
    await bar.click();
    await alpha.getByText('Wanted on air').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'CSV', exact: true }).click(),
    ]);
    const lines = readFileSync(await download.path(), 'utf8').split(/\r?\n/);
    const [columns, ...table] = lines.filter((line) => line !== '').map((line) => line.split(','));
    const { destinationId } = await stage.named('Alpha');
    const cells = table.find((each) => each.includes(destinationId))!;
    const cell = (name: string) => Number(cells[columns!.indexOf(name)]);
    const states = ['starting', 'delivering', 'degraded', 'down', 'waiting', 'unknown'];
    expect(cell('wantedSeconds')).toBeGreaterThan(0);
    expect(states.reduce((sum, state) => sum + cell(state), 0)).toBe(cell('wantedSeconds'));
  });
});

describe('every page', () => {
  it('fits 360 pixels without scrolling sideways', async () => {
    await begin(STOPPED);
    await page.setViewportSize({ width: 360, height: 780 });
    for (const { path, heading: title } of [...PAGES, ...LINKED_PAGES]) {
      await page.goto(stage.product.origin + path);
      await heading(title).waitFor();
      expect(await tooWide(page), path).toEqual([]);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });
});

describe('stale data', () => {
  const tone = (name: string): Promise<string | null> => row(name).locator('xpath=..').getAttribute('data-tone');

  it('is grey with its age during a network loss on every page, and recovers automatically', async () => {
    await begin(ALPHA_RUNS);
    await waitFor('Alpha to wait', async () => (await tone('Alpha')) === 'waiting');
    await show.context.setOffline(true);
    await page.getByText(/Connection lost, showing the last known state.*\d+ s old/).waitFor();
    expect(await tone('Alpha')).toBe('stale');
    await press('g', 'd');
    await heading('Destinations').waitFor();
    expect(await row('Alpha').getAttribute('data-tone')).toBe('stale');
    await show.context.setOffline(false);
    await waitFor('Alpha to wait again', async () => (await row('Alpha').getAttribute('data-tone')) === 'waiting');
    expect(await page.getByText('Connection lost').count()).toBe(0);
  });

  it('says on every page that changes cannot be saved, why and what to do, until the store works again', async () => {
    await begin(STOPPED);
    const banner = page.getByRole('alert').filter({ hasText: 'Changes cannot be saved' });
    await startButton('Alpha').waitFor();
    expect(await banner.count()).toBe(0);
    const away = `${stage.dataDirectory}-away`;
    renameSync(stage.dataDirectory, away);
    try {
      await banner.waitFor();
      expect(await banner.innerText()).toMatch(/the data directory is gone.*put it back/);
      await page.goto(`${stage.product.origin}/settings`);
      await banner.waitFor();
    } finally {
      renameSync(away, stage.dataDirectory);
    }
    await banner.waitFor({ state: 'detached' });
    await heading('Settings').waitFor();
  });

  it('is not shown as current after the page was frozen', async () => {
    await begin(ALPHA_RUNS);
    await waitFor('Alpha to wait', async () => (await tone('Alpha')) === 'waiting');
    const session = await show.context.newCDPSession(page);
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    const { destinationId } = await stage.named('Alpha');
    await stage.product.call('POST', `/api/destinations/${destinationId}/stop`, {});
    await settled('Alpha', 'idle');
    await session.send('Page.setWebLifecycleState', { state: 'active' });
    await row('Alpha').getByText('Stopped').waitFor();
    expect(await page.locator('[data-row]').count()).toBe(3);
  });

  it('breaks no policy, throws no error and sends requests only to the product', () => {
    expect({ faults: show.faults, strangers: show.strangers }).toEqual({ faults: [], strangers: [] });
  });
});
