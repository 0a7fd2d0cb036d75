import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../browser/launch-chromium.ts';
import { findFreePorts, findFreeTcpPort, startProduct, type Product } from '../support/product.ts';
import { makeClip, sendSrt } from '../support/srt-sender.ts';
import { findTestFfmpeg } from '../support/test-media.ts';
import { waitFor } from '../support/wait-for.ts';

/** Watching a ladder of renditions in a real browser with real media, over connections of different speed. */

const directory = mkdtempSync(join(tmpdir(), 'sluice-ladder-'));
const ffmpegPath = findTestFfmpeg()!;
/** Bytes per second: less than the larger rendition needs, more than the smaller one does. */
const SLOW_BYTES = 270_000;

let product: Product;
let browser: Browser;
let page: Page;
let network: CDPSession;
let stopSending = async () => {};

beforeAll(async () => {
  const clip = join(directory, 'source.ts');
  const video = { width: 1280, height: 720, framesPerSecond: 30, seconds: 8, videoBitrate: '2500k', bFrames: 0 };
  await makeClip(ffmpegPath, clip, video);
  const ports = await findFreePorts();
  const port = await findFreeTcpPort();
  product = await startProduct(ports, join(directory, 'data'), {
    ...{ SLUICE_AUDIENCE: 'on', SLUICE_AUDIENCE_PORT: String(port), SLUICE_ANALYSIS: 'off' },
    SLUICE_HLS_RENDITIONS: '720p30,480p30',
  });
  stopSending = sendSrt(ffmpegPath, clip, ports.srt);
  browser = await launchChromium();
  page = await browser.newPage();
  page.setDefaultTimeout(100_000);
  network = await page.context().newCDPSession(page);
  await waitFor('the source', async () => {
    const { body } = await product.call('GET', '/api/mediaconnect/flow/status');
    return body.source.state === 'connected' && body.preview.hlsUrl !== null;
  });
  const path = await goLive();
  await page.goto(`http://127.0.0.1:${port}${path}`);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
});

afterAll(async () => {
  await browser?.close();
  await stopSending();
  await product?.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** @returns the path of the page of a show that is live */
async function goLive(): Promise<string> {
  const localStart = new Date(Date.now() + 1_800_000).toISOString().slice(0, 19);
  const plan = { title: 'Ladder', zone: 'UTC', localStart, privacy: 'public', isDraft: false, endRule: 'hand' };
  const { status, body } = await product.call('POST', '/api/shows', plan);
  expect(status, JSON.stringify(body)).toBe(201);
  const live = await product.call('POST', `/api/shows/${body.showId}/go-live`, {});
  expect(live.status, JSON.stringify(live.body)).toBe(200);
  const { body: links } = await product.call('GET', `/api/shows/${body.showId}/watch-links`);
  return new URL(links.watchUrl).pathname;
}

const height = () => page.evaluate(() => document.querySelector('video')?.videoHeight ?? 0);
const shows = (wanted: number) =>
  waitFor(`pictures of ${wanted} lines`, async () => (await height()) === wanted, { limitMs: 120_000 });

/** Limits the connection of the page. @param downloadThroughput bytes per second; -1: without a limit */
const limit = (downloadThroughput: number) =>
  network.send('Network.emulateNetworkConditions', {
    ...{ offline: false, latency: 0, uploadThroughput: -1 },
    downloadThroughput,
  });

describe.skipIf(!findTestFfmpeg())('a ladder of renditions', { timeout: 300_000 }, () => {
  const quality = () => page.getByLabel('Quality');

  it('is offered by height, and a choice takes effect', async () => {
    await quality().waitFor();
    expect(await quality().locator('option').allTextContents()).toEqual(['Automatic', '720p', '480p']);
    for (const wanted of ['480p', '720p', '480p']) {
      await quality().selectOption(wanted);
      await shows(Number.parseInt(wanted));
    }
  });

  it('follows the speed of the connection by itself', async () => {
    await quality().selectOption('Automatic');
    await shows(720);
    await limit(SLOW_BYTES);
    await shows(480);
    await limit(-1);
    await shows(720);
    expect(await quality().inputValue()).toBe('');
  });
});
