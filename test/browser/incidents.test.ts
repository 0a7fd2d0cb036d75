import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFfmpeg } from '../../infra/local/host/programs.ts';
import { startRtmpReceiver, type RtmpReceiver } from '../../infra/local/rtmp-receiver/rtmp-receiver.ts';
import { makeClip, sendSrt } from '../support/srt-sender.ts';
import { waitFor } from '../support/wait-for.ts';
import { findViolations } from './accessibility.ts';
import { idle, type Wanted } from './arrange.ts';
import { openStage, type Stage } from './stage.ts';
import { tooWide, type WatchedPage } from './watched-page.ts';

/**
 * Tests how the dashboard calls the operator: the encoder is stopped and a platform refuses a key, with real media and
 * a real browser.
 */

const KEY = 'canary-key-alpha-4711';
const WRONG_KEY = 'canary-key-wrong-6666';
const SOURCE = { width: 640, height: 360, framesPerSecond: 30, seconds: 10, videoBitrate: '700k' };

let stage: Stage;
let ffmpegPath: string;
let platform: RtmpReceiver;
let stopSending: (() => Promise<void>) | null = null;
let show: WatchedPage;
let page: Page;

const strip = (): Locator => page.getByRole('region', { name: 'Open incidents' });
const header = (): Locator => page.getByRole('banner');
const button = (name: string, on: Page | Locator = page): Locator => on.getByRole('button', { name, exact: true });
const icon = (): Promise<string> => page.locator('link[rel=icon]').evaluate((link) => (link as HTMLLinkElement).href);
const clip = () => join(stage.directory, 'source.ts');

async function startEncoder(): Promise<void> {
  stopSending ??= sendSrt(ffmpegPath, clip(), stage.ports.srt);
  await waitFor('the source to be connected', async () => {
    const { body } = await stage.product.call('GET', '/api/mediaconnect/flow/status');
    return body.source.state === 'connected';
  });
}

async function killEncoder(): Promise<void> {
  await stopSending?.();
  stopSending = null;
}

const alpha = (): Wanted => ({
  name: 'Alpha',
  rtmpUrl: `${platform.baseUrl}/live`,
  streamKey: KEY,
  preset: 'source',
  state: 'on air',
});

/** Starts with one destination on air and no incident. */
async function beginOnAir(): Promise<void> {
  await startEncoder();
  await stage.begin(show, [alpha()]);
  await noIncident();
}

/** Starts without an incident, whatever the previous test has left. */
async function noIncident(): Promise<void> {
  const open = async (): Promise<unknown[]> => (await stage.product.call('GET', '/api/incidents')).body.data;
  await waitFor('all incidents to be resolved', async () => (await open()).length === 0, { limitMs: 90_000 });
  await strip().waitFor({ state: 'detached' });
}

const titled = (title: string): Promise<unknown> =>
  waitFor(`the title ${title}`, async () => (await page.title()) === title);

/** Makes the page believe that its tab is hidden, as a headless browser cannot hide one. */
async function hide(isHidden: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
    Object.defineProperty(document, 'visibilityState', {
      configurable: true,
      get: () => (hidden ? 'hidden' : 'visible'),
    });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, isHidden);
}

beforeAll(async () => {
  stage = await openStage(['--autoplay-policy=no-user-gesture-required']);
  const ffmpeg = await findFfmpeg({ environment: process.env, cacheDirectory: stage.directory });
  if (!ffmpeg.found) throw new Error(`${ffmpeg.reason}; ${ffmpeg.remedy}`);
  ffmpegPath = ffmpeg.path;
  const acceptKey = (_app: string, given: string) => (given === KEY ? 'accept' : 'reject_bad_name');
  [platform] = await Promise.all([startRtmpReceiver({ port: 0, acceptKey }), makeClip(ffmpegPath, clip(), SOURCE)]);
  show = await stage.open();
  page = show.page;
});

afterAll(async () => {
  await killEncoder();
  await stage?.close();
  await platform?.close();
});

describe('a lost source', () => {
  it('is one line under the header and calls in the tab, until the encoder returns', async () => {
    await beginOnAir();
    await titled('Show · Sluice');
    const calmIcon = await icon();
    await header().getByText('No problems').waitFor();

    await killEncoder();
    const line = strip().getByRole('listitem');
    await line.filter({ hasText: 'Source lost' }).waitFor();
    expect(await line.count()).toBe(1);
    expect(await line.innerText()).toMatch(/High[^]*Source lost[^]*\d:\d\d[^]*Alpha/);
    expect(await header().getByText('No problems').count()).toBe(0);
    await titled('(1) Show · Sluice');
    expect(await icon()).toMatch(/^data:image\/svg\+xml,.*e5383b/);
    await page.getByText('High incident: Source lost').waitFor({ state: 'attached' });

    await button('Acknowledge Source lost', strip()).click();
    await strip().getByText(/^by /).waitFor();
    expect(await button('Acknowledge Source lost', strip()).count()).toBe(0);
    // An acknowledged incident is still open.
    await titled('(1) Show · Sluice');

    await startEncoder();
    await strip().waitFor({ state: 'detached' });
    await titled('Show · Sluice');
    expect(await icon()).toBe(calmIcon);
  });

  it('does not move the rows, and fits a phone with a finger-sized link', async () => {
    await beginOnAir();
    const row = page.getByRole('article', { name: 'Alpha', exact: true });
    await row.waitFor();
    const before = (await row.boundingBox())!.y;
    await killEncoder();
    await strip().waitFor();
    expect(Math.abs((await row.boundingBox())!.y - before)).toBeLessThanOrEqual(2);

    await page.setViewportSize({ width: 390, height: 844 });
    expect(await tooWide(page)).toEqual([]);
    for (const control of await strip().locator('a, button').all()) {
      expect((await control.boundingBox())!.height).toBeGreaterThanOrEqual(44);
    }
    expect(await findViolations(page)).toEqual([]);
  });
});

describe('a refused stream key', () => {
  it('is a link that leads to its row, by keyboard', async () => {
    await startEncoder();
    await stage.begin(show, [{ ...alpha(), streamKey: WRONG_KEY, state: 'running' }], '/settings');
    const link = strip().getByRole('link', { name: 'Alpha: Stream key rejected' });
    await link.focus();
    await page.keyboard.press('Enter');
    await waitFor('the row to have the focus', () =>
      page.evaluate(() => document.activeElement?.closest('[data-row]')?.getAttribute('aria-label') === 'Alpha'),
    );
  });
});

describe('a hidden tab', () => {
  it('keeps polling incidents while something is on air, at its slow pace, and stops otherwise', async () => {
    await beginOnAir();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const polls = (path: string): number => asked.filter((each) => each === path).length;
    await page.clock.install();
    await page.reload();
    await page.getByRole('article', { name: 'Alpha', exact: true }).getByText('On air').waitFor();
    await waitFor('incidents to be polled', async () => polls('/api/incidents') > 0);

    await hide(true);
    // The timer of the visible pace fires once more.
    await page.clock.fastForward(5_000);
    await waitFor('the rest to be quiet', async () => {
      const before = asked.length;
      await new Promise((resolve) => setTimeout(resolve, 1500));
      return asked.length === before;
    });
    for (const round of [1, 2]) {
      const [incidents, destinations] = [polls('/api/incidents'), polls('/api/destinations')];
      await page.clock.fastForward(15_000);
      await waitFor(`poll ${round} of the hidden tab`, async () => polls('/api/incidents') > incidents);
      expect([polls('/api/incidents'), polls('/api/destinations')]).toEqual([incidents + 1, destinations]);
    }
    await killEncoder();
    await waitFor('the incident to open', async () => {
      const { body } = await stage.product.call('GET', '/api/incidents');
      return body.data.length > 0;
    });
    await page.clock.fastForward(16_000);
    await titled('(1) Show · Sluice');

    await stage.begin(show, [idle('Bravo')]);
    await page.getByRole('article', { name: 'Bravo', exact: true }).waitFor();
    await hide(true);
    await page.clock.fastForward(10_000);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const before = polls('/api/incidents');
    await page.clock.fastForward(60_000);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(polls('/api/incidents')).toBe(before);
    await page.clock.resume();
  });
});

describe('the page', () => {
  it('breaks no content security policy and throws no error', () => {
    expect({ faults: show.faults, strangers: show.strangers }).toEqual({ faults: [], strangers: [] });
  });
});
