import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ShowResource } from '../../functions/api/schemas/shows.ts';
import { buildPlainPng } from '../../functions/domain/plain-png.ts';
import type { NewShow, ShowChange } from '../../web/src/api/shows.ts';
import { pngChunk } from '../support/png-chunk.ts';
import { waitFor } from '../support/wait-for.ts';
import { findViolations } from './accessibility.ts';
import { idle } from './arrange.ts';
import { openStage, type Stage } from './stage.ts';
import { tooWide, waitForWidth, type WatchedPage } from './watched-page.ts';

/** Tests the schedule in a real browser: planning a show and running it by hand. Channels run without an encoder. */

let stage: Stage;
let watched: WatchedPage;
let page: Page;

const button = (name: string, on: Page | Locator = page): Locator => on.getByRole('button', { name, exact: true });
const form = (): Locator => page.getByRole('form', { name: 'Plan a show' });
const heading = (name: string): Locator => page.getByRole('heading', { name, exact: true });
const runSheet = (): Locator => page.getByRole('list', { name: 'Run sheet' });
const bar = (): Locator => page.getByRole('group', { name: 'Run the show' });

/** Returns a wall-clock time in Tokyo, as the fields take it. */
const inTokyo = (hoursAhead: number): string =>
  new Date(Date.now() + (9 + hoursAhead) * 3_600_000).toISOString().slice(0, 19);

async function shownShow(): Promise<ShowResource> {
  return (await stage.product.call('GET', `/api/shows/${page.url().split('/').at(-1)}`)).body;
}

/** Presses a button and confirms, once the question takes the click for deliberate. */
async function confirm(name: string, isDone: (show: ShowResource) => boolean): Promise<void> {
  await button(name).click();
  const answer = page.getByRole('button', { name: /^Confirm/ });
  await answer.waitFor();
  await waitFor(`${name} to be done`, async () => {
    await answer.click({ timeout: 1000 }).catch(() => undefined);
    return isDone(await shownShow());
  });
}

/** Plans a show through the API and opens it. A show that ends claims its destinations for a while. */
async function openPlanned(...names: string[]): Promise<void> {
  await openPlannedWith({}, ...names);
}

/** Does the same with further fields of the request. */
async function openPlannedWith(more: Partial<NewShow>, ...names: string[]): Promise<void> {
  const ids = await Promise.all(names.map(async (name) => (await stage.named(name)).destinationId));
  const { status, body } = await stage.product.call('POST', '/api/shows', {
    title: 'Evening show',
    zone: 'Asia/Tokyo',
    localStart: inTokyo(3),
    localEnd: inTokyo(4),
    isDraft: false,
    destinations: ids.map((destinationId) => ({ destinationId })),
    ...more,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  await page.goto(`${stage.product.origin}/shows/${body.showId}`);
  await heading('Evening show').waitFor();
}

/** Ends what earlier tests have left, because a planned show claims its destinations. */
async function clearShows(): Promise<void> {
  const { body } = await stage.product.call('GET', '/api/shows?state=open');
  for (const { showId } of body.data) {
    const { allowedActions } = (await stage.product.call('GET', `/api/shows/${showId}`)).body as ShowResource;
    const action = (['end', 'cancel'] as const).find((each) => allowedActions.includes(each));
    if (action) await stage.product.call('POST', `/api/shows/${showId}/${action}`);
  }
  // A show that ends keeps its destinations until they are off air.
  await waitFor('the shows to be over', async () => {
    const { body: left } = await stage.product.call('GET', '/api/shows?state=open');
    return left.data.every(({ state }: ShowResource) => state === 'draft');
  });
}

beforeAll(async () => {
  stage = await openStage();
  watched = await stage.open({ timezoneId: 'America/New_York' });
  page = watched.page;
});

afterAll(() => stage?.close());

beforeEach(async () => {
  await clearShows();
  await stage.begin(
    watched,
    ['Alpha', 'Bravo', 'Charlie', 'Delta'].map((name) => idle(name)),
    '/shows',
  );
});

describe('the schedule', () => {
  it('shows a week by its days, in the time of the viewer', async () => {
    await openPlanned('Alpha');
    const { startsAt } = await shownShow();
    const inNewYork = (options: Intl.DateTimeFormatOptions) =>
      new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York', ...options }).format(new Date(startsAt));
    const day = inNewYork({ year: 'numeric', month: '2-digit', day: '2-digit' });
    await page.goto(`${stage.product.origin}/shows?view=week&day=${day}`);
    const days = page.getByRole('list', { name: 'Days' });
    const named = inNewYork({ day: 'numeric' });
    const own = days.getByRole('list', { name: new RegExp(`^Shows on .*\\b${named}\\b`) });
    const link = own.getByRole('link', { name: /Evening show/ });
    await link.waitFor();
    const clock = new Date(startsAt).toLocaleTimeString('en-US', {
      timeZone: 'America/New_York',
      hour: '2-digit',
      minute: '2-digit',
    });
    expect(await link.innerText()).toContain(clock);
    await button('Week after').click();
    await link.waitFor({ state: 'detached' });
    await button('Week before').click();
    await link.waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await tooWide(page)).toEqual([]);
    expect(await findViolations(page)).toEqual([]);
    await link.click();
    await heading('Evening show').waitFor();
  });

  it('plans a show in its own zone and refuses what is missing at its field', async () => {
    await page.getByText('No shows are planned.').waitFor();
    await page.getByRole('link', { name: 'Plan a show' }).click();
    await form().waitFor();
    await button('Schedule').click();
    await page.getByText('Choose a date and a time').waitFor();
    const isFocused = await form()
      .getByLabel('Title')
      .evaluate((field) => field === document.activeElement);
    expect(isFocused).toBe(true);

    await form().getByLabel('Title').fill('Morning show');
    await form().getByLabel('Time zone').fill('Asia/Tokyo');
    await form().getByLabel('Start', { exact: true }).fill(inTokyo(-1));
    await form().getByLabel('End', { exact: true }).fill(inTokyo(3));
    await form().getByLabel('Alpha', { exact: true }).check();
    await form().getByLabel('Alpha is required').check();
    await form().getByLabel('Picture size').selectOption('1920x1080');
    await form().getByLabel('Sound channels').selectOption('Stereo');
    await button('Schedule').click();
    await page.getByText(/has passed: it is .* in Asia\/Tokyo; choose a later time/).waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await tooWide(page)).toEqual([]);
    expect(await findViolations(page)).toEqual([]);

    const start = inTokyo(2);
    await form().getByLabel('Start', { exact: true }).fill(start);
    await button('Schedule').click();
    await heading('Morning show').waitFor();
    await page.getByText(/^Live in [12]:\d\d:\d\d$/).waitFor();
    await page.getByText('Expected source: 1920x1080, stereo', { exact: true }).waitFor();
    expect(await runSheet().innerText()).toContain('Alpha on air at');
    const hour = Number(start.slice(11, 13)) % 12 || 12;
    expect(await runSheet().innerText()).toMatch(new RegExp(`Live at 0?${hour}:${start.slice(14)}`));
    await page.getByText(/All times are in Asia\/Tokyo\. It starts on .* your time\./).waitFor();
    await page.getByRole('link', { name: 'All shows' }).click();
    await page.getByRole('list', { name: 'Shows' }).getByText('Scheduled').waitFor();
  });

  it('leads from a show to its copy, which needs new times', async () => {
    await openPlanned('Alpha', 'Bravo');
    await page.getByRole('link', { name: 'Duplicate' }).click();
    await form().waitFor();
    expect(await form().getByLabel('Title').inputValue()).toBe('Evening show');
    expect(await form().getByLabel('Start', { exact: true }).inputValue()).toBe('');
    expect(await form().getByLabel('Bravo', { exact: true }).isChecked()).toBe(true);
  });
});

describe('what was typed into the form of a show', () => {
  const restored = (): Locator => page.getByText(/^Restored what you typed at \d+:\d\d [AP]M\.$/);

  it('outlasts Escape, a reload and a closed tab until it is discarded', async () => {
    await page.getByRole('link', { name: 'Plan a show' }).click();
    await form().getByLabel('Title').fill('Half planned');
    await form().getByLabel('Alpha', { exact: true }).check();
    await form().getByLabel('Ceiling of its cost').check();
    await form().getByLabel('Amount for the show').fill('12.5');
    await page.keyboard.press('Escape');
    await page.reload();
    await restored().waitFor();
    const tab = await watched.context.newPage();
    await tab.goto(page.url());
    await tab.getByText(/^Restored what you typed at/).waitFor();
    expect(await tab.getByLabel('Title').inputValue()).toBe('Half planned');
    expect(await tab.getByLabel('Alpha is required').isVisible()).toBe(true);
    expect(await tab.getByLabel('Amount for the show').inputValue()).toBe('12.5');
    await tab.close();

    await page.setViewportSize({ width: 390, height: 844 });
    expect(await tooWide(page)).toEqual([]);
    await button('Discard').click();
    expect(await form().getByLabel('Title').inputValue()).toBe('');
    await page.reload();
    await form().waitFor();
    expect(await restored().count()).toBe(0);
  });

  it('is named on the page of the show after an edit, and gone once it is saved', async () => {
    await openPlanned('Alpha');
    await button('Edit').click();
    await page.getByLabel('Notes for the team').fill('Call the choir first');
    await page.reload();
    await page.getByText(/^Your edit at \d+:\d\d [AP]M is not saved\.$/).waitFor();
    expect(await findViolations(page)).toEqual([]);
    await button('Continue').click();
    await restored().waitFor();
    await button('Save changes').click();
    await heading('Notes').waitFor();
    await page.reload();
    await heading('Notes').waitFor();
    await page.getByText('Call the choir first', { exact: true }).waitFor();
    expect(await button('Continue').count()).toBe(0);
  });
});

describe('a show', () => {
  it('goes live now and ends by hand, with its buttons in reach on a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await openPlanned('Alpha', 'Bravo');
    await confirm('Go live', ({ state }) => state === 'live');
    await bar().getByText('End show stops Alpha, then Bravo.').waitFor();
    await waitFor('Alpha to be started', async () => (await stage.named('Alpha')).desired === 'running');
    // It sends, and nothing arrives yet: the run sheet says what the platforms receive.
    await runSheet().getByText('Waiting for source').first().waitFor();
    // Stop all appears above the navigation while something runs, and the bar must not be under it.
    const stopAll = page.getByRole('complementary', { name: 'Problems and Stop all' });
    await stopAll.waitFor();
    const end = (await button('End show').boundingBox())!;
    expect(end.height).toBeGreaterThanOrEqual(44);
    expect(end.y + end.height).toBeLessThanOrEqual((await stopAll.boundingBox())!.y);
    expect(await tooWide(page)).toEqual([]);
    expect(await findViolations(page)).toEqual([]);

    await confirm('End show', ({ state }) => state === 'ending');
    await waitFor('Alpha and Bravo to be stopped', async () =>
      (await stage.destinations()).every(({ desired }) => desired === 'idle'),
    );
    await bar().waitFor({ state: 'detached' });
  });

  it('starts its source and stops it with the show', async () => {
    const control = (action: 'start' | 'stop') => stage.product.call('POST', `/api/mediaconnect/flow/${action}`);
    const untilFlow = (status: string) =>
      waitFor(`the flow to be ${status}`, async () => {
        return (await stage.product.call('GET', '/api/mediaconnect/flow/status')).body.status === status;
      });
    await control('stop');
    await untilFlow('STANDBY');
    await openPlanned('Bravo');
    expect(await runSheet().getByText('Source starts').count()).toBe(0);
    await button('Edit').click();
    await page.getByLabel('Start and stop the source').check();
    await button('Save changes').click();
    await runSheet()
      .getByText(/^Source starts at \d/)
      .waitFor();
    expect(await findViolations(page)).toEqual([]);
    await confirm('Go live', ({ state }) => state === 'live');
    await bar().getByText('End show stops Bravo, then the source unless something else needs it.').waitFor();
    await untilFlow('ACTIVE');
    await confirm('End show', ({ state }) => state !== 'live');
    await runSheet().getByText('Source stopped').waitFor();
    await untilFlow('STANDBY');
    await control('start');
    await untilFlow('ACTIVE');
  });

  it('has a report that fits on a phone, and is printed without navigation and buttons', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await openPlanned('Alpha');
    await confirm('Cancel show', ({ state }) => state === 'cancelled');
    await page.getByRole('link', { name: 'Report', exact: true }).click();
    await heading('Evening show: report').waitFor();
    await page.getByText(/Operator · cancelled the show$/).waitFor();
    await page.getByText(/estimate .*; bill \$0\.00 \(.+\)$/).waitFor();
    expect(await tooWide(page)).toEqual([]);
    expect(await findViolations(page)).toEqual([]);
    await page.emulateMedia({ media: 'print' });
    for (const part of [page.getByRole('banner'), page.getByRole('navigation'), button('Print')]) {
      expect(await part.first().isVisible()).toBe(false);
    }
    expect(await heading('Evening show: report').isVisible()).toBe(true);
    await page.emulateMedia({ media: 'screen' });
  });

  it('is taken over on a phone: the run sheet acts no more, and everything stays as it is', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await openPlanned('Charlie', 'Delta');
    await confirm('Go live', ({ state }) => state === 'live');
    await waitFor('Delta to be started', async () => (await stage.named('Delta')).desired === 'running');
    const stopAll = page.getByRole('complementary', { name: 'Problems and Stop all' });
    await stopAll.waitFor();
    const takeOver = (await button('Take over').boundingBox())!;
    expect(takeOver.height).toBeGreaterThanOrEqual(44);
    expect(takeOver.y + takeOver.height).toBeLessThanOrEqual((await stopAll.boundingBox())!.y);
    const before = await shownShow();
    await confirm('Take over', ({ automation }) => automation === 'off');
    await page.getByText('A person has taken over. The run sheet does nothing.').waitFor();
    await page.getByText(/^Live for .*, ends by hand$/).waitFor();
    expect(await button('Take over').count()).toBe(0);
    expect(await tooWide(page)).toEqual([]);
    expect(await findViolations(page)).toEqual([]);
    const { state, endsAt, endingAt, destinations } = await shownShow();
    expect({ state, endsAt, endingAt }).toEqual({ state: 'live', endsAt: before.endsAt, endingAt: null });
    expect(destinations.map(({ stopRequestedAt }) => stopRequestedAt)).toEqual([null, null]);
    expect((await stage.named('Charlie')).desired).toBe('running');
    expect((await stage.named('Delta')).desired).toBe('running');
  });
});

describe('a show of a series', () => {
  const editForm = (): Locator => page.getByRole('form', { name: 'Edit the show' });

  /** Returns the open shows of the series by their dates. */
  async function openShows(): Promise<ShowResource[]> {
    const { body } = await stage.product.call('GET', '/api/shows?state=open');
    return body.data;
  }

  async function rename(title: string): Promise<void> {
    await button('Edit').click();
    await editForm().getByLabel('Title').fill(title);
  }

  beforeEach(() => openPlannedWith({ recurrence: 'FREQ=WEEKLY;COUNT=3' }, 'Alpha'));

  it('is edited alone, or with all later shows, on a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByText('Part of a series: FREQ=WEEKLY;COUNT=3').waitFor();
    await rename('Guest show');
    await button('Save changes').click();
    await heading('Guest show').waitFor();
    expect((await openShows()).map(({ title }) => title)).toEqual(['Guest show', 'Evening show']);

    await rename('Night show');
    const following = editForm().getByLabel('Also for all later shows of this series');
    await following.check();
    expect(await tooWide(page)).toEqual([]);
    // High enough that the navigation covers no field.
    await page.setViewportSize({ width: 390, height: 3000 });
    expect(await findViolations(page)).toEqual([]);
    await button('Save changes').click();
    await heading('Night show').waitFor();
    expect((await openShows()).map(({ title }) => title)).toEqual(['Night show', 'Night show']);
  });

  it('is cancelled with its series', async () => {
    const [first] = await openShows();
    await button('Cancel series').click();
    const answer = page.getByRole('button', { name: 'Confirm: Cancel all its shows' });
    await answer.waitFor();
    await waitFor('the series to be cancelled', async () => {
      await answer.click({ timeout: 1000 }).catch(() => undefined);
      return (await openShows()).length === 0;
    });
    await page.getByText('Series cancelled').waitFor();
    await page.getByText('No shows are planned.').waitFor();
    expect((await stage.product.call('GET', `/api/shows/${first!.showId}`)).body.state).toBe('cancelled');
  });
});

describe('the ceiling of a show', () => {
  const ceilingForm = (): Locator => form().getByRole('group', { name: 'Also ends' });

  async function change(body: ShowChange) {
    return stage.product.call('PATCH', `/api/shows/${page.url().split('/').at(-1)}`, body);
  }

  /** Sets the lowest ceiling that asks and spares Bravo. */
  async function setLeastCeiling(): Promise<void> {
    const spared = [(await stage.named('Bravo')).destinationId];
    const ceiling = { amount: 0.01, action: 'ask', spared } as const;
    // The least amount may rise by cents while earlier runs of the destinations end.
    await waitFor('the least ceiling to be taken', async () => {
      const refused = await change({ ceiling });
      const [, least] = /at least (\d+\.\d\d) USD/.exec(refused.body.errors[0].message)!;
      return (await change({ ceiling: { ...ceiling, amount: Number(least) } })).status === 200;
    });
  }

  it('is refused below the least amount, and is on the page of the show, on a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('link', { name: 'Plan a show' }).click();
    await form().getByLabel('Title').fill('Short show');
    await form().getByLabel('Start', { exact: true }).fill(inTokyo(2).replace(/T.*/, 'T23:59:00'));
    await form().getByLabel('Alpha', { exact: true }).check();
    await form().getByLabel('Bravo', { exact: true }).check();
    await ceilingForm().getByLabel('After minutes without a source').fill('15');
    await ceilingForm().getByLabel('Ceiling of its cost').check();
    await ceilingForm().getByLabel('Amount for the show').fill('0.01');
    await ceilingForm().getByLabel('Countdown in minutes').fill('60');
    await button('Schedule').click();
    const fault = ceilingForm().getByText(/Must be at least \d+\.\d\d USD, not 0\.01 USD/);
    await fault.waitFor();
    expect(await tooWide(page)).toEqual([]);
    // High enough that the navigation covers no field.
    await page.setViewportSize({ width: 390, height: 3000 });
    expect(await findViolations(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    const [, least] = /at least (\d+\.\d\d)/.exec(await fault.innerText())!;
    // The least amount may rise by cents while earlier runs of the destinations end.
    const enough = (Number(least) + 1).toFixed(2);
    await ceilingForm().getByLabel('Amount for the show').fill(enough);
    await button('Schedule').click();
    await page.getByRole('img', { name: `$0.00 spent, $0.00 committed, of $${enough}` }).waitFor();
    expect(await runSheet().innerText()).toContain('Also after 15 min without a source');
    await page.getByText('Asks for 60 min, then stops everything.').waitFor();
    expect(await tooWide(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 3000 });
    expect(await findViolations(page, 'main')).toEqual([]);
  });

  it('asks on the page of the show once it is reached, and shows the answer of a person', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await openPlanned('Alpha', 'Bravo');
    await setLeastCeiling();
    await confirm('Go live', ({ state }) => state === 'live');
    await waitFor('Bravo to run', async () => (await stage.named('Bravo')).status === 'running');
    // The spared Bravo starts a second time, and that start costs at least ten minutes more.
    const { destinationId } = await stage.named('Bravo');
    await stage.product.call('POST', `/api/destinations/${destinationId}/stop`);
    await waitFor('Bravo to be stopped', async () => (await stage.named('Bravo')).status === 'idle');
    expect((await stage.product.call('POST', `/api/destinations/${destinationId}/start`)).status).toBe(202);
    // The run sheet compares at once after a change, otherwise within a minute.
    await change({ notes: 'Bravo was started again' });

    const question = page.getByRole('region', { name: 'Ceiling of the show', exact: true });
    await question
      .getByText(/Without an answer, 1 destination on air stops in (10:00|9:\d\d)\./)
      .waitFor({ timeout: 90_000 });
    expect(await tooWide(page)).toEqual([]);
    for (const name of ['Keep running', 'Stop now']) {
      expect((await button(name, question).boundingBox())!.height, name).toBeGreaterThanOrEqual(44);
    }
    expect(await findViolations(page, '[aria-label="Ceiling of the show"]')).toEqual([]);
    await button('Keep running', question).click();
    await question.waitFor({ state: 'detached' });
    await page.getByText(/Kept running by operator until the show ends\./i).waitFor();
    expect((await shownShow()).ceiling).toMatchObject({ state: 'kept', answerDueAt: null });
    expect((await stage.named('Alpha')).desired).toBe('running');
  });
});

describe('the preflight', () => {
  const checks = (): Locator => page.getByRole('list', { name: 'Checks', exact: true });

  it('of a show says what is wrong and what to do, stays after a reload, and is in the log, on a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await openPlanned('Alpha');
    await page.getByText(/^Not checked yet/).waitFor();
    await button('Check now').click();
    await checks().getByText('Source: encoder').waitFor();
    await checks().getByText('Point the encoder at the address on the page, and start it.').waitFor();
    await page.getByText(/· checked the show: \d+ failed/).waitFor();
    expect((await button('Check now').boundingBox())!.height).toBeGreaterThanOrEqual(44);
    expect(await tooWide(page)).toEqual([]);
    expect(await findViolations(page)).toEqual([]);
    await page.reload();
    await checks().getByText('Source: encoder').waitFor();
    await page.getByText(/^Checked .* by /).waitFor();
    expect((await shownShow()).preflight).toMatchObject({ outcome: 'failed', occasion: 'request' });
  });

  it('of several destinations is beside their start, and starts nothing', async () => {
    await page.goto(stage.product.origin);
    await button('Start all').click();
    await button('Check first').click();
    await checks().getByText('Alpha: stream key', { exact: true }).waitFor();
    await checks().getByText('Delta: stream key', { exact: true }).waitFor();
    expect(await findViolations(page)).toEqual([]);
    expect((await stage.destinations()).map(({ desired }) => desired)).toEqual(['idle', 'idle', 'idle', 'idle']);
  });
});

describe('the cover of a show', () => {
  const group = (): Locator => form().getByRole('group', { name: 'Cover' });
  const cover = (): Locator => page.getByRole('img', { name: /^Cover of / });
  const choose = (buffer: Buffer, mimeType = 'image/png') =>
    page.getByLabel('Cover picture').setInputFiles({ name: 'cover.png', mimeType, buffer });
  const fill = async (start: string) => {
    await form().getByLabel('Title').fill('Gala');
    await form().getByLabel('Time zone').fill('Asia/Tokyo');
    await form().getByLabel('Start', { exact: true }).fill(start);
  };

  it('is chosen in the form on a phone, survives a reload, and its copy has it too', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${stage.product.origin}/shows/new`);
    await fill(inTokyo(30));
    await choose(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'));
    await group().getByText('This file is no picture: choose a PNG or a JPEG.').waitFor();
    await choose(buildPlainPng(1, 1, 'c81ea0'));
    await group().getByText('The picture is 1 × 1 pixels: choose one of at least 320 × 180.').waitFor();
    await choose(buildPlainPng(640, 360, 'c81ea0'));
    await waitForWidth(page.getByRole('img', { name: 'Chosen cover' }), 640);
    expect(await group().getByRole('alert').count()).toBe(0);
    expect(await tooWide(page)).toEqual([]);
    expect(await findViolations(page)).toEqual([]);
    await button('Save draft').click();
    await waitForWidth(cover(), 640);
    await page.reload();
    await waitForWidth(cover(), 640);
    expect(await tooWide(page)).toEqual([]);

    await page.getByRole('link', { name: 'Duplicate' }).click();
    await waitForWidth(page.getByRole('img', { name: 'Present cover' }), 640);
    await form().getByLabel('Start', { exact: true }).fill(inTokyo(40));
    await button('Save draft').click();
    await waitForWidth(cover(), 640);
    await page.getByRole('link', { name: 'All shows' }).click();
    const thumbnails = page.getByRole('list', { name: 'Shows' }).locator('img');
    await waitFor('two thumbnails', async () => (await thumbnails.count()) === 2);
    await waitForWidth(thumbnails.first(), 640);
    expect(await tooWide(page)).toEqual([]);
  });

  it('is replaced by a photo that is too large, which is made smaller, and removed by keyboard', async () => {
    await openPlanned();
    const edit = page.getByRole('form', { name: 'Edit the show' });
    await button('Edit').click();
    await choose(await drawPhoto(4000, 3000), 'image/jpeg');
    await waitForWidth(edit.getByRole('img', { name: 'Chosen cover' }), 1440);
    await button('Save changes').click();
    await waitForWidth(cover(), 1440);
    expect((await shownShow()).cover).toMatchObject({ width: 1440, height: 1080 });

    await button('Edit').click();
    await edit.getByRole('img', { name: 'Present cover' }).waitFor();
    await button('Remove the cover').focus();
    await page.keyboard.press('Enter');
    await edit.getByText('No cover.').waitFor();
    await button('Save changes').click();
    await heading('Evening show').waitFor();
    await waitFor('the cover to be gone', async () => (await shownShow()).cover === null);
    await cover().waitFor({ state: 'detached' });
  });

  it('that the API refuses leaves the show stored, and says so', async () => {
    await page.goto(`${stage.product.origin}/shows/new`);
    await fill(inTokyo(30));
    // The browser shows its first picture; the API takes only still ones.
    const still = buildPlainPng(640, 360, 'c81ea0');
    const control = pngChunk('acTL', Buffer.from([0, 0, 0, 1, 0, 0, 0, 0]));
    const frame = Buffer.alloc(26);
    // The size of the only frame is that of the picture.
    still.copy(frame, 4, 16, 24);
    await choose(Buffer.concat([still.subarray(0, 33), control, pngChunk('fcTL', frame), still.subarray(33)]));
    await page.getByRole('img', { name: 'Chosen cover' }).waitFor();
    await button('Save draft').click();
    await page.getByText('is animated').first().waitFor();
    await heading('Gala').waitFor();
    expect((await shownShow()).cover).toBeNull();
  });

  /** Draws a JPEG in the browser. */
  async function drawPhoto(width: number, height: number): Promise<Buffer> {
    const data = await page.evaluate(
      ([w, h]) => {
        const canvas = document.createElement('canvas');
        Object.assign(canvas, { width: w, height: h });
        const context = canvas.getContext('2d')!;
        context.fillStyle = '#204060';
        context.fillRect(0, 0, w! / 2, h! / 2);
        return canvas.toDataURL('image/jpeg');
      },
      [width, height],
    );
    return Buffer.from(data.split(',')[1]!, 'base64');
  }
});
