import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFreePorts, findFreeTcpPort, startProduct, TEST_TOKEN, type Product } from '../support/product.ts';
import { waitFor } from '../support/wait-for.ts';
import { findViolations } from './accessibility.ts';
import { launchChromium } from './launch-chromium.ts';
import { openWatched, tooWide, type WatchedPage } from './watched-page.ts';

/**
 * Three browsers chat before a show, while an operator moderates in the dashboard. The steps build on one another, as in
 * a chat.
 */

const directory = mkdtempSync(join(tmpdir(), 'sluice-chat-'));
let product: Product;
let browser: Browser;
let desk: WatchedPage;
let watchers: WatchedPage[];
let anna: Page;
let ben: Page;
let reader: Page;
let showId: string;
let address: string;

/** Soon enough for the chat to be open, and late enough that nothing of the show begins. */
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString().slice(0, 19);
const log = (on: Page) => on.getByRole('log', { name: 'Messages' });
const button = (on: Page, name: string | RegExp) => on.getByRole('button', { name, exact: typeof name === 'string' });
const says = (on: Page, text: string) => log(on).getByText(text, { exact: true }).waitFor();
const isGone = (on: Page, text: string) => log(on).getByText(text, { exact: true }).waitFor({ state: 'detached' });

async function enter(on: Page, name: string): Promise<void> {
  await on.getByLabel('Your name').fill(name);
  await button(on, 'Join the chat').click();
  await on.getByLabel(`Message as ${name}`).waitFor();
}

async function say(on: Page, text: string): Promise<void> {
  await on.getByRole('textbox', { name: /^Message as/ }).fill(text);
  await button(on, 'Send').click();
}

/** Presses a button of the desk and confirms, once the question takes the click for deliberate. */
async function confirm(name: string): Promise<void> {
  await button(desk.page, name).first().click();
  const answer = button(desk.page, `Confirm: ${name}`);
  await answer.waitFor();
  await waitFor(`${name} to be done`, async () => {
    await answer.click({ timeout: 1000 }).catch(() => undefined);
    return (await answer.count()) === 0;
  });
}

beforeAll(async () => {
  product = await startProduct(await findFreePorts(), join(directory, 'data'), {
    ...{ SLUICE_AUDIENCE: 'on', SLUICE_AUDIENCE_PORT: String(await findFreeTcpPort()) },
    ...{ SLUICE_HLS_RENDITIONS: '480p30', SLUICE_PRIMARY: 'off' },
  });
  browser = await launchChromium();
  const { status, body } = await product.call('POST', '/api/shows', {
    ...{ title: 'Evening talk', zone: 'UTC', localStart: inMinutes(28), localEnd: inMinutes(90) },
    ...{ privacy: 'public', isDraft: false },
  });
  if (status !== 201) throw new Error(`planning the show: ${JSON.stringify(body)}`);
  showId = body.showId;
  const { body: links } = await product.call('GET', `/api/shows/${showId}/watch-links`);
  address = links.watchUrl;
  desk = await openWatched(browser, product.origin);
  watchers = [];
  for (let count = 0; count < 3; count += 1) watchers.push(await openWatched(browser, new URL(address).origin));
  [anna, ben, reader] = watchers.map(({ page }) => page) as [Page, Page, Page];
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe('the chat of a show', { timeout: 240_000 }, () => {
  it('is not on the page until an operator opens it on the show’s page', async () => {
    await anna.goto(address);
    expect(await anna.locator('[data-chat]').count()).toBe(0);
    await desk.page.goto(`${product.origin}/#token=${TEST_TOKEN}`);
    await desk.page.getByRole('heading', { level: 1 }).waitFor();
    await desk.page.goto(`${product.origin}/shows/${showId}`);
    await desk.page.getByRole('checkbox', { name: 'Chat', exact: true }).check();
    await desk.page.getByRole('checkbox', { name: 'Hold the first message of each person' }).check();
    await desk.page.getByRole('checkbox', { name: 'Reactions, likes and rating' }).check();
    await desk.page.getByRole('textbox', { name: 'Slow mode, seconds' }).fill('0');
    await button(desk.page, 'Save chat settings').click();
    await desk.page.getByText('The chat is open.').waitFor();
    // The page may be cached for seconds.
    await waitFor('the chat on the page', async () => {
      await anna.reload();
      return (await anna.locator('[data-chat]').count()) === 1;
    });
    for (const page of [ben, reader]) await page.goto(address);
    for (const page of [anna, ben, reader]) await page.getByText('No messages yet.').waitFor();
  });

  it('refuses a name that looks like another one, and says what to do', async () => {
    await enter(anna, 'Anna');
    await ben.getByLabel('Your name').fill('Аnnа');
    await button(ben, 'Join the chat').click();
    await ben.getByText('Another person here has this name. Choose another one.').waitFor();
    expect(await ben.getByLabel('Your name').inputValue()).toBe('Аnnа');
    await enter(ben, 'Ben');
  });

  it('holds a first message until the operator approves it, and shows the next ones to everyone', async () => {
    await say(anna, 'Hello <b>all</b>');
    await anna.getByText('A moderator will see your message before others do.').waitFor();
    await desk.page
      .getByRole('list', { name: 'Messages that wait for approval' })
      .getByText('Hello <b>all</b>')
      .waitFor();
    expect(await log(reader).textContent()).not.toContain('Hello');
    await button(desk.page, /^Approve: Anna/).click();
    for (const page of [anna, ben, reader]) await says(page, 'Hello <b>all</b>');
    expect(await log(reader).locator('b').count()).toBe(0);
    await say(anna, 'Is it on time?');
    for (const page of [anna, ben, reader]) await says(page, 'Is it on time?');
    await say(ben, 'Yes');
    await button(desk.page, /^Approve: Ben/).click();
    for (const page of [anna, reader]) await says(page, 'Yes');
  });

  it('is accessible, in both schemes and at every width, and has the history for a page that begins', async () => {
    await reader.reload();
    for (const text of ['Hello <b>all</b>', 'Is it on time?', 'Yes']) await says(reader, text);
    for (const colorScheme of ['dark', 'light'] as const) {
      await reader.emulateMedia({ colorScheme });
      expect(await findViolations(reader), colorScheme).toEqual([]);
    }
    for (const width of [320, 1280, 3840]) {
      await reader.setViewportSize({ width, height: 700 });
      const excess = await reader.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(excess, `${width} pixels`).toBeLessThanOrEqual(0);
    }
    await reader.setViewportSize({ width: 1280, height: 720 });
    expect(await findViolations(desk.page)).toEqual([]);
  });

  it('loses a message on every page when the operator deletes it', async () => {
    await say(ben, 'something rude');
    for (const page of [anna, reader]) await says(page, 'something rude');
    await desk.page.getByLabel('Reason').fill('insult');
    await button(desk.page, /^Delete: Ben, something rude/).click();
    for (const page of [anna, ben, reader]) await isGone(page, 'something rude');
    expect(await log(reader).textContent()).toContain('Is it on time?');
    await desk.page
      .getByRole('list', { name: 'Moderation log' })
      .getByText(/deleted a message of Ben: insult/)
      .waitFor();
  });

  it('refuses a link and keeps what was typed, also when the page is loaded again', async () => {
    await say(ben, 'look at example.com');
    await ben.getByText('Links are off in this chat.').waitFor();
    await ben.reload();
    const text = ben.getByRole('textbox', { name: /^Message as/ });
    await text.waitFor();
    expect(await text.inputValue()).toBe('look at example.com');
  });

  it('counts reactions and likes for everyone', async () => {
    // A count is shown for two seconds.
    await waitFor('the reaction on another page', async () => {
      await button(anna, 'React: heart').click();
      return /\d/.test((await button(reader, 'React: heart').textContent()) ?? '');
    });
    await button(anna, /^Like · /).click();
    await button(anna, 'Liked · 1').waitFor();
    expect(await button(anna, 'Liked · 1').getAttribute('aria-pressed')).toBe('true');
    await desk.page.getByText(/likes: 1/).waitFor();
  });

  it('does not jump while a person reads further up', async () => {
    for (let count = 0; count < 25; count += 1)
      await say(anna, `line ${count}`).then(() => says(anna, `line ${count}`));
    await says(reader, 'line 24');
    await log(reader).evaluate((list) => (list.scrollTop = 0));
    await say(anna, 'one more');
    await button(reader, 'New messages').waitFor();
    expect(await log(reader).evaluate((list) => list.scrollTop)).toBe(0);
    await button(reader, 'New messages').click();
    await waitFor('the end', () =>
      log(reader).evaluate((list) => list.scrollHeight - list.scrollTop - list.clientHeight < 40),
    );
  });

  it('is silent for a person whom the operator bans, and all their messages go', async () => {
    await confirm('Ban Ben');
    for (const page of [anna, reader]) await isGone(page, 'Yes');
    await say(ben, 'I am still here');
    await ben.getByText('A moderator has stopped your messages in this chat.').waitFor();
    await say(anna, 'Quiet again');
    await says(reader, 'Quiet again');
    expect(await log(reader).textContent()).not.toContain('still here');
    await button(desk.page, 'Unblock Ben').waitFor();
  });

  it('has a message that a reader reports, and the operator deletes from the list of reports', async () => {
    await say(anna, 'buy my watches');
    await says(reader, 'buy my watches');
    const opened = reader.waitForEvent('popup');
    await log(reader).getByRole('link', { name: 'Report the message of Anna' }).last().click();
    const form = await opened;
    await form.getByText('buy my watches').waitFor();
    for (const width of [320, 1280]) {
      await form.setViewportSize({ width, height: 800 });
      expect([await tooWide(form), await findViolations(form)]).toEqual([[], []]);
    }
    await form.getByRole('radio', { name: 'It is spam or a fraud' }).check();
    await form.getByLabel('More about it').fill('third time today');
    await button(form, 'Send report').click();
    await form.getByRole('heading', { name: 'Thank you' }).waitFor();
    await form.close();

    await desk.page.goto(`${product.origin}/shows`);
    await desk.page.getByRole('link', { name: 'Reports from watchers: 1' }).click();
    await desk.page.getByText('third time today').waitFor();
    for (const width of [320, 390, 1280]) {
      await desk.page.setViewportSize({ width, height: 800 });
      expect([await tooWide(desk.page), await findViolations(desk.page)]).toEqual([[], []]);
    }
    await button(desk.page, /^Delete the message: Anna: buy my watches/).click();
    await desk.page.getByText('No open reports.').waitFor();
    for (const page of [anna, reader]) await isGone(page, 'buy my watches');
    await desk.page.goto(`${product.origin}/shows/${showId}`);
    await desk.page
      .getByRole('list', { name: 'Moderation log' })
      .getByText(/closed a report of watchers about Anna/)
      .waitFor();
  });

  it('is emptied on every page when the operator clears it, and closed when it is switched off', async () => {
    await confirm('Clear chat');
    for (const page of [anna, reader]) await page.getByText('No messages yet.').waitFor();
    await desk.page.getByRole('checkbox', { name: 'Chat', exact: true }).uncheck();
    await button(desk.page, 'Save chat settings').click();
    for (const page of [anna, reader]) await log(page).waitFor({ state: 'hidden' });
    await desk.page.getByText('The chat is off.').waitFor();
    expect(await anna.getByRole('textbox').count()).toBe(0);
  });

  it('is closed with all public pages by an administrator, and comes back', async () => {
    await desk.page.goto(`${product.origin}/settings`);
    await confirm('Close the public pages');
    await desk.page.getByText(/closed the public pages/).waitFor();
    await waitFor('the closed page', async () => {
      await anna.reload();
      return (await anna.getByRole('heading', { name: 'Closed' }).count()) === 1;
    });
    for (const width of [320, 1280]) {
      await desk.page.setViewportSize({ width, height: 800 });
      expect([await tooWide(desk.page), await findViolations(desk.page)]).toEqual([[], []]);
    }
    await button(desk.page, 'Open the public pages').click();
    await waitFor('the open page', async () => {
      await anna.reload();
      return (await anna.getByRole('heading', { name: 'Evening talk' }).count()) === 1;
    });
  });

  it('breaks no rule of the pages’ own policy and asks no other site', () => {
    for (const { faults, strangers } of [desk, ...watchers]) expect([faults, strangers]).toEqual([[], []]);
  });
});
