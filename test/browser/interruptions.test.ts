import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { idle, running, type Wanted } from './arrange.ts';
import { abortSnapshots } from './patch-snapshot.ts';
import { openStage, type Stage } from './stage.ts';
import type { WatchedPage } from './watched-page.ts';

/**
 * Tests interruptions of an operator's action: a colleague's change, a navigation, a network loss, a hand-written
 * address. Channels run without an encoder.
 */

/** Contains two spaces, which browsers collapse to one. */
const SPACED = 'Main  Stage';
const MANY = Array.from({ length: 30 }, (_, index) => idle(`Many ${index + 1}`));

let stage: Stage;
let show: WatchedPage;
let page: Page;

const button = (name: string, on: Page | Locator = page): Locator => on.getByRole('button', { name, exact: true });
const begin = (wanted: readonly Wanted[], path?: string): Promise<void> => stage.begin(show, wanted, path);
/** The button's name may contain a price. */
const startButton = (name: string): Locator => page.getByRole('button', { name: new RegExp(`^Start .*${name}$`) });
const row = (name: string): Locator => page.locator(`[data-row][aria-label="${name}"]`);
const dialog = (): Locator => page.getByRole('dialog');
const hasFocus = (target: Locator): Promise<boolean> =>
  target.evaluate((element) => element === document.activeElement);

/** Changes a destination as a colleague would. */
async function change(name: string, action: 'start' | 'stop'): Promise<void> {
  await stage.product.call('POST', `/api/destinations/${(await stage.named(name)).destinationId}/${action}`, {});
}

async function openFromMenu(name: string, item: string): Promise<void> {
  await button(`More for ${name}`).click();
  await page.getByRole('menuitem', { name: item }).click();
  await dialog().waitFor();
}

beforeAll(async () => {
  stage = await openStage();
  show = await stage.open();
  page = show.page;
});

afterAll(() => stage?.close());

describe('a network loss before the page has loaded completely', () => {
  it('keeps the page and reports the part that failed to load', async () => {
    await begin([idle('Alpha'), idle('Bravo')]);
    const { page: visitor, context } = await stage.open();
    await visitor.goto(stage.signInLink);
    const start = visitor.getByRole('button', { name: /^Start .*Alpha$/ });
    await start.waitFor();
    await context.setOffline(true);
    await start.click();
    await visitor.getByText('Connection lost').first().waitFor();
    await visitor.getByRole('alert').getByText('failed to load').first().waitFor();
    expect(await start.isVisible()).toBe(true);
    await context.close();
  });

  it.each(['PreviewControls', 'SlateForAll'])(
    'keeps the page without %s, which it loads after its first picture',
    async (part) => {
      await begin([running('Alpha'), idle('Bravo')]);
      const { page: visitor, context } = await stage.open();
      await context.route(new RegExp(`/assets/${part}-[^/]*\\.js$`), (route) => route.abort());
      await visitor.goto(stage.signInLink);
      await visitor.getByRole('alert').getByText('failed to load').first().waitFor();
      expect(await visitor.getByText('This page failed').count()).toBe(0);
      await visitor.getByRole('button', { name: 'Stop Alpha' }).waitFor();
      await context.close();
    },
  );
});

describe('an inline question', () => {
  it('does not return after someone else has done the action', async () => {
    // Another destination runs, because the last one is confirmed in a dialog.
    await begin([running('Alpha'), running('Bravo')]);
    await button('Stop Alpha').click();
    await button('Confirm: Stop Alpha').waitFor();
    await change('Alpha', 'stop');
    await row('Alpha').getByText('Stopped').waitFor();
    await change('Alpha', 'start');
    await row('Alpha').getByText('Waiting for source').waitFor();
    expect(await button('Confirm: Stop Alpha').count()).toBe(0);
  });

  it('is not confirmed by the held key that opened it', async () => {
    await begin([running('Alpha'), running('Bravo')]);
    await button('Stop Alpha').focus();
    await page.keyboard.down('Enter');
    await button('Confirm: Stop Alpha').evaluate((element) =>
      element.addEventListener('click', () => Object.assign(window, { isAnswered: true })),
    );
    // Long enough for an answer to count.
    await page.keyboard.press('Shift', { delay: 400 });
    await page.keyboard.down('Enter');
    await page.keyboard.up('Enter');
    expect(await page.evaluate(() => 'isAnswered' in window)).toBe(false);
    await page.keyboard.press('Escape');
    await button('Stop Alpha').waitFor();
  });

  it('has no time limit, and closes when the operator uses another control', async () => {
    await begin([running('Alpha'), running('Bravo')]);
    await page.clock.install();
    await page.reload();
    await button('Stop Alpha').click();
    await button('Confirm: Stop Alpha').waitFor();
    await page.clock.fastForward('10:00');
    expect(await button('Confirm: Stop Alpha').isVisible()).toBe(true);
    await page.getByRole('heading', { name: 'Destinations', exact: true }).click();
    await button('Stop Alpha').waitFor();
    expect((await stage.named('Alpha')).desired).toBe('running');
    await page.clock.resume();
  });

  it('has no truncated label', async () => {
    await begin([running('Alpha'), running('Bravo')]);
    for (const width of [1440, 1024, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await button('Stop Alpha').click();
      for (const answer of ['Confirm: Stop Alpha', 'Cancel']) {
        const cut = await button(answer, row('Alpha')).evaluate((element) => {
          const label = element.querySelector('.mantine-Button-label') ?? element;
          const [text, box] = [document.createRange(), element.getBoundingClientRect()];
          text.selectNodeContents(label);
          const { left, right } = text.getBoundingClientRect();
          return left < box.left || right > box.right;
        });
        expect(cut, `${answer} at ${width}`).toBe(false);
      }
      await page.keyboard.press('Escape');
    }
  });
});

describe('a dialog', () => {
  it('stays open with its input when its destination leaves the list', async () => {
    await begin([running('Alpha'), idle('Bravo')], '/destinations?status=waiting');
    await openFromMenu('Alpha', 'Replace stream key');
    const field = dialog().getByLabel('New stream key');
    await field.fill('a-key-half-typed');
    await change('Alpha', 'stop');
    await row('Alpha').waitFor({ state: 'detached' });
    expect(await field.inputValue()).toBe('a-key-half-typed');
    await button('Cancel', dialog()).click();
    await dialog().waitFor({ state: 'detached' });
  });

  it('closes with its page', async () => {
    await begin([idle('Alpha')]);
    await page.getByRole('link', { name: 'Destinations', exact: true }).click();
    await openFromMenu('Alpha', 'Delete');
    await page.goBack();
    await dialog().waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'Source', exact: true }).waitFor();
    expect(await dialog().count()).toBe(0);
  });

  it('returns the focus to its opener', async () => {
    await begin([idle('Alpha'), idle('Bravo')]);
    const opener = button('More for Bravo');
    for (const item of ['Edit', 'Replace stream key', 'Delete']) {
      await openFromMenu('Bravo', item);
      await waitFor('the dialog to have the focus', () =>
        dialog().evaluate((element) => element.contains(document.activeElement)),
      );
      await page.keyboard.press('Escape');
      await dialog().waitFor({ state: 'detached' });
      await waitFor(`the focus to be back after ${item}`, () => hasFocus(opener));
    }
    for (const opened of [
      button('Keyboard shortcuts'),
      button('Start all'),
      page.getByRole('link', { name: 'Add destination' }),
    ]) {
      await opened.press('Enter');
      await dialog().waitFor();
      await waitFor('the dialog to have the focus', () =>
        dialog().evaluate((element) => element.contains(document.activeElement)),
      );
      await page.keyboard.press('Escape');
      await dialog().waitFor({ state: 'detached' });
      await waitFor('the focus to be back', () => hasFocus(opened));
    }
  });

  it('does not offer Cancel after the request is sent', async () => {
    await begin([idle('Alpha'), idle('Bravo')]);
    await button('Start all').click();
    await dialog().getByText('No encoder is connected').waitFor();
    stage.product.process.kill('SIGSTOP');
    try {
      await button('Start 2 destinations anyway').click();
      await button('Continue in the background', dialog()).waitFor();
      expect(await button('Cancel', dialog()).count()).toBe(0);
    } finally {
      stage.product.process.kill('SIGCONT');
    }
    await page.getByText('2 destinations started').waitFor();

    stage.product.process.kill('SIGSTOP');
    try {
      await openFromMenu('Bravo', 'Restart');
      await button('Restart', dialog()).click();
      await button('Continue in the background', dialog()).click();
      await dialog().waitFor({ state: 'detached' });
    } finally {
      stage.product.process.kill('SIGCONT');
    }
    await waitFor('the restart to be under way', async () => (await stage.named('Bravo')).operation?.kind === 'stop');
    await row('Bravo').getByText('Waiting for source').waitFor();
  });
});

describe('a list that fails to load after a bulk stop', () => {
  it('shows unknown results in the dialog', async () => {
    await begin([running('Alpha'), running('Bravo')]);
    await button('Stop all').click();
    await dialog().waitFor();
    const endAborts = await abortSnapshots(page);
    await button('Stop 2 destinations').click();
    await dialog().getByText('Checking').nth(1).waitFor();
    expect(await button('Continue in the background', dialog()).isVisible()).toBe(true);
    await endAborts();
    await page.getByText('2 destinations stopped').waitFor();
  });
});

describe('an edit of a running destination that sends nothing', () => {
  it('applies at once without a question, because it interrupts no viewer', async () => {
    await begin([idle('Alpha'), running('Bravo')]);
    await openFromMenu('Bravo', 'Edit');
    await dialog().getByLabel('RTMP URL').fill('rtmp://127.0.0.1:65535/another');
    await dialog().getByText('This destination is not on air, so a new RTMP URL applies at once.').waitFor();
    await button('Save changes', dialog()).press('Enter');
    await dialog().waitFor({ state: 'detached' });
    await waitFor('the restart', async () => {
      const { rtmpUrl, pendingChanges, status } = await stage.named('Bravo');
      return rtmpUrl.endsWith('/another') && !pendingChanges && status === 'running';
    });
  });
});

describe('a failure', () => {
  it('is shown after a navigation to another page', async () => {
    await begin([running('Alpha'), running('Bravo')]);
    // The first toast loads the library.
    await button('More for Bravo').click();
    await page.getByRole('menuitem', { name: 'Copy id' }).click();
    await page.getByText('Id copied').waitFor();
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Show' }).click();
    await button('Stop Bravo').click();
    const confirm = button('Confirm: Stop Bravo');
    await confirm.waitFor();
    // The question ignores an answer that comes too soon.
    await page.keyboard.press('Shift', { delay: 400 });
    await show.context.setOffline(true);
    // Both clicks happen at once, so the response arrives after the navigation.
    await page.evaluate(() => {
      document.querySelector<HTMLElement>('[aria-label="Confirm: Stop Bravo"]')!.click();
      document.querySelector<HTMLElement>('nav [href="/settings"]')!.click();
    });
    await page.getByRole('alert').getByText('Stop Bravo').waitFor();
    expect(new URL(page.url()).pathname).toBe('/settings');
  });

  it('is shown after its dialog was closed during the request', async () => {
    await begin([idle('Alpha'), idle('Bravo')]);
    await openFromMenu('Bravo', 'Replace stream key');
    await dialog().getByLabel('New stream key').fill('two words');
    stage.product.process.kill('SIGSTOP');
    try {
      await button('Replace key', dialog()).click();
      await button('Continue in the background', dialog()).click();
      await dialog().waitFor({ state: 'detached' });
    } finally {
      stage.product.process.kill('SIGCONT');
    }
    const told = page.getByRole('alert').getByText('Replace the stream key of Bravo');
    await told.waitFor();
    expect(await dialog().count()).toBe(0);
  });
});

describe('a session that ended in another tab', () => {
  it('resumes when the operator signs in there again', async () => {
    const { page: here, context } = await stage.open();
    await here.goto(stage.signInLink);
    await here.getByRole('link', { name: 'Settings' }).click();
    const there = await context.newPage();
    await there.goto(stage.product.origin);
    await there.evaluate(() => fetch('/api/session', { method: 'DELETE' }));
    await here.getByRole('heading', { name: 'Sign in' }).waitFor();
    await there.goto(stage.signInLink);
    await there.getByRole('heading', { name: 'Source', exact: true }).waitFor();
    await here.evaluate(() => window.dispatchEvent(new Event('focus')));
    await here.getByRole('heading', { name: 'Settings' }).waitFor();
    expect(await here.getByRole('heading', { name: 'Sign in' }).count()).toBe(0);
    await context.close();
  });
});

describe('a filter changed beside the details of a destination', () => {
  it('keeps them open, and survives closing them', async () => {
    await begin([idle('Alpha'), idle('Bravo')], '/destinations');
    await row('Bravo').getByRole('link', { name: 'Bravo' }).click();
    const details = page.getByRole('complementary', { name: 'Details of Bravo' });
    await details.waitFor();
    await page.getByLabel('Search destinations').fill('Alp');
    await row('Bravo').waitFor({ state: 'detached' });
    await page.getByLabel('Sort by').selectOption('name');
    expect(await details.isVisible()).toBe(true);
    await button('Close the details').click();
    await details.waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toBe('?q=Alp&sort=name');
    expect(await row('Bravo').count()).toBe(0);
  });

  it('does not decode the typed text', async () => {
    await begin([idle('Alpha')], '/destinations');
    for (const typed of ['%41', '100% + 1', 'ä%C3']) {
      await page.getByLabel('Search destinations').fill(typed);
      expect(await page.getByLabel('Search destinations').inputValue()).toBe(typed);
      await page.reload();
      expect(await page.getByLabel('Search destinations').inputValue()).toBe(typed);
    }
  });
});

describe('an address written by hand', () => {
  it('falls back to the offered choices on the timeline', async () => {
    await begin([idle('Alpha')]);
    for (const query of ['?days=some', '?days=-1', '?days=7&kind=nonsense']) {
      await page.goto(`${stage.product.origin}/timeline${query}`);
      await page.getByRole('list', { name: 'Events' }).getByRole('listitem').first().waitFor();
      expect(await page.getByLabel('Time', { exact: true }).inputValue(), query).toBe('7');
    }
  });
});

describe('a label with two spaces in it', () => {
  it('is found as a group', async () => {
    await begin([idle('Alpha'), idle(SPACED, { group: SPACED })], '/destinations');
    await page.getByLabel('Group', { exact: true }).selectOption({ label: 'Main Stage' });
    await row('Alpha').waitFor({ state: 'detached' });
    expect(await page.locator('[data-row]').count()).toBe(1);
  });

  it('is confirmed with collapsed spaces', async () => {
    await begin([idle('Alpha'), idle(SPACED, { group: SPACED })], '/destinations');
    await openFromMenu('Main Stage', 'Delete');
    await dialog().getByRole('textbox').fill('Main Stage');
    await button('Delete destination', dialog()).click();
    await waitFor('only Alpha to be left', async () => (await stage.destinations()).length === 1);
  });
});

describe('a palette forced by the system', () => {
  it('distinguishes disabled and selected controls from the rest', async () => {
    await begin([idle('Alpha')], '/destinations');
    await page.emulateMedia({ forcedColors: 'active' });
    const look = (target: Locator): Promise<string> =>
      target.evaluate((element) => {
        const { color, backgroundColor } = getComputedStyle(element);
        return `${color} on ${backgroundColor}`;
      });
    expect(await look(startButton('Alpha'))).not.toBe(await look(button('Stop Alpha')));
    expect(await look(button('All 1'))).not.toBe(await look(button('On air 0')));
    const link = (name: string): Locator => page.getByRole('navigation').getByRole('link', { name, exact: true });
    expect(await look(link('Destinations'))).not.toBe(await look(link('Show')));
    await page.emulateMedia({ forcedColors: null });
  });
});

describe('details of a destination far down a long list', () => {
  it('return the focus to its row after rows off screen were rerendered', async () => {
    await begin(MANY);
    const last = row('Many 30').getByRole('link', { name: 'Many 30' });
    await last.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: 'Details of Many 30' }).waitFor();
    // A row far above shows its short form, so the rows have been rerendered.
    await row('Many 1').getByRole('button').first().waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.getByRole('complementary').waitFor({ state: 'detached' });
    await waitFor('the focus to be back', () => hasFocus(last));
  });
});

describe('a destination far down started by its shortcut', () => {
  it('keeps the focus when the order by status moves it', async () => {
    await begin(MANY, '/destinations?sort=status');
    await page.setViewportSize({ width: 1280, height: 400 });
    await row('Many 30').getByRole('link', { name: 'Many 30' }).focus();
    await row('Many 30').getByRole('button').first().waitFor();
    await page.keyboard.press('s');
    await button('Start anyway', dialog()).click();
    await dialog().waitFor({ state: 'detached' });
    await row('Many 30').getByText('Waiting for source').waitFor();
    // The row is among the first now. Whether it is in view depends on the browser.
    await page.keyboard.press('End');
    const other = page.locator('[data-row]:not([aria-label="Many 30"])').first();
    await waitFor('the first rows to be short', async () => (await other.getByRole('button').count()) === 0);
    expect(await row('Many 30').evaluate((element) => element.contains(document.activeElement))).toBe(true);
  });
});

describe('the page', () => {
  it('breaks no policy, throws no error and sends requests only to the product', () => {
    expect({ faults: show.faults, strangers: show.strangers }).toEqual({ faults: [], strangers: [] });
  });
});
