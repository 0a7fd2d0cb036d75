import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFfmpeg } from '../../infra/local/host/programs.ts';
import { startRtmpReceiver, type RtmpReceiver } from '../../infra/local/rtmp-receiver/rtmp-receiver.ts';
import { hideTab } from '../support/hide-tab.ts';
import { makeClip, sendSrt } from '../support/srt-sender.ts';
import { waitFor } from '../support/wait-for.ts';
import { findViolations } from './accessibility.ts';
import { idle, type Wanted } from './arrange.ts';
import { delaySnapshots } from './patch-snapshot.ts';
import { openStage, type Stage } from './stage.ts';
import { tooWide, type WatchedPage } from './watched-page.ts';

/**
 * Tests how the dashboard calls the operator: the encoder is stopped and a platform refuses a key, with real media and
 * a real browser.
 */

const KEY = 'canary-key-alpha-4711';
const WRONG_KEY = 'canary-key-wrong-6666';
const SOURCE = { width: 640, height: 360, framesPerSecond: 30, seconds: 10, videoBitrate: '700k' };

const STRIP = '[aria-label="Open incidents"]';

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
    const before = await restingTop(row);
    await killEncoder();
    await strip().waitFor();
    expect(Math.abs((await restingTop(row)) - before)).toBeLessThanOrEqual(2);

    await page.setViewportSize({ width: 390, height: 844 });
    expect(await tooWide(page)).toEqual([]);
    for (const control of await strip().locator('a, button').all()) {
      expect((await control.boundingBox())!.height).toBeGreaterThanOrEqual(44);
    }
    expect(await findViolations(page)).toEqual([]);
  });
});

/** Returns where an element is once it has been there for a second: a page that has just opened still gets its picture. */
async function restingTop(target: Locator): Promise<number> {
  const seen: number[] = [];
  await waitFor('the element to rest', async () => {
    seen.push((await target.boundingBox())!.y);
    await page.waitForTimeout(250);
    return seen.length > 4 && new Set(seen.slice(-4)).size === 1;
  });
  return seen.at(-1)!;
}

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

describe('the incidents page', () => {
  const entry = (): Locator => page.getByRole('article').filter({ hasText: 'Alpha: Stream key rejected' });

  /** Opens the page with a refused key. */
  async function beginRefused(): Promise<void> {
    await startEncoder();
    await stage.begin(show, [{ ...alpha(), streamKey: WRONG_KEY, state: 'running' }], '/incidents');
    await entry().waitFor();
  }

  it('shows meaning and action, takes a note, filters, and mutes until a time with a reason', async () => {
    await beginRefused();
    await entry().getByText('The platform refuses the stream key').waitFor();
    await entry().getByText('Copy the stream key from the platform again').waitFor();
    await page.getByLabel('Severity').selectOption('low');
    await page.getByText('No matching incidents.').waitFor();
    await page.getByLabel('Severity').selectOption('high');

    await entry().getByLabel('Note on Alpha: Stream key rejected').fill('Called the client');
    await button('Acknowledge Alpha: Stream key rejected', entry()).click();
    await button('Undo acknowledgement', entry()).waitFor();
    await entry().getByText('Log', { exact: true }).click();
    await entry()
      .getByText(/Note · .*: Called the client/)
      .waitFor();

    await button('Mute Alpha: Stream key rejected').click();
    const form = page.getByRole('form', { name: 'Mute Alpha: Stream key rejected' });
    await form.getByLabel('Until').fill('2020-01-01T10:00');
    await button('Mute', form).click();
    await form.getByText('a reason is needed').waitFor();
    await form.getByLabel('Reason').fill('Known, the client sleeps');
    await button('Mute', form).click();
    await form.getByText('must be in the future').waitFor();
    await form.getByLabel('Until').fill('2126-01-01T10:00');
    await button('Mute', form).click();
    await form.getByText('must be at most 31 days ahead').waitFor();
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 16);
    await form.getByLabel('Until').fill(tomorrow);
    await button('Mute', form).click();
    await form.waitFor({ state: 'detached' });
    // A muted incident is still open, but no longer calls.
    await strip().waitFor({ state: 'detached' });
    await titled('Incidents · Sluice');
    expect(await header().getByText('No problems').count()).toBe(0);
    await button('End the mute of stream key rejected, Alpha').click();
    await strip().waitFor();
  });

  it('changes rules, with refusals at their fields', async () => {
    await beginRefused();
    const threshold = page.getByLabel('Jitter from the encoder: More than (ms)');
    const hold = page.getByLabel('Jitter from the encoder: held for (s)');
    await threshold.fill('99999');
    await hold.fill('1.5');
    await button('Save rules').click();
    await page.getByText('must be 0 to 10000 (ms)').waitFor();
    await page.getByText('must be a whole number from 0 to 3600').waitFor();
    expect(await threshold.evaluate((element) => element === document.activeElement)).toBe(true);
    await threshold.fill('80');
    await hold.fill('');
    await button('Save rules').click();
    await page.getByText('Rules saved').waitFor();
    await page.reload();
    await threshold.waitFor();
    expect([await threshold.inputValue(), await hold.inputValue()]).toEqual(['80', '10']);
    await threshold.fill('');
    await button('Save rules').click();
    await page.getByText('Rules saved').waitFor();
    expect(await threshold.inputValue()).toBe('50');
  });

  it('is above the page from the first moment of a fresh load, and nothing moves', async () => {
    await beginRefused();
    await delaySnapshots(page, 300);
    const placeOfPage = () => ({ top: document.querySelector('#content')!.getBoundingClientRect().top, scrollY });
    await page.reload({ waitUntil: 'commit' });
    await page.waitForFunction(() => document.querySelector('#content h1'));
    const first = await page.evaluate(placeOfPage);
    await strip().waitFor();
    await page.getByLabel('Source lost: held for (s)').waitFor();
    expect(first.scrollY).toBe(0);
    expect(await page.evaluate(placeOfPage)).toEqual(first);
    await page.unrouteAll({ behavior: 'wait' });
  });

  it('changes when incidents escalate, or that they never do', async () => {
    await beginRefused();
    const after = page.getByLabel('Escalate: after (s)');
    const isEscalated = page.getByLabel('Escalate', { exact: true });
    const save = async (): Promise<number | null> => {
      await button('Save rules').click();
      await page.getByText('Rules saved').waitFor();
      await page.reload();
      await after.waitFor();
      return (await stage.product.call('GET', '/api/incident-rules')).body.escalateAfterSeconds;
    };
    expect([await after.inputValue(), await isEscalated.isChecked()]).toEqual(['300', true]);
    await after.fill('soon');
    await button('Save rules').click();
    await waitFor('the refusal at the field', async () => (await after.getAttribute('aria-invalid')) === 'true');
    await after.fill('600');
    expect([await save(), await after.inputValue()]).toEqual([600, '600']);
    await isEscalated.uncheck();
    expect([await save(), await isEscalated.isChecked(), await after.isEnabled()]).toEqual([null, false, false]);
    await isEscalated.check();
    expect([await save(), await after.inputValue()]).toEqual([300, '300']);
  });

  it('has no violation, and fits a phone', async () => {
    await beginRefused();
    await page.getByLabel('Source lost: held for (s)').waitFor();
    await button('Mute Alpha: Stream key rejected').click();
    expect([...(await findViolations(page, 'main')), ...(await findViolations(page, STRIP))]).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await tooWide(page)).toEqual([]);
    for (const control of await page.locator('main button, main select').all()) {
      expect((await control.boundingBox())!.height, await control.innerText()).toBeGreaterThanOrEqual(44);
    }
  });
});

describe('alerts', () => {
  it('are off at first, beep and notify once chosen, and say when the browser refuses', async () => {
    await startEncoder();
    await stage.begin(show, [idle('Alpha')], '/settings');
    await noIncident();
    const sound = page.getByLabel('Play a sound for new incidents');
    const notification = page.getByLabel('Show a notification while another window is in front');
    expect([await sound.isChecked(), await notification.isChecked()]).toEqual([false, false]);
    await show.context.clearPermissions();
    await page.evaluate(() => {
      Notification.requestPermission = () => Promise.resolve('denied');
    });
    await notification.click();
    await page.getByText('This browser blocks notifications').waitFor();
    expect(await notification.isChecked()).toBe(false);

    await page.evaluate(() => {
      const heard = { beeps: 0, notified: [] as string[] };
      Object.assign(window, { heard });
      const { start } = OscillatorNode.prototype;
      OscillatorNode.prototype.start = function count(at) {
        heard.beeps += 1;
        start.call(this, at);
      };
      class Shown extends EventTarget {
        static permission = 'granted';
        static requestPermission = () => Promise.resolve('granted');
        constructor(title: string) {
          super();
          heard.notified.push(title);
        }
      }
      Object.assign(window, { Notification: Shown });
      document.hasFocus = () => false;
    });
    const heard = () =>
      page.evaluate(() => (window as unknown as { heard: { beeps: number; notified: string[] } }).heard);
    await button('Test sound').click();
    await waitFor('the test to beep', async () => (await heard()).beeps === 3);

    // Chosen by hand, as a reload would drop what counts here.
    await sound.check();
    await notification.click();
    await waitFor('the notifications to be chosen', () => notification.isChecked());
    await stage.product.call('DELETE', `/api/destinations/${(await stage.named('Alpha')).destinationId}?stop=true`);
    const { streamKey, name, rtmpUrl, preset } = { ...alpha(), name: 'Bravo', streamKey: WRONG_KEY };
    const made = await stage.product.call('POST', '/api/destinations', {
      ...{ name, rtmpUrl, preset, streamKey, platform: 'custom' },
    });
    await stage.product.call('POST', `/api/destinations/${made.body.destinationId}/start`, {});
    await waitFor('the alert', async () => (await heard()).notified.length > 0);
    await waitFor('the alert to beep', async () => (await heard()).beeps === 6);
    expect((await heard()).notified).toEqual(['Bravo: Stream key rejected']);
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
    await waitFor('the snapshot to be polled', async () => polls('/api/snapshot') > 0);

    await hideTab(page, true);
    // The timer of the visible pace fires once more.
    await page.clock.fastForward(5_000);
    await waitFor('the rest to be quiet', async () => {
      const before = asked.length;
      await new Promise((resolve) => setTimeout(resolve, 1500));
      return asked.length === before;
    });
    for (const round of [1, 2]) {
      const rest = (): number[] => ['/api/snapshot', '/api/destinations'].map(polls);
      const [incidents, before] = [polls('/api/incidents'), rest()];
      await page.clock.fastForward(15_000);
      await waitFor(`poll ${round} of the hidden tab`, async () => polls('/api/incidents') > incidents);
      expect([polls('/api/incidents'), rest()]).toEqual([incidents + 1, before]);
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
    await hideTab(page, true);
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
