import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GroupStartResource } from '../../functions/api/schemas/group-starts.ts';
import { findViolations } from './accessibility.ts';
import { idle } from './arrange.ts';
import { patchSnapshot } from './patch-snapshot.ts';
import { openStage, type Stage } from './stage.ts';
import { tooWide, type WatchedPage } from './watched-page.ts';

/** Tests the start of several destinations on a phone. Channels run without an encoder. */

const PHONE = { width: 390, height: 844 };
let stage: Stage;
let show: WatchedPage;
let page: Page;

const button = (name: string, on: Page | Locator = page): Locator => on.getByRole('button', { name, exact: true });
const dialog = (): Locator => page.getByRole('dialog');
const newest = async (): Promise<GroupStartResource> =>
  (await stage.product.call('GET', '/api/group-starts')).body.data[0];

beforeAll(async () => {
  stage = await openStage();
  show = await stage.open();
  page = show.page;
});
afterAll(() => stage?.close());

describe('the start of several destinations on a phone', () => {
  it('shows the plan, takes what is required, and starts them in this order', async () => {
    await stage.begin(show, [idle('Alpha'), idle('Bravo')]);
    await page.setViewportSize(PHONE);
    await button('Start all').click();
    await dialog().getByText('Starts at once, about', { exact: false }).first().waitFor();
    await dialog().getByText('If one does not start').click();
    await dialog().getByRole('checkbox', { name: 'Alpha' }).check();
    await dialog().getByRole('checkbox', { name: 'Then also stop what this start has begun' }).check();
    expect(await tooWide(page)).toEqual([]);
    expect(await findViolations(page)).toEqual([]);
    await button('Start 2 destinations anyway').click();
    await page.getByText('2 destinations started').waitFor();
    const { destinations, endReason, onFailure } = await newest();
    expect(destinations.map(({ name, isRequired, state }) => [name, isRequired, state])).toEqual([
      ['Alpha', true, 'started'],
      ['Bravo', false, 'started'],
    ]);
    expect([endReason, onFailure]).toEqual(['done', 'stop-all']);
  });

  it('shows a group start that is under way after a reload, and ends it', async () => {
    await stage.begin(show, [idle('Alpha'), idle('Bravo')]);
    await page.setViewportSize(PHONE);
    const done = await newest();
    const [first, second] = done.destinations;
    // A start lasts too short here, so the test makes one that is under way of one that has ended.
    const underWay: GroupStartResource = {
      ...{ ...done, state: 'running', endReason: null, endedAt: null, remainingSeconds: 80 },
      destinations: [
        { ...first!, state: 'starting', step: 'starting the channel', remainingSeconds: 80 },
        { ...second!, state: 'waiting', startsInSeconds: 2, remainingSeconds: 82 },
      ],
    };
    await patchSnapshot(page, () => ({ groupStarts: [underWay] }));
    let ended: unknown = null;
    await page.route('**/api/group-starts/*/stop', async (route) => {
      ended = route.request().postDataJSON();
      await route.fulfill({ json: { ...underWay, state: 'ended', endReason: 'stopped', destinations: [] } });
    });
    await page.reload();
    await page.getByText('Started 0 of 2, about 80 s left').waitFor();
    await button('Show the group start').click();
    await dialog().getByText('Starting the channel, about 80 s').waitFor();
    await dialog().getByText('Starts in 2 s').waitFor();
    expect(await tooWide(page)).toEqual([]);
    expect(await findViolations(page)).toEqual([]);
    await button('Stop what has begun').click();
    await dialog().getByText('Started 0 of 0').waitFor();
    expect(ended).toEqual({ begun: 'stop' });
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });
});
