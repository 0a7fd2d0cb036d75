import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateInputCommand, ListInputsCommand, MediaLiveClient } from '@aws-sdk/client-medialive';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DestinationResource } from '../../functions/api/schemas/destinations.ts';
import type { OrphanResource } from '../../functions/api/schemas/orphans.ts';
import type { Product } from '../support/product.ts';
import { waitFor } from '../support/wait-for.ts';
import { idle, running } from './arrange.ts';
import { patchSnapshot } from './patch-snapshot.ts';
import { openStage, type Stage } from './stage.ts';
import { tooWide, type WatchedPage } from './watched-page.ts';

/**
 * Tests bulk actions, a hanging destination and orphans. Channels run without an encoder.
 */

const NAMES = ['Alpha', 'Bravo'];

const HANGING: Omit<NonNullable<DestinationResource['operation']>, 'destinationId' | 'startedAt' | 'deadlineAt'> = {
  operationId: 'op_that_hangs',
  kind: 'stop',
  state: 'running',
  requestedBy: 'operator',
  endedAt: null,
  stepNumber: 1,
  stepCount: 3,
  steps: [],
  error: null,
};

let stage: Stage;
let product: Product;
let mediaLive: MediaLiveClient;
let show: WatchedPage;
let page: Page;
/** Ids of the orphans: one tagged, one untagged. */
let left: Promise<{ ours: string; foreign: string }> | undefined;

const button = (name: string, on: Page | Locator = page): Locator => on.getByRole('button', { name, exact: true });
/** The button's name may contain a price. */
const startButton = (name: string): Locator => page.getByRole('button', { name: new RegExp(`^Start .*${name}$`) });
const row = (name: string): Locator => page.getByRole('article', { name, exact: true });
const pages = (): Locator => page.getByRole('navigation', { name: 'Pages' });
const panel = (): Locator => page.getByRole('list', { name: 'Unused resources' });
const details = (name: string): Locator => page.getByRole('complementary', { name: `Details of ${name}` });
const orphans = async (): Promise<OrphanResource[]> => (await product.call('GET', '/api/orphans')).body.data;
const statuses = async (): Promise<string[]> =>
  (await stage.destinations()).filter(({ operation }) => operation === null).map(({ status }) => status);

/** Creates an input like that of a destination which does not exist. @returns its id */
async function leaveInput(isTagged: boolean): Promise<string> {
  const model = await waitFor('an input of ours', async () => {
    const { Inputs } = await mediaLive.send(new ListInputsCommand({}));
    return Inputs?.find(({ Tags }) => Tags?.['sluice:deployment']);
  });
  const deploymentId = model.Tags!['sluice:deployment']!;
  const destinationId = `dst_${(isTagged ? 'a' : 'b').repeat(26)}`;
  const { Input: input } = await mediaLive.send(
    new CreateInputCommand({
      Name: `sluice-${deploymentId}-${destinationId}`,
      Type: 'RTP_PUSH',
      InputSecurityGroups: model.SecurityGroups,
      Tags: isTagged ? { 'sluice:deployment': deploymentId, 'sluice:destination': destinationId } : {},
    }),
  );
  return input!.Id!;
}

/** Creates both orphans once. */
const leaveBoth = () => (left ??= (async () => ({ ours: await leaveInput(true), foreign: await leaveInput(false) }))());

beforeAll(async () => {
  stage = await openStage();
  product = stage.product;
  const credentials = readFileSync(join(stage.dataDirectory, 'aws-credentials'), 'utf8');
  const [region, accessKeyId] = ['region', 'aws_access_key_id'].map(
    (name) => new RegExp(`${name} = (\\S+)`).exec(credentials)![1]!,
  );
  mediaLive = new MediaLiveClient({
    endpoint: `http://127.0.0.1:${stage.ports.aws}`,
    region: region!,
    credentials: { accessKeyId: accessKeyId!, secretAccessKey: 'unused' },
  });
  show = await stage.open();
  page = show.page;
});

afterAll(async () => {
  mediaLive?.destroy();
  await stage?.close();
});

describe('without orphans the show page', () => {
  it('does not mention them', async () => {
    await stage.begin(
      show,
      NAMES.map((name) => idle(name)),
    );
    await row('Alpha').waitFor();
    expect(await pages().getByRole('link', { name: 'Unused resources', exact: true }).count()).toBe(1);
    // Created here already, because the sweep finds them only every ten seconds.
    await leaveBoth();
  });
});

describe('all destinations at once', () => {
  it('start after a dialog that lists them, and Cancel changes nothing', async () => {
    await stage.begin(
      show,
      NAMES.map((name) => idle(name)),
    );
    await page.evaluate(() => localStorage.setItem('sluice-costs', 'true'));
    await page.reload();
    await button('Start all').click();
    const dialog = page.getByRole('dialog', { name: 'Start 2 destinations?' });
    await dialog.getByText('No encoder is connected').waitFor();
    const listed = await dialog.getByRole('list', { name: 'What will start' }).getByRole('listitem').allInnerTexts();
    expect(listed.map((line) => line.split('\n')[0])).toEqual(expect.arrayContaining(NAMES));
    for (const line of listed) expect(line).toMatch(/\$\d|price unknown/);
    await waitFor('Cancel to have the focus', () =>
      button('Cancel', dialog).evaluate((node) => node === document.activeElement),
    );
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(await statuses()).not.toContain('running');
    await button('Start all').click();
    await button('Start 2 destinations anyway').click();
    await page.getByText('2 destinations started').waitFor();
    expect(await statuses()).toEqual(['running', 'running']);
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('stop, and the dialog names the refused ones', async () => {
    await stage.begin(
      show,
      NAMES.map((name) => running(name)),
    );
    const path = '**/api/destinations/stop';
    await page.route(path, async (route) => {
      const answer = await route.fetch();
      const { results } = await answer.json();
      results[1] = { ...results[1], outcome: 'refused', code: 'throttled', detail: 'AWS is busy' };
      await route.fulfill({ response: answer, json: { results } });
    });
    await button('Stop all').click();
    await page.getByRole('dialog').getByText('Nothing stays on air').waitFor();
    await button('Stop 2 destinations').click();
    const dialog = page.getByRole('dialog', { name: 'One destination did not stop' });
    await dialog.getByText('AWS is busy').waitFor();
    expect(await dialog.getByRole('listitem').count()).toBe(2);
    await page.keyboard.press('Escape');
    await page.unroute(path);
    await waitFor('both to stop', async () => (await statuses()).join() === 'idle,idle');
  });
});

describe('one destination', () => {
  it('shows its timeline, newest first, with operation ids to copy', async () => {
    await stage.begin(show, [running('Alpha'), idle('Bravo')]);
    await stage.begin(show, [idle('Alpha'), idle('Bravo')]);
    await row('Alpha').getByRole('link', { name: 'Alpha' }).click();
    const list = details('Alpha').getByRole('list', { name: 'Timeline' });
    await list.getByText('Stop succeeded').first().waitFor();
    const told = await list.getByRole('listitem').allInnerTexts();
    const indexes = ['Stop succeeded', 'Stop began', 'Start succeeded', 'Start began'].map((words) =>
      told.findIndex((line) => line.includes(words)),
    );
    expect(indexes).toEqual(indexes.toSorted((one, other) => one - other));
    expect(indexes).not.toContain(-1);
    await list
      .getByRole('button', { name: /^Copy the operation id/ })
      .first()
      .click();
    const alpha = await stage.named('Alpha');
    const { data } = (await product.call('GET', `/api/destinations/${alpha.destinationId}/timeline`)).body;
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(data[0].operationId);
    await page.keyboard.press('Escape');
    await details('Alpha').waitFor({ state: 'detached' });
  });

  it('is restarted from the menu while it runs, and can be forced only once its operation is overdue', async () => {
    await stage.begin(
      show,
      NAMES.map((name) => idle(name)),
    );
    const menuItem = (name: string): Locator => page.getByRole('menuitem', { name });
    await row('Bravo').getByText('Stopped').waitFor();
    await button('More for Bravo').click();
    await menuItem('Edit').waitFor();
    expect(await menuItem('Restart').getAttribute('aria-disabled')).toBe('true');
    expect(await menuItem('Force').count()).toBe(0);
    await page.keyboard.press('Escape');

    await startButton('Bravo').click();
    await button('Start anyway').click();
    await waitFor('Bravo to run', async () => (await statuses()).includes('running'));
    await row('Bravo').getByText('Waiting for source').waitFor();
    await button('More for Bravo').click();
    await menuItem('Restart').click();
    const restarted = page.waitForResponse((response) => response.url().endsWith('/restart'));
    await button('Restart').click();
    expect((await restarted).status()).toBe(202);
    await waitFor('Bravo to run again', async () => (await statuses()).includes('running'));

    // A real hang takes minutes, so the test fakes the API's answer.
    await patchSnapshot(page, ({ destinations }) => {
      const startedAt = new Date(Date.now() - 3_600_000).toISOString();
      const hang = (each: DestinationResource): DestinationResource => ({
        ...each,
        status: 'stopping',
        operation: { ...HANGING, destinationId: each.destinationId, startedAt, deadlineAt: startedAt },
      });
      return { destinations: destinations!.map((each) => (each.name === 'Bravo' ? hang(each) : each)) };
    });
    await row('Bravo').getByText('overdue, use the menu to force it').waitFor();
    await button('More for Bravo').click();
    await menuItem('Force stop').click();
    const forced = page.waitForResponse((response) => response.url().endsWith('/stop?force=true'));
    await button('Force stop').click();
    expect((await forced).status()).toBe(202);
    await page.unrouteAll({ behavior: 'wait' });
  });
});

describe('orphans', () => {
  it('are listed with reason and cost, and untagged ones cannot be released', async () => {
    await stage.begin(
      show,
      NAMES.map((name) => idle(name)),
    );
    const { ours, foreign } = await leaveBoth();
    await waitFor('the sweep to see them', async () => (await orphans()).length === 2);
    await page.reload();
    await page.getByText('2 AWS resources are unused.').waitFor();
    await pages().getByRole('link', { name: 'Unused resources, 2' }).click();
    await panel().getByText(ours).waitFor();
    await panel().getByText('Its destination no longer exists').waitFor();
    await panel()
      .getByText(/price unknown|\$/)
      .first()
      .waitFor();
    expect(await tooWide(page)).toEqual([]);
    const refused = button(`Release MediaLive input ${foreign}`);
    expect(await refused.getAttribute('aria-disabled')).toBe('true');
    expect(await refused.getAttribute('aria-description')).toMatch(/tagged/);
  });

  it('are released on request, and the button stays busy until they disappear', async () => {
    await stage.begin(
      show,
      NAMES.map((name) => idle(name)),
      '/leftovers',
    );
    const { ours } = await leaveBoth();
    await waitFor('the sweep to see it', async () => (await orphans()).length === 2);
    await button(`Release MediaLive input ${ours}`).click();
    const confirm = button(`Confirm: Release MediaLive input ${ours}`);
    await waitFor('the release to be asked for', async () => {
      // The question ignores a click that comes too soon.
      if ((await confirm.count()) > 0) await confirm.click({ timeout: 500 }).catch(() => {});
      return (await orphans()).some((each) => each.releaseRequestedBy !== null);
    });
    await panel().getByText('Releasing').waitFor();

    // The releasing sweeps are slow, so the test fakes their result.
    await patchSnapshot(page, () => ({ orphans: [] }));
    await page.getByText('No unused resources.').waitFor();
    expect(show.faults).toEqual([]);
  });
});
