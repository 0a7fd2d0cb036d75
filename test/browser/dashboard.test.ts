import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFfmpeg } from '../../infra/local/host/programs.ts';
import { startRtmpReceiver, type RtmpReceiver } from '../../infra/local/rtmp-receiver/rtmp-receiver.ts';
import { findFreeUdpPort, TEST_SRT_PASSPHRASE, TEST_TOKEN } from '../support/product.ts';
import { makeClip, sendSrt } from '../support/srt-sender.ts';
import { waitFor } from '../support/wait-for.ts';
import { findViolations } from './accessibility.ts';
import type { Wanted } from './arrange.ts';
import { openStage, type Stage } from './stage.ts';
import { contrastOf, readableIn, tonesOf, tooWide, waitForWidth, type WatchedPage } from './watched-page.ts';

/**
 * Tests the dashboard as an operator uses it: the real product, real media and a real browser, limited to what can be
 * seen, typed and clicked. Each test sets up its own state and is independent of the others.
 */

const KEY = 'canary-key-alpha-4711';
const NEW_KEY = 'canary-key-bravo-0815';
const WRONG_KEY = 'canary-key-wrong-6666';
const SOURCE = { width: 640, height: 360, framesPerSecond: 30, seconds: 10, videoBitrate: '700k' };
const PREVIEW = 'HLS preview';

let stage: Stage;
let ffmpegPath: string;
let platform: RtmpReceiver;
let stopSending: (() => Promise<void>) | null = null;
let show: WatchedPage;
let page: Page;

/** The button's name may contain a price. */
const startButton = (name: string): Locator => page.getByRole('button', { name: new RegExp(`^Start .*${name}$`) });
const row = (name: string, on = page): Locator => on.getByRole('article', { name, exact: true });
const button = (name: string, on: Page | Locator = page): Locator => on.getByRole('button', { name, exact: true });
const says = (name: string, words: string | RegExp, on = page): Promise<void> =>
  row(name, on).getByText(words).first().waitFor();
/** Sessions that are publishing and have sent frames. */
const published = () => platform.sessions.filter(({ state, videoFrames }) => state === 'publishing' && videoFrames > 0);
const clip = () => join(stage.directory, 'source.ts');

/** Connects or disconnects the encoder, and waits until the product reports it. */
async function sendSource(isSent: boolean): Promise<void> {
  if (isSent) stopSending ??= sendSrt(ffmpegPath, clip(), stage.ports.srt);
  else {
    await stopSending?.();
    stopSending = null;
  }
  await waitFor(`the source to be ${isSent ? 'connected' : 'gone'}`, async () => {
    const { body } = await stage.product.call('GET', '/api/mediaconnect/flow/status');
    return (body.source.state === 'connected') === isSent;
  });
}

/** Alpha in these tests: passthrough to the platform with a valid key. */
const alpha = (state: Wanted['state']): Wanted => ({
  name: 'Alpha',
  rtmpUrl: `${platform.baseUrl}/live`,
  streamKey: KEY,
  preset: 'source',
  state,
});
const bravo = (state: Wanted['state'], streamKey = NEW_KEY): Wanted => ({
  name: 'Bravo',
  rtmpUrl: `${platform.baseUrl}/second`,
  streamKey,
  preset: 'source',
  state,
});

/** Sets up encoder, destinations and page. */
async function begin(isSent: boolean, wanted: readonly Wanted[]): Promise<void> {
  if (stage.product.process.exitCode !== null) await stage.startAgain();
  await sendSource(isSent);
  await stage.begin(show, wanted);
}

async function tone(name: string): Promise<string | null> {
  return row(name).evaluate((article) => article.parentElement!.getAttribute('data-tone'));
}

async function chooseFromMenu(name: string, item: string): Promise<void> {
  await button(`More for ${name}`).click();
  await page.getByRole('menuitem', { name: item }).click();
}

beforeAll(async () => {
  stage = await openStage(['--autoplay-policy=no-user-gesture-required']);
  const ffmpeg = await findFfmpeg({ environment: process.env, cacheDirectory: stage.directory });
  if (!ffmpeg.found) throw new Error(`${ffmpeg.reason}; ${ffmpeg.remedy}`);
  ffmpegPath = ffmpeg.path;
  const acceptKey = (_app: string, given: string) => ([KEY, NEW_KEY].includes(given) ? 'accept' : 'reject_bad_name');
  [platform] = await Promise.all([startRtmpReceiver({ port: 0, acceptKey }), makeClip(ffmpegPath, clip(), SOURCE)]);
  show = await stage.open();
  page = show.page;
});

afterAll(async () => {
  await stopSending?.();
  await stage?.close();
  await platform?.close();
});

describe('signing in', () => {
  it('shows an error for a wrong token and accepts the right one', async () => {
    const { page: visitor, context } = await stage.open();
    await visitor.goto(stage.product.origin);
    const token = visitor.getByLabel('Token', { exact: true });
    await token.fill('not-the-token-of-this-product');
    await button('Sign in', visitor).click();
    expect(await visitor.getByRole('alert').innerText()).toMatch(/token/i);
    await token.fill(`  ${TEST_TOKEN} `);
    await button('Sign in', visitor).click();
    await visitor.getByRole('heading', { name: 'Destinations' }).waitFor();
    expect((await readableIn(visitor)).includes(TEST_TOKEN)).toBe(false);
    await button('Sign out', visitor).click();
    await visitor.getByRole('heading', { name: 'Sign in' }).waitFor();
    await context.close();
  });

  it('reports an invalid sign-in link', async () => {
    const { page: visitor, context } = await stage.open();
    await visitor.goto(`${stage.product.origin}/#token=a-token-of-yesterday`);
    await visitor.getByText('This sign-in link is no longer valid.').waitFor();
    expect(visitor.url()).not.toContain('token');
    await context.close();
  });

  it('leads from the documentation to the sign-in and back', async () => {
    const { page: visitor, context } = await stage.open();
    await visitor.goto(`${stage.product.origin}/api/docs`);
    await visitor.getByLabel('Token').fill(TEST_TOKEN);
    await visitor.getByRole('button', { name: 'Sign in' }).click();
    await visitor.waitForURL('**/api/docs');
    const documented = visitor.getByText('/api/session').filter({ visible: true }).first();
    await documented.waitFor();
    expect(await documented.isVisible()).toBe(true);
    await context.close();
  });

  it('signs in by the printed link and removes the token from the address', async () => {
    const { page: visitor, context } = await stage.open();
    await visitor.goto(stage.signInLink);
    await visitor.getByRole('heading', { name: 'Destinations' }).waitFor();
    expect((await readableIn(visitor)).includes(TEST_TOKEN)).toBe(false);
    await context.close();
  });
});

describe('a show', () => {
  it('starts with steps to the first destination', async () => {
    await begin(false, []);
    await page.getByRole('banner').getByText('Waiting for an encoder').waitFor();
    await page.getByText('On air 0 of 0').waitFor();
    const steps = page.getByRole('list', { name: 'First steps' });
    await steps.waitFor();
    expect(await steps.getByRole('heading').allInnerTexts()).toEqual([
      'Connect your encoder',
      'Add a destination',
      'Start',
    ]);
    const region = page.getByRole('region', { name: 'Connect your encoder' });
    const address = region.getByText(`srt://127.0.0.1:${stage.ports.srt}`).first();
    await region.getByRole('button', { name: 'Show passphrase' }).click();
    expect(await address.innerText()).toContain(`mode=caller&latency=200000&passphrase=${TEST_SRT_PASSPHRASE}`);
    // Covered again, for shared screens.
    await region.getByRole('button', { name: 'Hide passphrase' }).click();
    expect(await region.innerText()).not.toContain(TEST_SRT_PASSPHRASE);
    expect(await address.innerText()).toContain('passphrase=••••••••');
  });

  it('shows the preview without buttons', async () => {
    await begin(false, []);
    await says(PREVIEW, 'Waiting for source');
    await says(PREVIEW, 'Automatic');
    expect(await row(PREVIEW).getByRole('button').count()).toBe(0);
    expect(await row(PREVIEW).getByRole('link').allInnerTexts()).toEqual([PREVIEW]);
    const words = await row(PREVIEW).innerText();
    expect(words).not.toMatch(/stop this|paying/);
  });

  it('splits a pasted address into URL and key, and shows errors at their fields', async () => {
    await begin(false, []);
    await page.getByRole('link', { name: 'Add destination' }).first().click();
    await page.getByRole('radio', { name: 'Custom RTMP' }).check();
    await page.evaluate((text) => navigator.clipboard.writeText(text), `${platform.baseUrl}/live/${KEY}`);
    const url = page.getByLabel('RTMP URL');
    await url.focus();
    await page.keyboard.press('Control+V');
    await page.getByText('The last part of the pasted address became the stream key').waitFor();
    expect(await url.inputValue()).toBe(`${platform.baseUrl}/live`);
    const key = page.getByLabel('Stream key', { exact: true });
    expect(await key.inputValue()).toBe(KEY);
    expect(await key.getAttribute('type')).toBe('password');

    const name = page.getByLabel('Name', { exact: true });
    await url.fill('http://example.com/live');
    await button('Add destination', page.getByRole('dialog')).click();
    await page.getByText('Enter a name').waitFor();
    expect(await name.getAttribute('aria-invalid')).toBe('true');
    await name.fill('Alpha');
    await button('Add destination', page.getByRole('dialog')).click();
    await waitFor('the URL to be marked', async () => (await url.getAttribute('aria-invalid')) === 'true');
    expect(await name.getAttribute('aria-invalid')).not.toBe('true');

    await url.fill(`${platform.baseUrl}/live`);
    await page.getByLabel('Encoding').selectOption('source');
    await button('Add destination', page.getByRole('dialog')).click();
    await says('Alpha', 'Stopped');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('turns green only when the platform receives frames', async () => {
    await begin(false, [alpha('idle')]);
    await startButton('Alpha').click();
    await button('Start anyway').click();
    await says('Alpha', 'Waiting for source');
    expect(published()).toEqual([]);
    expect(await tonesOf(page, 'Alpha')).not.toContain('air');
    await sendSource(true);
    await says('Alpha', 'On air');
    expect(published()).toHaveLength(1);
    await page.getByRole('link', { name: 'On air 1 of 1' }).waitFor();
    await page.getByRole('banner').getByText('Source connected').waitFor();
    const green = await page.evaluate(() => {
      const probe = document.body.appendChild(document.createElement('i'));
      probe.style.color = 'var(--sl-air)';
      const { color } = getComputedStyle(probe);
      probe.remove();
      return color;
    });
    const word = row('Alpha').getByText('On air', { exact: true });
    expect(await word.evaluate((element) => getComputedStyle(element).color)).toBe(green);
  });

  it('plays the preview', async () => {
    await begin(true, []);
    const time = () => page.evaluate(() => document.querySelector('video')?.currentTime ?? 0);
    await waitFor('the picture to move', async () => (await time()) > 0.5, { limitMs: 60_000 });
    await says(PREVIEW, 'Live');
    await page.getByText(/^HLS preview · [\d.]+ s behind$/).waitFor();
  });

  it('shows a picture of the source with its time where the preview does not play', async () => {
    await begin(true, []);
    const { page: visitor, context } = await stage.open();
    await visitor.route('**/out/v1/**', (route) => route.abort());
    await visitor.goto(stage.signInLink);
    const picture = visitor.getByAltText(/^Picture from the source, \d+:\d\d:\d\d/);
    await picture.waitFor();
    await waitFor('the picture to be seen', async () =>
      picture.evaluate((image: HTMLImageElement) => image.naturalWidth === 640 && image.clientHeight > 0),
    );
    await context.close();
  });

  it('adds and starts a destination by keyboard alone', async () => {
    await begin(true, [alpha('on air')]);
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const tabTo = async (target: Locator) => {
      for (let presses = 0; presses < 60; presses += 1) {
        if (await target.evaluate((element) => element === document.activeElement).catch(() => false)) return;
        await press('Tab');
      }
      throw new Error(`the keyboard does not reach ${String(target)}`);
    };
    await tabTo(page.getByRole('link', { name: 'Add destination' }));
    await press('Enter');
    await page.getByRole('dialog').waitFor();
    const name = page.getByLabel('Name', { exact: true });
    await waitFor('the name to have the focus', () => name.evaluate((element) => element === document.activeElement));
    await press('Shift+Tab');
    for (let presses = 0; !(await page.getByRole('radio', { name: 'Custom RTMP' }).isChecked()); presses += 1) {
      if (presses > 10) throw new Error('the arrow keys do not reach Custom RTMP');
      await press('ArrowRight');
    }
    await tabTo(name);
    await page.keyboard.type('Bravo');
    await tabTo(page.getByLabel('RTMP URL'));
    await page.keyboard.type(`${platform.baseUrl}/second`);
    await tabTo(page.getByLabel('Stream key', { exact: true }));
    await page.keyboard.type(NEW_KEY);
    await tabTo(button('Add destination', page.getByRole('dialog')));
    await press('Enter');
    await says('Bravo', 'Stopped');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await tabTo(startButton('Bravo'));
    await press('Space');
    await says('Bravo', 'On air');
  });

  it('shows a refused key in red with reason and remedy, never in green, and leaves other destinations alone', async () => {
    await begin(true, [alpha('on air'), bravo('running', WRONG_KEY)]);
    await says('Bravo', 'Not arriving');
    expect(await tone('Bravo')).toBe('attention');
    const words = await row('Bravo').innerText();
    expect(words).toMatch(/refused the stream key/);
    expect(words).toMatch(/Check the stream key/);
    expect(words).toMatch(/tries again in|trying again/);
    expect(words).not.toMatch(/\d{4}-\d\d-\d\dT|attempt|E[A-Z]{5,}/);
    await page.setViewportSize({ width: 1440, height: 500 });
    await page.evaluate(() => window.scrollTo(0, 0));
    await page.getByRole('banner').getByRole('link', { name: '1 problem' }).click();
    await waitFor('the row to have the focus', () =>
      row('Bravo').evaluate((element) => element.contains(document.activeElement)),
    );
    const { top, bottom } = await row('Bravo').evaluate((element) => element.getBoundingClientRect().toJSON());
    expect([top > 0, bottom < 500]).toEqual([true, true]);
    expect(await tonesOf(page, 'Bravo')).not.toContain('air');
    expect((await tonesOf(page, 'Alpha')).at(-1)).toBe('air');
  });

  it('keeps every row where it is when the source goes, also below a row that tells its own trouble', async () => {
    await begin(true, [alpha('on air'), bravo('running', WRONG_KEY)]);
    await says('Alpha', 'On air');
    await says(PREVIEW, 'Live');
    await row('Bravo').getByText('Check the stream key').waitFor();
    const height = async () => (await row('Bravo').boundingBox())!.height;
    const before = await height();
    await sendSource(false);
    await says('Bravo', 'Waiting for source');
    expect(await row('Bravo').getByText('Check the stream key').isVisible()).toBe(false);
    expect(Math.abs((await height()) - before)).toBeLessThanOrEqual(4);
  });

  it('replaces the key from the failing row without a question, and turns green', async () => {
    await begin(true, [alpha('on air'), bravo('running', WRONG_KEY)]);
    await says('Bravo', 'Not arriving');
    await button('Replace key of Bravo', row('Bravo')).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('ends in 6666').waitFor();
    await dialog.getByLabel('New stream key').fill(NEW_KEY);
    await button('Replace key', dialog).click();
    await dialog.waitFor({ state: 'detached' });
    await says('Bravo', 'On air');
    expect(published().map(({ streamName }) => streamName)).toEqual([KEY, NEW_KEY]);
    await page.getByText('No problems').waitFor();
  });

  it('asks when an edit of a running destination should apply, and follows the answer', async () => {
    await begin(true, [alpha('on air'), bravo('on air')]);
    const edit = async (app: string, answer: string) => {
      await chooseFromMenu('Bravo', 'Edit');
      await page.getByLabel('RTMP URL').fill(`${platform.baseUrl}/${app}`);
      await button('Save changes').press('Enter');
      const question = page.getByRole('alertdialog', { name: 'When should this apply?' });
      await waitFor('the question to have the focus', () =>
        question.evaluate((element) => element === document.activeElement),
      );
      await question.getByRole('button', { name: answer }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    };
    await edit('third', 'At next start');
    await says('Bravo', 'changes at next start');
    expect(published().map(({ app }) => app)).toEqual(['live', 'second']);
    await edit('fourth', 'Apply now');
    await waitFor('the new application', () => published().some(({ app }) => app === 'fourth'));
    await says('Bravo', 'On air');
    expect(published().map(({ app }) => app)).toEqual(['live', 'fourth']);
    await row('Bravo').getByText('changes at next start').waitFor({ state: 'detached' });
  });

  it('reports a source lost on air as a problem, moves nothing under the pointer, and recovers automatically', async () => {
    await begin(true, [alpha('on air'), bravo('on air')]);
    for (const name of ['Alpha', 'Bravo']) await says(name, 'On air');
    // A preview that is still starting takes a line more.
    await says(PREVIEW, 'Live');
    const tops = () =>
      page
        .locator('[data-row]')
        .evaluateAll((rows) => rows.map((each) => Math.round(each.getBoundingClientRect().top)));
    const header = page.getByRole('banner').getByRole('group', { name: 'The show now' });
    const before = await tops();
    await sendSource(false);
    await header.getByText('Source lost').waitFor();
    for (const name of ['Alpha', 'Bravo', PREVIEW]) {
      await says(name, 'Waiting for source');
      expect(await tone(name)).toBe('waiting');
    }
    expect((await header.innerText()).replaceAll(/\s+/g, ' ')).toBe('Source lost On air 0 of 2 2 waiting 1 problem');
    for (const [index, top] of (await tops()).entries()) expect(Math.abs(top - before[index]!)).toBeLessThanOrEqual(4);
    await page.getByRole('region', { name: 'Open incidents' }).getByText('Source lost').waitFor();
    // What the strip names is not named again.
    await page.getByRole('complementary', { name: 'Problems and Stop all' }).waitFor({ state: 'hidden' });
    await sendSource(true);
    for (const name of ['Alpha', 'Bravo']) await says(name, 'On air');
    await page.getByText('No problems').waitFor();
    await says(PREVIEW, 'Live');
  });

  it('never contradicts itself in the header, whatever the order of polls', async () => {
    await begin(true, [alpha('on air')]);
    await says('Alpha', 'On air');
    await page.evaluate(() => {
      const heads: string[] = [];
      Object.assign(window, { heads });
      const look = (): void => {
        const text = document.querySelector('header [aria-label="The show now"]')?.textContent ?? '';
        if (heads.at(-1) !== text) heads.push(text);
      };
      new MutationObserver(look).observe(document.querySelector('header')!, {
        subtree: true,
        childList: true,
        characterData: true,
      });
    });
    await sendSource(false);
    await says('Alpha', 'Waiting for source');
    await sendSource(true);
    await says('Alpha', 'On air');
    await page.getByText('No problems').waitFor();
    const heads = await page.evaluate(() => (window as unknown as { heads: string[] }).heads);
    expect(heads.length).toBeGreaterThan(2);
    expect(heads.filter((each) => /(Waiting for|Source lost|Source off).*On air 1/.test(each))).toEqual([]);
    expect(heads.filter((each) => /On air 0 of 1.*No problems/.test(each))).toEqual([]);
  });

  it('asks before the source stops, listing the destinations it takes off air', async () => {
    await begin(true, [alpha('on air'), bravo('on air')]);
    await button('Stop source').click();
    const dialog = page.getByRole('dialog', { name: 'Stop the source?' });
    const listed = dialog.getByRole('list', { name: 'Destinations that lose their picture' }).getByRole('listitem');
    await listed.first().waitFor();
    expect((await listed.allInnerTexts()).map((line) => line.split('\n')[0])).toEqual(['Alpha', 'Bravo']);
    await waitFor('Cancel to have the focus', () =>
      button('Cancel', dialog).evaluate((element) => element === document.activeElement),
    );
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(published()).toHaveLength(2);
  });

  it('selects an encoding that does not upscale the source, and warns about one that does', async () => {
    await begin(true, []);
    await page.getByRole('link', { name: 'Add destination' }).first().click();
    const encoding = page.getByLabel('Encoding');
    await encoding.waitFor();
    expect(await encoding.locator('option:checked').innerText()).toBe('Same as source · up to 20.0 Mbps');
    await encoding.selectOption('1080p30');
    expect(await encoding.locator('option:checked').innerText()).toBe('1080p30 · 1920 × 1080 · 9.9 Mbps');
    await page.getByText('The source is 640 × 360: 1080p30 scales it up.').waitFor();
    await button('Use Same as source').click();
    await page.getByText(/scales it up/).waitFor({ state: 'detached' });
  });

  it('drills a bad uplink, a refused key and a lost source with real media, marks the page, and stops the drills', async () => {
    await begin(true, [alpha('on air'), bravo('on air')]);
    const banner = page.getByRole('banner').getByRole('status');
    const fault = (name: string) => page.getByRole('complementary', { name: 'Drills' }).getByRole('switch', { name });
    const packetLossPercent = async () =>
      Number.parseFloat(await page.locator('dt', { hasText: 'Packet loss' }).locator('+ dd').innerText());
    await page.getByRole('banner').getByRole('link', { name: 'Drills' }).click();
    expect(await packetLossPercent()).toBe(0);
    await fault('Bad uplink').click();
    await waitFor('the packet loss', async () => (await packetLossPercent()) > 5);
    for (const name of ['Alpha', 'Bravo', PREVIEW]) expect(await tone(name)).toBe('air');
    await button('Stop all drills', banner).click();
    await page.getByLabel('Destination', { exact: true }).selectOption({ label: 'Alpha (on air)' });
    await fault('Stream key refused').click();
    await banner.getByText('Stream key refused: Alpha').waitFor();
    await says('Alpha', 'Not arriving');
    await says('Alpha', 'Rehearsal: the platform refuses the stream key');
    expect(await tone('Alpha')).toBe('attention');
    expect(published().map(({ app }) => app)).toEqual(['second']);
    expect(await tone('Bravo')).toBe('air');
    await button('Stop all drills', banner).click();
    await waitFor('the banner to go', async () => (await banner.innerText()) === '');
    await says('Alpha', 'On air');
    await fault('Source lost').click();
    for (const name of ['Alpha', 'Bravo', PREVIEW]) await says(name, 'Waiting for source');
    await page.getByRole('banner').getByText('1 problem').waitFor();
    await button('Stop all drills', page.getByRole('complementary', { name: 'Drills' })).click();
    for (const name of ['Alpha', 'Bravo']) await says(name, 'On air');
    expect(await banner.innerText()).toBe('');
    await button('Close drills').click();
  });

  it('shows the channel log, to copy and to download', async () => {
    await begin(true, [alpha('on air'), bravo('running', WRONG_KEY)]);
    await says('Bravo', 'Not arriving');
    // Initially open, because the destination has a problem.
    await row('Bravo').getByRole('link', { name: 'Bravo', exact: true }).click();
    const log = page.getByRole('list', { name: 'Log of Bravo, newest last' });
    await log
      .getByRole('listitem')
      .filter({ hasText: /Error.*Refused by the RTMP server/ })
      .first()
      .waitFor();
    await waitFor('the newest line to be in sight', () =>
      log.evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight < 24),
    );
    await button('Copy the log').click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    const [download] = await Promise.all([page.waitForEvent('download'), button('Download').click()]);
    expect(download.suggestedFilename()).toMatch(/^bravo-log-[\dT-]+Z\.txt$/);
    const kept = readFileSync(await download.path(), 'utf8');
    expect(kept.split('\n').slice(0, 3)).toEqual(copied.split('\n').slice(0, 3));
    expect(kept).toMatch(/^\d{4}-\S+Z ERROR +Refused by the RTMP server/m);
    expect(kept).not.toContain(WRONG_KEY);
    await button('Close the details').click();
  });

  it('greys everything when the server is gone, and recovers without a reload', async () => {
    await begin(true, [alpha('on air'), bravo('on air')]);
    for (const name of ['Alpha', 'Bravo']) await says(name, 'On air');
    await page.evaluate(() => Object.assign(window, { neverReloaded: true }));
    await stage.product.stop();
    await page.getByText('Connection lost, showing the last known state').first().waitFor();
    // On one machine nothing may be on air.
    await page.getByText('If Sluice has stopped, nothing is on air').waitFor();
    for (const name of ['Alpha', 'Bravo', PREVIEW]) expect(await tone(name)).toBe('stale');
    expect(await page.getByRole('banner').locator('[data-tone=air]').count()).toBe(0);
    await stage.startAgain();
    for (const name of ['Alpha', 'Bravo']) await says(name, 'On air');
    await waitFor(
      'all to be green again',
      async () => (await tone('Alpha')) === 'air' && (await tone('Bravo')) === 'air',
    );
    expect(await page.getByText('Connection lost').count()).toBe(0);
    expect(await page.evaluate(() => 'neverReloaded' in window)).toBe(true);
  });

  it('stops a destination after a confirmation, not after Cancel, and leaves the other on air', async () => {
    await begin(true, [alpha('on air'), bravo('on air')]);
    await says('Alpha', 'On air');
    const before = published().find(({ app }) => app === 'live')!;
    await button('Stop Alpha').click();
    await button('Cancel', row('Alpha')).click();
    await button('Stop Alpha').waitFor();
    await says('Alpha', 'On air');
    expect(before.state).toBe('publishing');
    await button('Stop Alpha').click();
    await button('Confirm: Stop Alpha').click({ delay: 400 });
    await says('Alpha', 'Stopped');
    expect(before).toMatchObject({ state: 'ended', cleanUnpublish: true });
    await page.getByRole('link', { name: 'On air 1 of 2' }).waitFor();
    expect(await tone('Bravo')).toBe('air');
  });

  it('finishes a start across a restart of the server, and shows it in a second tab', async () => {
    await begin(true, [alpha('idle'), bravo('on air')]);
    const second = await stage.open();
    await second.page.goto(stage.signInLink);
    await says('Alpha', 'Stopped', second.page);
    await startButton('Alpha').click();
    await row('Alpha').getByText('Stopped').first().waitFor({ state: 'detached' });
    await stage.product.stop();
    await stage.startAgain();
    for (const tab of [page, second.page]) await says('Alpha', 'On air', tab);
    expect(published().filter(({ app }) => app === 'live')).toHaveLength(1);

    await button('Stop Alpha', second.page).click();
    await button('Confirm: Stop Alpha', second.page).click({ delay: 400 });
    for (const tab of [page, second.page]) await says('Alpha', 'Stopped', tab);
    await second.page.close();
  });

  it('deletes only the named destination', async () => {
    await begin(true, [alpha('idle'), bravo('on air')]);
    await says('Bravo', 'On air');
    await chooseFromMenu('Alpha', 'Delete');
    const dialog = page.getByRole('dialog');
    const confirm = button('Delete destination', dialog);
    await dialog.getByLabel(/Type .* to confirm/).fill('Bravo');
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel(/Type .* to confirm/).fill('Alpha');
    await confirm.click();
    await row('Alpha').waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'On air 1 of 1' }).waitFor();
    expect(await tone('Bravo')).toBe('air');
  });
});

describe('a break', () => {
  it('covers one destination and all of them in its own colour, by keyboard and on a phone', async () => {
    await begin(true, [alpha('on air'), bravo('on air')]);
    await says('Alpha', 'On air');
    const sessions = published().length;
    const areOnAir = () =>
      waitFor('both to be on air', async () => (await tone('Alpha')) === 'air' && (await tone('Bravo')) === 'air');
    await chooseFromMenu('Alpha', 'Show slate');
    await says('Alpha', 'Slate on air');
    await row('Alpha')
      .getByText(/stays until you end it/)
      .waitFor();
    expect([await tone('Alpha'), await tone('Bravo')]).toEqual(['slate', 'air']);
    await page.getByText('1 showing the slate').waitFor();
    await button('End slate of Alpha').focus();
    await page.keyboard.press('Enter');
    await areOnAir();

    await page.setViewportSize({ width: 390, height: 844 });
    await button('Show slate on all').click();
    await button('Confirm: Show slate on all').click({ delay: 400 });
    for (const name of ['Alpha', 'Bravo']) await says(name, 'Slate on air');
    expect(await tooWide(page)).toEqual([]);
    expect(await findViolations(page, '[aria-labelledby="destinations-heading"]')).toEqual([]);
    for (const name of ['End slate on all', 'End slate of Alpha']) {
      expect((await button(name).boundingBox())!.height, name).toBeGreaterThanOrEqual(44);
    }
    await button('End slate on all').click();
    await areOnAir();
    await button('End slate on all').waitFor({ state: 'detached' });
    // No connection was opened or lost.
    expect(published()).toHaveLength(sessions);
    await page.setViewportSize({ width: 1440, height: 900 });
  });
});

describe('the page itself', () => {
  it('fits 400 pixels without scrolling sideways, panels and dialogs included', async () => {
    await begin(true, [bravo('on air')]);
    await says('Bravo', 'On air');
    await page.setViewportSize({ width: 400, height: 800 });
    expect(await tooWide(page)).toEqual([]);
    await row('Bravo').getByRole('link', { name: 'Bravo', exact: true }).click();
    const details = page.getByRole('complementary', { name: 'Details of Bravo' });
    await details.getByText('RTMP URL').waitFor();
    expect(await tooWide(page)).toEqual([]);
    await button('Close the details').click();
    await details.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Add destination' }).click();
    await page.getByLabel('Name', { exact: true }).waitFor();
    expect(await tooWide(page)).toEqual([]);
    const dialog = page.getByRole('dialog');
    expect(await dialog.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
    await button('Cancel', dialog).click();
    await dialog.waitFor({ state: 'detached' });
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('never contains or receives a stream key', async () => {
    await begin(true, [alpha('on air'), bravo('on air')]);
    await says('Bravo', 'On air');
    await waitFor('answers', () => show.answers.length > 20);
    const readable = await readableIn(page);
    expect(readable.includes('Bravo')).toBe(true);
    for (const key of [KEY, NEW_KEY, WRONG_KEY]) {
      expect(readable.includes(key), `readable: …${key.slice(-4)}`).toBe(false);
      expect(show.answers.some((answer) => answer.includes(key))).toBe(false);
    }
    expect(readable.includes(TEST_TOKEN)).toBe(false);
  });

  it('is readable in dark and in light, and keeps the choice', async () => {
    await begin(true, [bravo('on air')]);
    await says('Bravo', 'On air');
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const switchTo = async (scheme: string) => {
      await page.getByRole('button', { name: new RegExp(`Switch to ${scheme}$`) }).click();
      await page.locator(`html[data-mantine-color-scheme=${scheme}]`).waitFor();
    };
    const seen: string[] = [];
    for (const scheme of ['dark', 'light']) {
      await switchTo(scheme);
      seen.push(await background());
      const texts = [
        row('Bravo').getByText('On air', { exact: true }),
        row('Bravo').getByText('Custom RTMP'),
        button('Stop Bravo').getByText('Stop'),
        page.getByText('Continuity errors'),
        page.getByRole('link', { name: 'Add destination' }).getByText('Add destination'),
      ];
      for (const text of texts) expect(await contrastOf(text), `${scheme}: ${String(text)}`).toBeGreaterThan(4.5);
    }
    expect(new Set(seen).size).toBe(2);
    await page.reload();
    await row('Bravo').waitFor();
    expect(await background()).toBe(seen[1]);
  });

  it('breaks no policy, throws no error and sends requests only to the product', () => {
    expect(stage.opened.length).toBeGreaterThan(0);
    for (const { faults, strangers } of stage.opened)
      expect({ faults, strangers }).toEqual({ faults: [], strangers: [] });
  });
});

describe('two sources', () => {
  const BACKUP_PASSPHRASE = 'a-passphrase-of-the-backup';
  const source = (name: string): Locator => page.getByRole('listitem', { name: `${name} source` });
  const BACKUP = { ...SOURCE, width: 320, height: 180 };
  const pictureFrom = (role: string): Locator => page.getByRole('img', { name: `Picture from the ${role} source` });
  const preferred = async (): Promise<string | null> =>
    (await stage.product.call('GET', '/api/mediaconnect/flow/status')).body.preferredSource;
  let stopBackup: (() => Promise<void>) | null = null;

  afterAll(() => stopBackup?.());

  it('without a backup, the card says what to set', async () => {
    await begin(false, []);
    await page.getByText('Restart Sluice with SRT_BACKUP_PORT=9997.').waitFor();
    expect(await page.getByRole('button', { name: /^Switch now/ }).count()).toBe(0);
  });

  it('are both on the card, are switched by keyboard, and one is preferred, also on a phone', async () => {
    await stage.product.stop();
    const port = await findFreeUdpPort();
    await stage.startAgain({ SRT_BACKUP_PORT: String(port), SRT_BACKUP_PASSPHRASE: BACKUP_PASSPHRASE });
    await begin(true, []);
    await source('Main').getByText('In use').waitFor();
    await source('Backup').getByText('Point the backup encoder at its address.').waitFor();
    await source('Backup').getByText('No picture until its encoder connects').waitFor();
    expect(await button('Switch now to backup').getAttribute('aria-disabled')).toBe('true');
    await button('Copy the SRT address of the backup').click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain(`:${port}?`);
    expect(copied).toContain(BACKUP_PASSPHRASE);
    expect(await readableIn(page)).not.toContain(BACKUP_PASSPHRASE);

    const other = join(stage.directory, 'backup.ts');
    await makeClip(ffmpegPath, other, BACKUP);
    stopBackup = sendSrt(ffmpegPath, other, port, BACKUP_PASSPHRASE);
    await source('Backup').getByText('Ready').waitFor();
    await source('Backup')
      .getByText(/^\d+ kbps$/)
      .waitFor();
    await source('Backup')
      .getByText(/^\d+ ms$/)
      .waitFor();
    await waitForWidth(pictureFrom('backup'), BACKUP.width);
    await page.getByText('Main · in use').waitFor();
    await source('Backup').getByText('Standby', { exact: true }).waitFor();
    expect(await pictureFrom('main').count()).toBe(0);
    expect(await findViolations(page, '[aria-labelledby="source-heading"]')).toEqual([]);
    await button('Switch now to backup').focus();
    await page.keyboard.press('Enter');
    await page.getByText('The backup source is in use.').waitFor();
    await source('Backup').getByText('In use').waitFor();
    await page.getByText('Backup · in use').waitFor();
    await waitForWidth(pictureFrom('main'), SOURCE.width);
    expect(await preferred()).toBeNull();

    await page.setViewportSize({ width: 390, height: 844 });
    await source('Main').getByText('Ready').waitFor();
    expect((await button('Switch now to main').boundingBox())!.height).toBeGreaterThanOrEqual(44);
    await button('More').click();
    await page.getByLabel('Preferred source').selectOption('main');
    await source('Main').getByText('In use').waitFor();
    await waitForWidth(pictureFrom('backup'), BACKUP.width);
    await waitFor('main to be preferred', async () => (await preferred()) === 'main');
    expect(await tooWide(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 700 });
    expect(await tooWide(page)).toEqual([]);
    const [pictureBox, buttonBox] = await Promise.all(
      [pictureFrom('backup'), button('Switch now to backup')].map(async (each) => (await each.boundingBox())!),
    );
    expect(pictureBox!.x + pictureBox!.width).toBeLessThanOrEqual(buttonBox!.x);

    await stopBackup();
    await source('Backup').getByText('No signal').waitFor();
    await source('Backup').getByText('No picture until its encoder connects').waitFor();
    expect(await pictureFrom('backup').count()).toBe(0);
    await source('Backup')
      .getByText(/^\d\d?:\d\d:\d\d/)
      .waitFor();
  });
});
