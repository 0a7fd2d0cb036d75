import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { idle, running, type Wanted } from './arrange.ts';
import { patchSnapshot } from './patch-snapshot.ts';
import { openStage, type Stage } from './stage.ts';
import { readableIn, tooSmall, tooWide, type WatchedPage } from './watched-page.ts';

/**
 * Tests the form, search, duplication and manual order, and the layout on a phone. Channels run without an encoder.
 */

const PHONE = { width: 390, height: 844 };
const TYPED_KEY = 'canary-key-typed-0042';

let stage: Stage;
let show: WatchedPage;
let page: Page;

const button = (name: string, on: Page | Locator = page): Locator => on.getByRole('button', { name, exact: true });
const row = (name: string): Locator => page.locator(`[data-row][aria-label="${name}"]`);
const dialog = (): Locator => page.getByRole('dialog');
const field = (label: string): Locator => dialog().getByLabel(label, { exact: true });
const names = (): Promise<string[]> => page.locator('li:not([data-primary]) [data-row-name]').allInnerTexts();
const begin = (wanted: readonly Wanted[], path?: string): Promise<void> => stage.begin(show, wanted, path);

async function chooseFromMenu(name: string, item: string): Promise<void> {
  await button(`More for ${name}`).click();
  await page.getByRole('menuitem', { name: item, exact: true }).click();
}

/** Edits a destination as a colleague would. */
async function patch(name: string, fields: object): Promise<void> {
  const { destinationId } = await stage.named(name);
  const { status } = await stage.product.call('PATCH', `/api/destinations/${destinationId}`, fields);
  expect(status).toBe(200);
}

async function paste(target: Locator, text: string): Promise<void> {
  await page.evaluate((each) => navigator.clipboard.writeText(each), text);
  await target.focus();
  await page.keyboard.press('Control+V');
}

beforeAll(async () => {
  stage = await openStage();
  show = await stage.open();
  page = show.page;
});

afterAll(() => stage?.close());

describe('a form that was closed', () => {
  it('restores its input, and after a reload everything except the key', async () => {
    await begin([], '/destinations/new');
    await field('Name').fill('Half typed');
    await field('Stream key').fill(TYPED_KEY);
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Add destination' }).first().click();
    await dialog()
      .getByText(/^Restored what you typed at \d+:\d\d [AP]M\.$/)
      .waitFor();
    expect([await field('Name').inputValue(), await field('Stream key').inputValue()]).toEqual([
      'Half typed',
      TYPED_KEY,
    ]);
    const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    expect(stored).not.toContain(TYPED_KEY);

    await page.reload();
    await dialog()
      .getByText(/^Restored what you typed at .*, without the stream key\.$/)
      .waitFor();
    expect([await field('Name').inputValue(), await field('Stream key').inputValue()]).toEqual(['Half typed', '']);
    await button('Discard', dialog()).click();
    expect(await field('Name').inputValue()).toBe('');
    await page.reload();
    await field('Name').waitFor();
    expect(await field('Name').inputValue()).toBe('');
  });

  it('is empty again after Cancel', async () => {
    await begin([], '/destinations/new');
    await field('Name').fill('Not wanted');
    await button('Cancel', dialog()).click();
    await page.getByRole('link', { name: 'Add destination' }).first().click();
    await field('Name').waitFor();
    expect(await field('Name').inputValue()).toBe('');
  });

  it('keeps a URL typed for one platform while another is selected', async () => {
    await begin([], '/destinations/new');
    await dialog().getByRole('radio', { name: 'Custom RTMP' }).check();
    await field('RTMP URL').fill('rtmp://my.server.example/live');
    await dialog().getByRole('radio', { name: 'Twitch' }).check();
    expect(await field('RTMP URL').inputValue()).toContain('rtmps://');
    await dialog().getByRole('radio', { name: 'Custom RTMP' }).check();
    expect(await field('RTMP URL').inputValue()).toBe('rtmp://my.server.example/live');
  });
});

describe('an edit that conflicts with a colleague’s', () => {
  const conflict = (): Locator => dialog().getByRole('alertdialog', { name: 'Changed by someone else' });

  /** Renames Alpha here, while a colleague gives it a group and another preset. */
  async function meet(): Promise<void> {
    await begin([idle('Alpha')]);
    await page.setViewportSize({ width: 1440, height: 700 });
    await chooseFromMenu('Alpha', 'Edit');
    await field('Name').fill('Mine');
    await patch('Alpha', { group: 'Theirs', preset: '480p30' });
    await field('Name').press('Enter');
    await conflict().waitFor();
  }

  it('shows a focused question in view with their changes', async () => {
    await meet();
    await waitFor('the question to have the focus', () =>
      conflict().evaluate((element) => element === document.activeElement),
    );
    const { top, bottom } = await conflict().evaluate((element) => element.getBoundingClientRect().toJSON());
    expect(top).toBeGreaterThanOrEqual(0);
    expect(bottom).toBeLessThanOrEqual(700);
    const theirs = conflict().getByRole('list', { name: 'Their changes' });
    await theirs.getByText('Group: Theirs').waitFor();
    expect(await conflict().innerText()).not.toMatch(/dst_|"\d+"/);
  });

  it('keeps their other fields when mine is saved', async () => {
    await meet();
    await button('Save mine', conflict()).click();
    await dialog().waitFor({ state: 'detached' });
    expect(await stage.named('Mine')).toMatchObject({ name: 'Mine', group: 'Theirs', preset: '480p30' });
  });

  it('shows theirs on request, from which the edit continues', async () => {
    await meet();
    await button('Show theirs', conflict()).click();
    await conflict().waitFor({ state: 'detached' });
    expect([await field('Name').inputValue(), await field('Group').inputValue()]).toEqual(['Alpha', 'Theirs']);
    await field('Name').fill('Both');
    await button('Save changes', dialog()).click();
    await dialog().waitFor({ state: 'detached' });
    expect(await stage.named('Both')).toMatchObject({ group: 'Theirs' });
  });
});

describe('the form', () => {
  it('splits an address pasted into the stream key', async () => {
    await begin([], '/destinations/new');
    await dialog().getByRole('radio', { name: 'Facebook Live' }).check();
    await paste(field('Stream key'), `rtmps://live-api-s.facebook.com:443/rtmp/${TYPED_KEY}`);
    expect(await field('Stream key').inputValue()).toBe(TYPED_KEY);
    expect(await field('RTMP URL').inputValue()).toBe('rtmps://live-api-s.facebook.com:443/rtmp');
  });

  it('takes only the key of an address pasted where a key is replaced', async () => {
    await begin([idle('Alpha')]);
    await chooseFromMenu('Alpha', 'Replace stream key');
    await paste(field('New stream key'), `rtmp://127.0.0.1:65535/Alpha/${TYPED_KEY}`);
    expect(await field('New stream key').inputValue()).toBe(TYPED_KEY);
    await dialog().getByText('Only the key from the pasted address is used.').waitFor();
  });

  it('takes the terms of a new key with it, and never keeps the expiry of the old one', async () => {
    await begin([idle('Alpha')]);
    const { destinationId } = await stage.named('Alpha');
    const old = new Date(Date.now() + 3_600_000).toISOString();
    await stage.product.call('PATCH', `/api/destinations/${destinationId}`, { keyUse: 'once', keyValidUntil: old });
    await chooseFromMenu('Alpha', 'Replace stream key');
    await dialog()
      .getByText(/Leave empty if it does not\. That of the old key, .*, is removed\./)
      .waitFor();
    expect([await field('Stream key is').inputValue(), await field('Stream key expires').inputValue()]).toEqual([
      'once',
      '',
    ]);
    await field('New stream key').fill(TYPED_KEY);
    await field('Stream key expires').fill('2020-01-01T00:00');
    await button('Replace key', dialog()).click();
    await dialog()
      .getByText(/2020-01-01T.*has passed: send a later time/)
      .waitFor();
    await field('Stream key expires').fill('');
    await button('Replace key', dialog()).click();
    await dialog().waitFor({ state: 'detached' });
    expect(await stage.named('Alpha')).toMatchObject({ keyUse: 'once', keyValidUntil: null });

    await chooseFromMenu('Alpha', 'Replace stream key');
    await field('New stream key').fill(`${TYPED_KEY}-next`);
    await field('Stream key is').selectOption('reusable');
    await field('Stream key expires').fill('2099-12-31T12:00');
    await button('Replace key', dialog()).click();
    await dialog().waitFor({ state: 'detached' });
    const { keyUse, keyValidUntil } = await stage.named('Alpha');
    expect([keyUse, keyValidUntil?.slice(0, 10)]).toEqual(['reusable', '2099-12-31']);
  });

  it('warns about the name of another destination', async () => {
    await begin([idle('Alpha')], '/destinations/new');
    await field('Name').fill('  alpha');
    expect(await dialog().getByText('Another destination has the same name').count()).toBe(0);
    await field('Name').fill(' Alpha ');
    await dialog().getByText('Another destination has the same name').waitFor();
  });

  it('does not show a placeholder in the error colour', async () => {
    await begin([], '/destinations/new');
    const colors = (): Promise<string[]> =>
      field('Name').evaluate((element) => [
        getComputedStyle(element, '::placeholder').color,
        getComputedStyle(document.querySelector('[data-error]') ?? element).getPropertyValue('--mantine-color-error'),
      ]);
    const [before] = await colors();
    await button('Add destination', dialog()).click();
    await waitFor('the name to be marked', async () => (await field('Name').getAttribute('aria-invalid')) === 'true');
    expect((await colors())[0]).toBe(before);
    // The invalid field has the focus.
    expect(await field('Name').evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it('splits a pasted SRT address, and saves what it holds', async () => {
    await begin([], '/destinations/new');
    await dialog().getByRole('radio', { name: 'SRT' }).check();
    await field('Name').fill('Venue');
    await paste(field('SRT address'), `srt://127.0.0.1:9000?streamid=live/a&passphrase=${TYPED_KEY}&latency=300000`);
    expect(await field('SRT address').inputValue()).toBe('srt://127.0.0.1:9000');
    expect(await field('Passphrase').inputValue()).toBe(TYPED_KEY);
    await button('Add destination', dialog()).click();
    await dialog().waitFor({ state: 'detached' });
    expect(await stage.named('Venue')).toMatchObject({
      ...{ rtmpUrl: 'srt://127.0.0.1:9000', streamId: 'live/a', passphraseSet: true, latencyMs: 300 },
    });
    expect(await readableIn(page)).not.toContain(TYPED_KEY);
  });

  it('offers a backup ingest only where the platform takes one, and says why', async () => {
    await begin([], '/destinations/new');
    await dialog().getByRole('radio', { name: 'YouTube' }).check();
    await field('Backup ingest').check();
    expect(await field('Backup URL').inputValue()).toContain('backup=1');
    await dialog().getByRole('radio', { name: 'Twitch' }).check();
    expect([await field('Backup ingest').isDisabled(), await field('Backup ingest').isChecked()]).toEqual([
      true,
      false,
    ]);
    await dialog()
      .getByText(/Twitch takes one publisher per stream key/)
      .waitFor();
  });

  it.each([1440, 390])('needs its own backup URL, and keeps its stream key secret, %d pixels wide', async (width) => {
    await begin([], '/destinations/new');
    await page.setViewportSize({ width, height: 844 });
    await dialog().getByRole('radio', { name: 'Custom RTMP' }).check();
    await field('Name').fill('Both');
    await field('RTMP URL').fill('rtmp://127.0.0.1:65535/live');
    await field('Stream key').fill('key-of-the-main');
    await field('Backup ingest').check();
    await field('Backup URL').fill('rtmp://127.0.0.1:65535/live');
    await button('Add destination', dialog()).click();
    await dialog()
      .getByText(/two publishers at one address disconnect each other/)
      .waitFor();
    expect(await field('Backup URL').getAttribute('aria-invalid')).toBe('true');
    expect(await field('Backup URL').evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await tooWide(page)).toEqual([]);
    await field('Backup URL').fill('rtmp://127.0.0.1:65534/live');
    await field('Backup stream key').fill(TYPED_KEY);
    await button('Add destination', dialog()).click();
    await dialog().waitFor({ state: 'detached' });
    expect(await stage.named('Both')).toMatchObject({
      ...{ backupIngest: true, backupRtmpUrl: 'rtmp://127.0.0.1:65534/live', backupStreamKeyLast4: '0042' },
    });
    expect(await readableIn(page)).not.toContain(TYPED_KEY);
  });

  it('covers the fields behind its buttons on a phone', async () => {
    await begin([], '/destinations/new');
    await page.setViewportSize(PHONE);
    await field('Encoding').scrollIntoViewIfNeeded();
    const onTop = await button('Add destination', dialog()).evaluate((element) => {
      const bar = element.parentElement!;
      const arrows = [...bar.closest('form')!.querySelectorAll('[data-position="right"]')];
      return arrows.map((arrow) => Number(getComputedStyle(arrow).zIndex) < Number(getComputedStyle(bar).zIndex));
    });
    expect(onTop.length).toBeGreaterThan(1);
    expect(onTop).not.toContain(false);
  });
});

describe('the terms of a stream key', () => {
  it('are set in the form, checked by the API, flagged in the row, and not copied', async () => {
    await begin([idle('Alpha')]);
    const local = (hours: number) =>
      page.evaluate((ms) => {
        const at = new Date(Date.now() + ms);
        return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
      }, hours * 3_600_000);
    await chooseFromMenu('Alpha', 'Edit');
    await field('Stream key is').selectOption('For one broadcast only');
    await field('Stream key expires').fill(await local(-1));
    await button('Save changes', dialog()).click();
    await dialog()
      .getByText(/has passed: send a later time/)
      .waitFor();
    await field('Stream key expires').fill(await local(5));
    await button('Save changes', dialog()).click();
    await dialog().waitFor({ state: 'detached' });
    await row('Alpha').getByText('stream key expires soon').waitFor();
    const { keyUse, keyValidUntil } = await stage.named('Alpha');
    expect(keyUse).toBe('once');
    expect(Math.round((Date.parse(keyValidUntil!) - Date.now()) / 3_600_000)).toBe(5);
    await chooseFromMenu('Alpha', 'Duplicate');
    await field('Stream key is').waitFor();
    expect(await field('Stream key is').inputValue()).toBe('once');
    expect(await field('Stream key expires').inputValue()).toBe('');
  });
});

describe('a copy of a destination', () => {
  it('has every field except the key, and says so', async () => {
    await begin([idle('Alpha', { group: 'Sunday', preset: '480p30' })]);
    await chooseFromMenu('Alpha', 'Duplicate');
    await page.getByRole('dialog', { name: 'Duplicate Alpha' }).waitFor();
    expect(await field('Name').inputValue()).toBe('Alpha copy');
    expect(await field('Stream key').inputValue()).toBe('');
    await dialog().getByText('Stream keys are not copied').waitFor();
    await field('Stream key').fill(TYPED_KEY);
    await button('Add destination', dialog()).click();
    await row('Alpha copy').waitFor();
    const [copy, alpha] = [await stage.named('Alpha copy'), await stage.named('Alpha')];
    for (const same of ['group', 'preset', 'platform', 'rtmpUrl', 'standby'] as const)
      expect(copy[same]).toBe(alpha[same]);
  });
});

describe('a search', () => {
  it('matches visible text only', async () => {
    await begin([idle('Campus 15', { rtmpUrl: 'rtmp://127.0.0.1:65535/one' }), idle('Campus 19')], '/destinations');
    const { destinationId } = await stage.named('Campus 19');
    await row('Campus 19').waitFor();
    const search = page.getByRole('searchbox', { name: 'Search destinations' });
    await search.fill(destinationId.slice(4, 9));
    await page.getByText('No destination matches').waitFor();
    await search.fill('65535');
    await page.getByText('No destination matches').waitFor();
    await search.fill(destinationId);
    await row('Campus 19').waitFor();
    expect(await page.locator('[data-row]').count()).toBe(1);
  });
});

describe('the manual order', () => {
  const THREE = [idle('Alpha'), idle('Bravo'), idle('Charlie')];
  const becomes = (order: string): Promise<unknown> => waitFor(order, async () => (await names()).join(' ') === order);

  it('changes by arrow keys, which keep the focus, and survives a reload for everyone', async () => {
    await begin(THREE);
    await row('Charlie').waitFor();
    const before = await names();
    const [first, second] = before as [string, string];
    await button(`Move ${second}`).press('ArrowUp');
    await becomes([second, first, ...before.slice(2)].join(' '));
    await waitFor('the handle to have the focus', () =>
      button(`Move ${second}`).evaluate((element) => element === document.activeElement),
    );
    await page.getByText(`${second}: 1 of 3`).waitFor({ state: 'attached' });
    await page.reload();
    await becomes([second, first, ...before.slice(2)].join(' '));
    const { page: colleague, context } = await stage.open();
    await colleague.goto(stage.signInLink);
    await colleague.locator(`[data-row][aria-label="${second}"]`).waitFor();
    expect(await colleague.locator('li:not([data-primary]) [data-row-name]').allInnerTexts()).toEqual(await names());
    await context.close();
  });

  it('changes by dragging, and by the menu', async () => {
    await begin(THREE);
    await row('Charlie').waitFor();
    const [first, second, third] = (await names()) as [string, string, string];
    await button(`Move ${third}`).dragTo(row(first), { targetPosition: { x: 40, y: 5 } });
    await becomes([third, first, second].join(' '));
    await page.setViewportSize(PHONE);
    await chooseFromMenu(third, 'Move down');
    await becomes([first, third, second].join(' '));
    expect(await names()).toEqual([first, third, second]);
  });

  it('can be replaced by the order by name, which the browser remembers', async () => {
    await begin(THREE);
    await row('Charlie').waitFor();
    const [first] = (await names()) as [string];
    await button(`Move ${first}`).press('ArrowDown');
    await waitFor('the order to change', async () => (await names())[0] !== first);
    await page.getByLabel('Order').selectOption('name');
    await becomes('Alpha Bravo Charlie');
    expect(await page.getByRole('button', { name: /^Move / }).count()).toBe(0);
    await page.reload();
    await becomes('Alpha Bravo Charlie');
  });
});

describe('a start', () => {
  it('without an encoder asks for a confirmation', async () => {
    await begin([idle('Alpha')]);
    await page.getByRole('button', { name: /^Start .*Alpha$/ }).click();
    await page.getByRole('dialog', { name: 'Start Alpha?' }).getByText('No encoder is connected').waitFor();
    await page.keyboard.press('Enter');
    await dialog().waitFor({ state: 'detached' });
    expect((await stage.named('Alpha')).desired).toBe('idle');
  });

  it('of more destinations than free outputs says how many can start, and starts those', async () => {
    await begin([idle('Alpha'), idle('Bravo'), idle('Charlie')]);
    // Fifty destinations take minutes, so the test changes the number of outputs instead.
    await patchSnapshot(page, ({ source }) => ({ source: { ...source!, outputs: { used: 48, limit: 50 } } }));
    await page.reload();
    await button('Start all').click();
    await dialog().getByText('Only 2 of the source’s 50 outputs are free: 2 of 3 can start.').waitFor();
    const listed = dialog().getByRole('list', { name: 'What will start' }).getByRole('listitem');
    await listed.first().waitFor();
    expect(await listed.count()).toBe(2);
    await button('Start 2 destinations anyway').waitFor();
  });
});

describe('a phone', () => {
  it('shows the first destination on the first screen, and Stop all at every scroll position', async () => {
    await begin([running('Alpha'), running('Bravo'), idle('Charlie')]);
    await page.setViewportSize(PHONE);
    await button('Stop Bravo').waitFor();
    const first = page.locator('li:not([data-primary]) > [data-row]').first();
    const bar = page.getByRole('complementary', { name: 'Problems and Stop all' });
    const barTop = await bar.evaluate((element) => element.getBoundingClientRect().top);
    expect(await first.evaluate((element) => element.getBoundingClientRect().top)).toBeLessThan(barTop);
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    await button('Stop all', bar).click();
    await page.getByRole('dialog', { name: 'Stop 2 destinations?' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await button('Keyboard shortcuts').isVisible()).toBe(false);
    expect(await tooWide(page)).toEqual([]);
  });

  it.each(['/', '/destinations', '/settings'])('has no target below 44 pixels on %s', async (path) => {
    await begin([running('Alpha'), idle('Bravo')], path);
    await page.setViewportSize(PHONE);
    await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' });
    if (path !== '/settings') await button('More for Alpha').waitFor();
    expect(await tooSmall(page)).toEqual([]);
  });

  it('separates Stop from other controls, and puts Cancel in its place', async () => {
    await begin([running('Alpha'), running('Bravo')]);
    await page.setViewportSize(PHONE);
    const stop = button('Stop Alpha');
    await stop.waitFor();
    const box = async (target: Locator) => (await target.boundingBox())!;
    const at = await box(stop);
    const others = page.locator('[data-row][aria-label="Alpha"] :is(a, button)');
    for (const other of await others.all()) {
      if ((await other.getAttribute('aria-label')) === 'Stop Alpha' || !(await other.isVisible())) continue;
      const { x, y, width, height } = await box(other);
      const apart = Math.max(x - at.x - at.width, at.x - x - width, y - at.y - at.height, at.y - y - height);
      expect(apart, (await other.innerText()) || String(other)).toBeGreaterThanOrEqual(12);
    }
    await stop.click();
    const cancel = await box(button('Cancel', row('Alpha')));
    const middle = at.x + at.width / 2;
    expect(middle > cancel.x && middle < cancel.x + cancel.width).toBe(true);
  });
});

describe('the page', () => {
  it('breaks no policy, throws no error and sends requests only to the product', () => {
    expect({ faults: show.faults, strangers: show.strangers }).toEqual({ faults: [], strangers: [] });
  });
});
