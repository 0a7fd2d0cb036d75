import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CeilingResource } from '../../functions/api/schemas/ceilings.ts';
import { waitFor } from '../support/wait-for.ts';
import { findViolations } from './accessibility.ts';
import { idle, running } from './arrange.ts';
import { openStage, type Stage } from './stage.ts';
import { tooWide, type WatchedPage } from './watched-page.ts';

/** Tests the ceilings of the spending in a real browser: setting one, its bar, its question and both answers. */

let stage: Stage;
let show: WatchedPage;
let page: Page;

const form = (): Locator => page.getByRole('form', { name: 'Ceiling of the day' });
const banner = (): Locator => page.getByRole('region', { name: 'Ceiling of the day' });
const button = (name: string, on: Page | Locator = page): Locator => on.getByRole('button', { name, exact: true });

async function ceiling(): Promise<CeilingResource> {
  return (await stage.product.call('GET', '/api/ceilings')).body.data[0];
}

/** Sets the lowest ceiling that asks and spares Spared, and then starts Spared, whose ten minutes lead above it. */
async function askNow(): Promise<void> {
  const spared = (await stage.named('Spared')).destinationId;
  const body = { amount: 0.01, action: 'ask', spared: [spared] };
  const { body: problem } = await stage.product.call('PUT', '/api/ceilings/day', body);
  const [, least] = /at least (\d+\.\d\d) USD/.exec(problem.errors[0].message)!;
  const stored = await stage.product.call('PUT', '/api/ceilings/day', { ...body, amount: Number(least) });
  expect(stored.status).toBe(200);
  expect((await stage.product.call('POST', `/api/destinations/${spared}/start`)).status).toBe(202);
  await banner().waitFor();
}

beforeAll(async () => {
  stage = await openStage();
  show = await stage.open();
  page = show.page;
});

afterAll(() => stage?.close());

beforeEach(async () => {
  await stage.product.call('DELETE', '/api/ceilings/day');
  await stage.begin(show, [running('Alpha'), idle('Spared')], '/settings');
});

describe('a ceiling', () => {
  it('is set, shown with its bar, changed and removed on the page of costs', async () => {
    await page.getByText('No ceiling is set.').waitFor();
    await button('Set a ceiling for the day').click();
    await form().getByLabel('Amount for the day').fill('0.01');
    await form().getByLabel('Spared').check();
    await button('Save', form()).click();
    await form()
      .getByText(/must be at least \d+\.\d\d USD, not 0\.01 USD/)
      .waitFor();
    await form().getByLabel('Amount for the day').fill('25');
    await button('Save', form()).click();
    await form().waitFor({ state: 'detached' });
    await page.getByRole('img', { name: /spent, .* committed, of \$25\.00/ }).waitFor();
    await page.getByText('Asks for 10 min, then stops everything, except 1 spared.').waitFor();
    await page.getByText(/Unknown: .*running time of the flow.* The ceiling does not count these\./).waitFor();
    expect(await findViolations(page, 'main')).toEqual([]);

    await button('Edit the day ceiling').click();
    await form().getByLabel('When it is reached').selectOption('warn');
    await button('Save', form()).click();
    await page.getByText('Warns only.').waitFor();
    await button('Edit the day ceiling').click();
    await button('Remove', form()).click();
    await page.getByText('No ceiling is set.').waitFor();
  });

  it('asks on every page, and stops everything that is not spared when that is the answer', async () => {
    await askNow();
    await banner()
      .getByText(/Without an answer, \d destinations? on air stops? in \d:\d\d\./)
      .waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await tooWide(page)).toEqual([]);
    for (const name of ['Keep running', 'Stop now']) {
      expect((await button(name, banner()).boundingBox())!.height, name).toBeGreaterThanOrEqual(44);
    }
    expect(await findViolations(page)).toEqual([]);
    await button('Stop now', banner()).click();
    await page.getByRole('button', { name: /^Confirm/ }).waitFor();
    await waitFor('a deliberate click', async () => {
      await page
        .getByRole('button', { name: /^Confirm/ })
        .click({ timeout: 1000 })
        .catch(() => undefined);
      return (await ceiling()).state === 'stopped';
    });
    await banner().waitFor({ state: 'detached' });
    await waitFor('Alpha to be off air', async () => (await stage.named('Alpha')).desired === 'idle');
    expect((await stage.named('Spared')).desired).toBe('running');
    await page.getByText(/Stopped by .*\. Starts are refused until the day ends\./).waitFor();
    const { destinationId } = await stage.named('Alpha');
    const refused = await stage.product.call('POST', `/api/destinations/${destinationId}/start`);
    expect([refused.status, refused.body.code]).toEqual([409, 'ceiling_reached']);
  });

  it('has a limit beside it that asks about channels without a source, and keeps them when that is the answer', async () => {
    const limitForm = page.getByRole('form', { name: 'No-source limit' });
    const question = page.getByRole('region', { name: 'No source' });
    await page.getByText('After 10 min without a source: warns only.').waitFor();
    await button('Edit the no-source limit').click();
    await limitForm.getByLabel('Minutes without a source').fill('1');
    await limitForm.getByLabel('When it is reached').selectOption('ask');
    await button('Save', limitForm).click();
    await page.getByText(/After 1 min without a source: asks for 10 min, then stops everything\./).waitFor();
    expect(await findViolations(page, 'main')).toEqual([]);
    await question
      .getByText(/Without an answer, \d destinations? on air stops? in \d{1,2}:\d\d\./)
      .waitFor({ timeout: 120_000 });
    expect(await tooWide(page)).toEqual([]);
    await button('Keep running', question).click();
    await question.waitFor({ state: 'detached' });
    await page.getByText(/Kept running by .* until the source returns\./).waitFor();
    expect((await stage.named('Alpha')).desired).toBe('running');
  });

  it('keeps everything running when that is the answer', async () => {
    await askNow();
    await button('Keep running', banner()).click();
    await banner().waitFor({ state: 'detached' });
    await page.getByText(/Kept running by .* until the day ends\./).waitFor();
    expect((await stage.named('Alpha')).desired).toBe('running');
  });
});
