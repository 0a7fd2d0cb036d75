import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { findViolations } from './accessibility.ts';
import { idle } from './arrange.ts';
import { openStage, type Stage } from './stage.ts';
import { tooWide, type WatchedPage } from './watched-page.ts';

/** Tests export, import and lists of destinations on the page, against the running product. */

const PASSPHRASE = 'correct horse battery';

let stage: Stage;
let watched: WatchedPage;
let page: Page;

const button = (name: string | RegExp): Locator => page.getByRole('button', { name, exact: true });
const item = (name: string): Locator => page.getByRole('listitem').filter({ hasText: name });
const names = async () => (await stage.destinations()).map(({ name }) => name).toSorted();

beforeAll(async () => {
  stage = await openStage();
  watched = await stage.open();
  page = watched.page;
});

afterAll(async () => {
  await stage?.close();
});

/** Exports with the passphrase. @returns the file */
async function exportAll(): Promise<string> {
  await page.getByLabel('Passphrase for the keys').fill(PASSPHRASE);
  const coming = page.waitForEvent('download');
  await button('Export').click();
  const file = join(stage.directory, 'export.json');
  await (await coming).saveAs(file);
  return file;
}

it('an export with a passphrase brings destinations back with their keys', async () => {
  await stage.begin(watched, [idle('Alpha'), idle('Beta', { group: 'Sunday' })], '/transfer');
  const file = await exportAll();
  expect(JSON.parse(readFileSync(file, 'utf8')).keys).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----/);

  await stage.begin(watched, [idle('Alpha')], '/transfer');
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByLabel('Passphrase of the export').fill('a wrong passphrase');
  await button('Preview').click();
  await page.getByText(/the passphrase is wrong/i).waitFor();
  await page.getByLabel('Passphrase of the export').fill(PASSPHRASE);
  await button('Preview').click();
  await item('Beta').getByText('Destination · new').waitFor();
  expect(await findViolations(page)).toEqual([]);
  await page.setViewportSize({ width: 375, height: 780 });
  expect(await tooWide(page)).toEqual([]);
  await page.getByRole('checkbox', { name: 'Beta' }).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Space');
  await button(/^Import \d+ items?$/).click();
  await item('Beta').getByText('Destination · created').waitFor();
  expect(await names()).toEqual(['Alpha', 'Beta']);
  expect((await stage.named('Beta')).group).toBe('Sunday');
  expect((await stage.named('Beta')).streamKeySet).toBe(true);
  await button('Preview').click();
  await page.getByText(/^Nothing to import/).waitFor();
});

it('a file that is no export is refused with the reason', async () => {
  await stage.begin(watched, [], '/transfer');
  const file = join(stage.directory, 'page.json');
  writeFileSync(file, '<!doctype html><p>Sign in</p>');
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByText('This is a web page and no export').waitFor();
  const newer = join(stage.directory, 'newer.json');
  writeFileSync(newer, '{"format":"sluice-export","version":99}');
  await page.locator('input[type=file]').setInputFiles(newer);
  await button('Preview').click();
  await page.getByText(/of a newer Sluice/).waitFor();
  expect(await stage.destinations()).toEqual([]);
});

it('a pasted list adds destinations, and asks for a missing key', async () => {
  await stage.begin(watched, [], '/transfer');
  const rows = 'One\ttwitch\tlive_11111_aaaabbbbccccdddd\nTwo\ttwitch\t';
  await page.getByLabel('Destinations', { exact: true }).fill(rows);
  await button('Preview the list').click();
  await page.getByLabel('Stream key of Two').fill('live_22222_aaaabbbbccccdddd');
  await button('Import 2 items').click();
  await item('Two').getByText('Destination · created').waitFor();
  expect(await names()).toEqual(['One', 'Two']);
  expect(await page.getByLabel('Destinations', { exact: true }).inputValue()).toBe('');
});

it('“Save and add another” keeps the form open with the shared fields', async () => {
  await stage.begin(watched, [], '/destinations/new');
  const name = page.getByLabel('Name', { exact: true });
  await page.getByRole('dialog').getByText('Twitch', { exact: true }).first().click();
  for (const [index, each] of ['First', 'Second'].entries()) {
    await name.fill(each);
    await page.getByLabel('Group', { exact: true }).fill('Sunday');
    await page
      .getByLabel('Stream key', { exact: true })
      .fill(`live_${index}${index}${index}${index}1_aaaabbbbccccdddd`);
    await button('Save and add another').click();
    await waitFor('the form to be empty again', async () => (await name.inputValue()) === '');
    expect(await name.evaluate((field) => field === document.activeElement)).toBe(true);
    expect(await page.getByLabel('Group', { exact: true }).inputValue()).toBe('Sunday');
    expect(await page.getByLabel('Stream key', { exact: true }).inputValue()).toBe('');
  }
  expect(await names()).toEqual(['First', 'Second']);
});
