import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { setTimeout } from 'node:timers/promises';
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findViolations } from '../browser/accessibility.ts';
import { launchChromium } from '../browser/launch-chromium.ts';
import { findFreePorts, findFreeTcpPort, startProduct, TEST_TOKEN, type Product } from '../support/product.ts';
import { makeClip, sendSrt } from '../support/srt-sender.ts';
import { findTestFfmpeg } from '../support/test-media.ts';
import { waitFor } from '../support/wait-for.ts';

/**
 * Watching shows in a real browser with real media: before, live through a lost source, private by link, in a frame of
 * another site, and afterwards. The steps build on one another, as in a show.
 */

const SCRIPT_BYTES_MAX = 120_000;
/** Half of them for one address, and all watchers here are the same user of this machine. */
const VIEWERS_MAX = 8;

const directory = mkdtempSync(join(tmpdir(), 'sluice-watch-'));
const environment = {
  ...{ SLUICE_AUDIENCE: 'on', SLUICE_AUDIENCE_VIEWERS: String(VIEWERS_MAX) },
  ...{ SLUICE_HLS_RENDITIONS: '480p30', SLUICE_ANALYSIS: 'off', SLUICE_RECORDING_RESERVE_MB: '1' },
};
const ffmpegPath = findTestFfmpeg()!;
const clip = join(directory, 'source.ts');
let ports: Awaited<ReturnType<typeof findFreePorts>>;
let product: Product;
/** Where the public side is. */
let origin: string;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let otherSite: Server;
let stopSending = async (_signal?: 'SIGKILL') => {};
let openShow: { showId: string; path: string };
let privateShow: { showId: string; path: string };
const refusedByPolicy: string[] = [];

const wallClock = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString().slice(0, 19);

async function plan(changes: object) {
  const { status, body } = await product.call('POST', '/api/shows', {
    ...{ zone: 'UTC', localStart: wallClock(30), localEnd: wallClock(90), privacy: 'public', isDraft: false },
    ...changes,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  const { body: links } = await product.call('GET', `/api/shows/${body.showId}/watch-links`);
  return { showId: body.showId as string, path: new URL(links.watchUrl).pathname };
}

async function act(showId: string, action: 'go-live' | 'end'): Promise<void> {
  const { status, body } = await product.call('POST', `/api/shows/${showId}/${action}`, {});
  expect(status, JSON.stringify(body)).toBe(200);
}

async function open(address: string): Promise<Page> {
  const opened = await context.newPage();
  opened.on('console', (message) => {
    if (/content security policy/i.test(message.text())) refusedByPolicy.push(message.text());
  });
  await opened.goto(address);
  return opened;
}

const frames = (on: Page | Frame) =>
  on.evaluate(() => document.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0);
const notice = (on: Page) => on.getByRole('status').first();

/** Waits until pictures are decoded. */
async function plays(on: Page | Frame, limitMs = 60_000): Promise<void> {
  const before = await frames(on);
  await waitFor('pictures', async () => (await frames(on)) > before + 45, { limitMs });
}

async function press(on: Page | Frame): Promise<void> {
  await on.getByRole('button', { name: 'Play', exact: true }).click();
  await plays(on);
}

beforeAll(async () => {
  await makeClip(ffmpegPath, clip, {
    ...{ width: 640, height: 360, framesPerSecond: 30, seconds: 8 },
    ...{ videoBitrate: '800k', bFrames: 0 },
  });
  ports = await findFreePorts();
  const port = await findFreeTcpPort();
  origin = `http://127.0.0.1:${port}`;
  product = await startProduct(ports, join(directory, 'data'), { ...environment, SLUICE_AUDIENCE_PORT: String(port) });
  stopSending = sendSrt(ffmpegPath, clip, ports.srt);
  browser = await launchChromium();
  context = await browser.newContext();
  context.setDefaultTimeout(100_000);
  otherSite = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(
      `<iframe width="640" height="420" src="${origin}${openShow?.path.replace('/watch/', '/embed/')}"></iframe>`,
    );
  }).listen(0, '127.0.0.1');
});

afterAll(async () => {
  await browser?.close();
  otherSite?.close();
  await stopSending();
  await product?.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe.skipIf(!findTestFfmpeg())('a show for watchers', { timeout: 240_000 }, () => {
  it('is announced in the catalogue and on its page, in both schemes and at every width', async () => {
    openShow = await plan({ title: 'Evening concert <i>', tags: ['Jazz'], category: 'Music', record: true });
    privateShow = await plan({
      title: 'Board meeting',
      privacy: 'private',
      localStart: wallClock(200),
      localEnd: wallClock(260),
    });
    page = await open(`${origin}/watch`);
    await waitFor('the show', async () => {
      await page.reload();
      return (await page.getByRole('link', { name: 'Evening concert <i>' }).count()) === 1;
    });
    expect(await page.getByText('Board meeting').count()).toBe(0);
    expect(await findViolations(page)).toEqual([]);
    await page.getByRole('link', { name: 'Evening concert <i>' }).click();
    await page.waitForURL(`**${openShow.path}`);
    expect(await page.getByRole('timer').textContent()).toMatch(/^\d\d:\d\d:\d\d$/);
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await findViolations(page), colorScheme).toEqual([]);
    }
    for (const width of [320, 1280, 3840]) {
      await page.setViewportSize({ width, height: 700 });
      const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(excess, `${width} pixels`).toBeLessThanOrEqual(0);
    }
    await page.setViewportSize({ width: 1280, height: 720 });
  });

  it('plays on the open page once it is live, with sound, and loads little before that', async () => {
    await waitFor('the source', async () => {
      const { body } = await product.call('GET', '/api/mediaconnect/flow/status');
      return body.source.state === 'connected' && body.preview.hlsUrl !== null;
    });
    await act(openShow.showId, 'go-live');
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor({ timeout: 60_000 });
    expect(await page.locator('video').count()).toBe(0);
    const scripts = await page.evaluate(() =>
      performance.getEntriesByType('resource').flatMap(({ name }) => (name.endsWith('.js') ? [name] : [])),
    );
    const built = join(import.meta.dirname, '../../web/dist/watch');
    const bytes = scripts.map((name) => gzipSync(readFileSync(join(built, basename(new URL(name).pathname)))).length);
    expect(bytes).toHaveLength(1);
    expect(bytes[0]).toBeLessThan(SCRIPT_BYTES_MAX);
    // With the player too. The chat is loaded only by shows that have one.
    const all = readdirSync(built).filter((name) => name.endsWith('.js') && !name.startsWith('open-chat'));
    const total = all.reduce((sum, name) => sum + gzipSync(readFileSync(join(built, name))).length, 0);
    expect(total).toBeLessThan(SCRIPT_BYTES_MAX);
    await press(page);
    expect(await page.evaluate(() => document.querySelector('video')!.muted)).toBe(false);
    expect(await findViolations(page)).toEqual([]);
  });

  it('obeys the keyboard', async () => {
    const read = () =>
      page.evaluate(() => [document.querySelector('video')!.muted, document.querySelector('video')!.paused]);
    await page.keyboard.press('m');
    expect(await read()).toEqual([true, false]);
    await page.keyboard.press('k');
    expect(await read()).toEqual([true, true]);
    await page.getByRole('button', { name: 'Back to live' }).click();
    await plays(page);
    await page.keyboard.press('m');
    expect(await read()).toEqual([false, false]);
  });

  it('continues by itself on the same page after the source was lost', async () => {
    await page.evaluate(() => Object.assign(window, { isSamePage: true }));
    await stopSending('SIGKILL');
    await waitFor('the interruption', async () => (await notice(page).textContent())?.includes('interrupted'), {
      limitMs: 60_000,
    });
    stopSending = sendSrt(ffmpegPath, clip, ports.srt);
    await plays(page, 90_000);
    await notice(page).waitFor({ state: 'hidden' });
    expect(await page.evaluate(() => 'isSamePage' in window)).toBe(true);
  });

  it('plays in a frame of another site', async () => {
    const { port } = otherSite.address() as AddressInfo;
    const outer = await open(`http://localhost:${port}/`);
    const frame = await waitFor('the frame', () => outer.frames().find((each) => each.url().includes('/embed/')));
    await press(frame);
    await outer.close();
  });

  it('cannot be framed except as an embed', async () => {
    const outer = await open(`${origin}/watch`);
    const isRefused = await outer.evaluate(async (address) => {
      const response = await fetch(address);
      return response.headers.get('content-security-policy')?.includes("frame-ancestors 'none'");
    }, origin + openShow.path);
    expect(isRefused).toBe(true);
    await outer.close();
  });

  it('says so when all places are taken', async () => {
    const { pathname } = new URL(origin + openShow.path);
    const id = pathname.slice(-26);
    const begin = () =>
      fetch(`${origin}/audience/v1/shows/${id}/viewings`, {
        method: 'POST',
        headers: { origin },
      });
    const statuses: number[] = [];
    for (let count = 0; count < VIEWERS_MAX; count += 1) statuses.push((await begin()).status);
    expect(statuses.at(-1)).toBe(503);
    const late = await open(origin + openShow.path);
    await late.getByRole('button', { name: 'Play', exact: true }).click();
    await waitFor('the notice', async () => (await notice(late).textContent())?.includes('All places are taken'));
    await plays(page);
    // The others were never used, so their places are free after half a minute.
    await plays(late, 90_000);
    await late.close();
  });

  it('is over on the open page when it ends, and its recording plays', async () => {
    await act(openShow.showId, 'end');
    await page
      .getByText('Its recording will be here soon')
      .or(page.getByText('It ended on'))
      .waitFor({ timeout: 60_000 });
    await waitFor(
      'the recording to be ready',
      async () => {
        const { body } = await product.call('GET', '/api/recordings');
        expect(body.data[0]).toMatchObject({ failure: null, showId: openShow.showId });
        return body.data[0].state === 'ready';
      },
      { limitMs: 120_000 },
    );
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor({ timeout: 60_000 });
    await press(page);
    expect(await page.evaluate(() => Number.isFinite(document.querySelector('video')!.duration))).toBe(true);
  });

  it('that is private plays by its link, which an operator creates and revokes on the show’s page', async () => {
    const desk = await (await browser.newContext()).newPage();
    await desk.goto(`${product.origin}/#token=${TEST_TOKEN}`);
    await desk.getByRole('heading', { level: 1 }).waitFor();
    await desk.goto(`${product.origin}/shows/${privateShow.showId}`);
    await desk.getByText(privateShow.path).waitFor();
    await desk.getByLabel('For whom').fill('Board');
    await desk.getByRole('button', { name: 'Create watch link' }).click();
    const link = (await desk.locator('code', { hasText: 'key=' }).textContent())!;
    expect(await findViolations(desk, '[role=dialog]')).toEqual([]);
    await desk.getByRole('button', { name: 'Done' }).click();
    await desk.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await desk.content()).not.toContain(new URL(link).searchParams.get('key'));
    expect(await findViolations(desk)).toEqual([]);

    const hidden = await open(origin + privateShow.path);
    expect(await hidden.getByRole('heading', { level: 1 }).textContent()).toBe('Not found');
    await act(privateShow.showId, 'go-live');
    await hidden.goto(link);
    await waitFor('the live page', async () => {
      if ((await hidden.getByRole('button', { name: 'Play', exact: true }).count()) === 1) return true;
      await hidden.reload();
      return false;
    });
    expect(hidden.url()).toBe(origin + privateShow.path);
    await press(hidden);

    await desk.getByRole('button', { name: 'Revoke the link for Board' }).click();
    await setTimeout(500);
    await desk.getByRole('button', { name: 'Confirm: Revoke the link for Board' }).click();
    await hidden.getByRole('heading', { level: 1, name: 'Not found' }).waitFor({ timeout: 60_000 });
    await hidden.goto(link);
    expect(await hidden.getByRole('heading', { level: 1 }).textContent()).toBe('Not found');
    await act(privateShow.showId, 'end');
    await desk.context().close();
  });

  it('breaks no rule of the pages’ own policy', () => expect(refusedByPolicy).toEqual([]));
});
