import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordingResource } from '../../functions/api/schemas/recordings.ts';
import { SEGMENTS_FOLDER } from '../../infra/local/host/store/kept-files.ts';
import { findViolations } from '../browser/accessibility.ts';
import { launchChromium } from '../browser/launch-chromium.ts';
import { descendantsOf, findFreePorts, startProduct, TEST_TOKEN, type Product } from '../support/product.ts';
import { makeClip, sendSrt } from '../support/srt-sender.ts';
import { findTestFfmpeg } from '../support/test-media.ts';
import { waitFor } from '../support/wait-for.ts';

/**
 * A recording with real media, through a killed engine, a lost source and a killed product, to ffmpeg and to a browser.
 * The steps build on one another. `TEST_RECORDING_SECONDS` makes it longer: `TEST_RECORDING_SECONDS=1200` for twenty minutes.
 */

const RECORDING_SECONDS = Number(process.env['TEST_RECORDING_SECONDS'] ?? 0);
/** The segments that are waited for. */
const PARTS = 6;
const STEP_LIMIT_MS = 180_000 + RECORDING_SECONDS * 1000;

const directory = mkdtempSync(join(tmpdir(), 'sluice-recording-'));
const dataDirectory = join(directory, 'data');
const environment = { SLUICE_HLS_RENDITIONS: '480p30', SLUICE_ANALYSIS: 'off', SLUICE_RECORDING_RESERVE_MB: '1' };
const ffmpegPath = findTestFfmpeg()!;
const clip = join(directory, 'source.ts');
let ports: Awaited<ReturnType<typeof findFreePorts>>;
let product: Product;
let stopSending = async (_signal?: 'SIGKILL') => {};
let browser: Browser | undefined;
let page: Page;
let recording: RecordingResource;

const read = async (): Promise<RecordingResource> =>
  (await product.call('GET', `/api/recordings/${recording.recordingId}`)).body;
const sourceState = async () => (await product.call('GET', '/api/mediaconnect/flow/status')).body.source.state;

function keptSegments(): string[] {
  const folder = join(dataDirectory, SEGMENTS_FOLDER);
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  } catch {
    return [];
  }
}

/** Waits until the recording has grown by a segment, and for its part of the whole length. */
async function grow(): Promise<void> {
  const before = keptSegments().length;
  await waitFor('another segment', () => keptSegments().length > before, { limitMs: 60_000 });
  await setTimeout((RECORDING_SECONDS * 1000) / PARTS);
}

/** Decodes everything. @returns the errors, and the seconds of the last picture */
async function decode(input: readonly string[]): Promise<{ errors: string; seconds: number }> {
  const { stdout, stderr } = await promisify(execFile)(ffmpegPath, [
    ...['-nostdin', '-v', 'error', '-xerror', '-progress', 'pipe:1', ...input],
    // Keeps the pictures' own times: in units of a frame, two pictures at a gap can have the same.
    ...['-map', '0:v', '-map', '0:a', '-fps_mode', 'passthrough', '-enc_time_base:v', 'demux', '-f', 'null', '-'],
  ]);
  const times = [...stdout.matchAll(/out_time_us=(\d+)/g)].map(([, us]) => Number(us) / 1e6);
  return { errors: stderr, seconds: times.at(-1) ?? 0 };
}

beforeAll(async () => {
  await makeClip(ffmpegPath, clip, {
    ...{ width: 320, height: 180, framesPerSecond: 30, seconds: 8 },
    ...{ videoBitrate: '800k', bFrames: 0 },
  });
  ports = await findFreePorts();
  product = await startProduct(ports, dataDirectory, environment);
  stopSending = sendSrt(ffmpegPath, clip, ports.srt);
});

afterAll(async () => {
  await browser?.close();
  await stopSending();
  await product?.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe.skipIf(!findTestFfmpeg())('a recording', { timeout: STEP_LIMIT_MS }, () => {
  it('is refused until the preview runs, and then begins', async () => {
    const begun = await waitFor('the recording to begin', async () => {
      if ((await sourceState()) !== 'connected') return null;
      const answer = await product.call('POST', '/api/recordings', { name: '../Sonntag: "Ü"/1' });
      if (answer.status === 201) return answer.body;
      expect([answer.status, answer.body.code]).toEqual([409, 'illegal_transition']);
      return null;
    });
    recording = begun;
    expect(recording).toMatchObject({ state: 'recording', endedAt: null, playUrl: null, allowedActions: ['stop'] });
    await grow();
    // It begins with the preview, whose first segment MediaPackage may refuse.
    await grow();
    await grow();
  });

  it('continues after a kill of the engine, a loss of the source and a kill of the product', async () => {
    const engine = descendantsOf(product.process.pid!).find(({ command }) => command.includes('engine-process'))!;
    process.kill(engine.pid, 'SIGKILL');
    await grow();
    await stopSending('SIGKILL');
    await waitFor('the loss', async () => (await sourceState()) !== 'connected');
    stopSending = sendSrt(ffmpegPath, clip, ports.srt);
    await grow();
    await product.stop('SIGKILL');
    product = await startProduct(ports, dataDirectory, environment);
    expect(await read()).toMatchObject({ state: 'recording' });
    await grow();
  });

  it('is ready soon after its stop, with gaps marked and nothing left in the segments’ folder', async () => {
    const stopped = await product.call('POST', `/api/recordings/${recording.recordingId}/stop`);
    expect(stopped.body).toMatchObject({ state: 'finishing', endReason: 'operator' });
    recording = await waitFor('the recording', async () => {
      const seen = await read();
      return seen.state === 'finishing' ? null : seen;
    });
    expect(recording).toMatchObject({ state: 'ready', failure: null });
    expect(recording.sizeBytes).toBeGreaterThan(100_000);
    const playlist = await product.call('GET', recording.playUrl!.replace('index.m3u8', 'index_1.m3u8'));
    expect(playlist.body.match(/#EXT-X-DISCONTINUITY\n/g)?.length).toBeGreaterThanOrEqual(3);
    expect(playlist.body).toMatch(/#EXT-X-ENDLIST\n$/);
    await waitFor('the folder to be emptied', () => keptSegments().length === 0);
  });

  it('is decoded by ffmpeg without an error, as playlist and as download, in its full length', async () => {
    const answer = await fetch(product.origin + recording.downloadUrl!, {
      headers: { authorization: `Bearer ${TEST_TOKEN}` },
    });
    expect(answer.headers.get('content-disposition')).toBe(
      'attachment; filename="_Sonntag_ ____1.mp4"; filename*=UTF-8\'\'_Sonntag_%20_%C3%9C__1.mp4',
    );
    const file = join(directory, 'download.mp4');
    writeFileSync(file, await answer.bytes());
    const whole = await decode(['-i', file]);
    expect(whole.errors).toBe('');
    expect(Math.abs(whole.seconds - recording.durationSeconds!)).toBeLessThan(1.5);
    const header = ['-headers', `Authorization: Bearer ${TEST_TOKEN}\r\n`];
    const played = await decode([...header, '-i', product.origin + recording.playUrl!]);
    expect(played.errors).toBe('');
  });

  it('is shown in the dashboard and plays there to its end, across its gaps', async () => {
    browser = await launchChromium(['--autoplay-policy=no-user-gesture-required']);
    const context = await browser.newContext({ viewport: { width: 375, height: 800 } });
    await context.request.post(`${product.origin}/api/session`, { data: { token: TEST_TOKEN } });
    page = await context.newPage();
    page.setDefaultTimeout(60_000 + RECORDING_SECONDS * 1000);
    await page.goto(`${product.origin}/recordings`);
    const item = page.getByRole('listitem').filter({ hasText: recording.name });
    await expect(item.textContent()).resolves.toContain('Ready');
    expect(await item.getByRole('link', { name: /Download/ }).getAttribute('href')).toBe(recording.downloadUrl);
    await item.getByRole('button', { name: /Play/ }).click();
    const video = item.locator('video');
    await video.evaluate((element: HTMLVideoElement) => {
      element.muted = true;
      element.playbackRate = 16;
    });
    const endedAt = await video.evaluate(
      (element: HTMLVideoElement) =>
        new Promise<number>((resolve) => {
          const end = () => resolve(element.currentTime);
          if (element.ended) end();
          else element.addEventListener('ended', end);
        }),
    );
    expect(Math.abs(endedAt - recording.durationSeconds!)).toBeLessThan(1.5);
    // On a phone, nothing is wider than the page.
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  });

  it('is renamed with the keyboard, and the API’s refusal of a name is shown at the field', async () => {
    const name = 'Sunday, second service';
    const item = page.getByRole('list', { name: 'Recordings' }).getByRole('listitem').first();
    const rename = item.getByRole('button', { name: /^Rename/ });
    const field = item.getByRole('textbox', { name: 'Name' });
    await rename.press('Enter');
    await field.fill('not kept');
    await field.press('Escape');
    expect(await rename.evaluate((element) => element === document.activeElement)).toBe(true);
    await rename.press('Enter');
    expect(await field.inputValue()).toBe(recording.name);
    await field.fill('  ');
    await field.press('Enter');
    await item.getByText('enter a name').waitFor();
    expect(await findViolations(page, 'li form')).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
    await field.fill(name);
    await field.press('Enter');
    await field.waitFor({ state: 'detached' });
    await item.getByRole('button', { name: `Rename ${name}` }).waitFor();
    expect((await read()).name).toBe(name);
  });

  it('is made and deleted with the buttons, and the preview stays on meanwhile', async () => {
    await page.getByRole('button', { name: 'Record', exact: true }).click();
    await page.getByRole('button', { name: /Stop recording · / }).waitFor();
    const refused = await product.call('PUT', '/api/primary', { mode: 'off' });
    expect([refused.status, refused.body.remedy]).toEqual([409, expect.stringContaining('stop the recording')]);
    await page.getByRole('button', { name: /Stop recording · / }).click();
    await page.getByRole('button', { name: 'Record', exact: true }).waitFor();
    const rows = page.getByRole('list', { name: 'Recordings' }).getByRole('listitem');
    const atRest = (count: number) =>
      waitFor(`${count} recordings at rest`, async () => {
        const texts = await rows.allTextContents();
        return texts.length === count && texts.every((text) => /Ready|Failed/.test(text));
      });
    for (let left = 2; left > 0; left -= 1) {
      await atRest(left);
      await rows
        .first()
        .getByRole('button', { name: /^Delete/ })
        .click();
      // The keyboard: a row that changes while the mouse button is down moves the button away.
      await setTimeout(400);
      const deleted = page.waitForResponse((response) => response.request().method() === 'DELETE');
      await rows
        .first()
        .getByRole('button', { name: /^Confirm/ })
        .press('Enter');
      const answer = await deleted;
      expect(answer.status(), await answer.text()).toBeLessThan(300);
    }
    await page.getByText('No recordings yet').waitFor();
    expect(readdirSync(join(dataDirectory, 's3', 'sluice-local-recordings'))).toEqual([]);
  });
});
