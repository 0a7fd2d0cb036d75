import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCompanionServer } from '../support/companion-server.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWebhookReceiver, verifyWebhook, type WebhookReceiver } from '../support/webhook-receiver.ts';
import { idle } from './arrange.ts';
import { openStage, type Stage } from './stage.ts';
import { tooSmall, tooWide, type WatchedPage } from './watched-page.ts';

/** Tests the page of notification targets against a real receiver on this machine. */

const TARGETS = '/api/notification-targets';

let stage: Stage;
let watched: WatchedPage;
let page: Page;
let receiver: WebhookReceiver;
let receiverUrl: string;

const button = (name: string | RegExp, on: Page | Locator = page): Locator =>
  on.getByRole('button', { name, exact: true });
const row = (name: string): Locator => page.getByRole('listitem', { name, exact: true });
const dialog = (name: string): Locator => page.getByRole('dialog', { name });

/** Opens the page without targets. */
async function begin(): Promise<void> {
  const { body } = await stage.product.call('GET', TARGETS);
  for (const { targetId } of body.data) await stage.product.call('DELETE', `${TARGETS}/${targetId}`);
  receiver.received.length = 0;
  receiver.answer = { status: 200, body: 'thank you' };
  await stage.begin(watched, [idle('Alpha', { group: 'Sunday' })], '/notifications');
  await page.getByText('No targets yet').waitFor();
}

/** Adds a webhook through the API. */
async function addWebhook(name: string): Promise<void> {
  const { status } = await stage.product.call('POST', TARGETS, { name, kind: 'webhook', url: receiverUrl });
  expect(status).toBe(201);
  await page.reload();
  await row(name).waitFor();
}

beforeAll(async () => {
  receiver = await startWebhookReceiver();
  receiverUrl = `${receiver.origin}/hook`;
  stage = await openStage();
  watched = await stage.open();
  page = watched.page;
});

afterAll(async () => {
  receiver?.close();
  await stage?.close();
});

/** Reads the secret from its dialog and closes it. */
async function takeSecret(name: string): Promise<string> {
  const shown = dialog(`Signing secret of ${name}`);
  await shown.waitFor();
  await button('Copy the secret', shown).click();
  await button('Copied', shown).waitFor();
  const secret = await shown.locator('code').innerText();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
  await button('Done', shown).click();
  await shown.waitFor({ state: 'detached' });
  return secret;
}

/** Returns the test messages that arrived. The source of this product is lost all the time, and may open an incident. */
const testMessages = () =>
  receiver.received.filter(({ body }) => (JSON.parse(body) as { type: string }).type === 'notification.test');

describe('a webhook', () => {
  it('is added in the page, and its test arrives with a signature of the shown secret', async () => {
    await begin();
    await button('Add target').click();
    const form = dialog('Add a notification target');
    await form.getByLabel('Name', { exact: true }).fill('Receiver');
    await form.getByLabel('URL', { exact: true }).fill(receiverUrl);
    await form.getByText('Groups', { exact: true }).click();
    await form.getByLabel('Sunday').check();
    await button('Add target', form).click();
    const secret = await takeSecret('Receiver');
    const target = row('Receiver');
    await target.getByText('group Sunday').waitFor();
    expect(await page.content()).not.toContain(secret);

    receiver.answer = { status: 202, body: 'queued behind the curtain' };
    await button('Send test to Receiver').click();
    await target.getByText(/^Accepted: 202 after \d+ ms: queued behind the curtain$/).waitFor();
    expect(testMessages()).toHaveLength(1);
    expect(verifyWebhook(secret, testMessages()[0]!)).toMatchObject({ type: 'notification.test' });
    await target.getByText('Works', { exact: true }).waitFor();
    const { body } = await stage.product.call('GET', TARGETS);
    expect(body.data[0].filter.groups).toEqual(['Sunday']);
  });

  it('shows a refused test with the answer, each attempt, and a replay that arrives', async () => {
    await begin();
    await addWebhook('Receiver');
    receiver.answer = { status: 503, body: 'the kitchen is closed' };
    await button('Send test to Receiver').click();
    await row('Receiver')
      .getByText(/^Not accepted: 503 after \d+ ms: the kitchen is closed$/)
      .waitFor();
    await button('Deliveries of Receiver').click();
    const deliveries = page.getByRole('list', { name: 'Deliveries of Receiver' });
    const attempt = deliveries.getByRole('row', { name: /503/ });
    expect(await attempt.getByRole('cell').allInnerTexts()).toEqual([
      expect.any(String),
      '503',
      expect.stringMatching(/^\d+ ms$/),
      'the kitchen is closed',
    ]);
    receiver.answer = { status: 200, body: 'welcome back' };
    await button('Replay Test message to Receiver', deliveries).click();
    await deliveries.getByText('welcome back').waitFor();
    expect(testMessages().map(({ headers }) => headers['webhook-id'])).toEqual(
      Array.from({ length: 2 }, () => testMessages()[0]!.headers['webhook-id']),
    );
  });

  it('gets a new secret, which signs from then on', async () => {
    await begin();
    await addWebhook('Receiver');
    await button('Rotate secret of Receiver').focus();
    await page.keyboard.press('Enter');
    await waitForDeliberate();
    await page.keyboard.press('Enter');
    const secret = await takeSecret('Receiver');
    await button('Send test to Receiver').click();
    await row('Receiver')
      .getByText(/^Accepted/)
      .waitFor();
    expect(() => verifyWebhook(secret, testMessages()[0]!)).not.toThrow();
  });

  it('is edited without its URL, and deleted after a question', async () => {
    await begin();
    await addWebhook('Receiver');
    await button('Edit Receiver').click();
    const form = dialog('Edit Receiver');
    expect(await form.getByLabel('URL', { exact: true }).inputValue()).toBe('');
    await form.getByText('Set: 127.0.0.1. Leave empty to keep it.').waitFor();
    await form.getByLabel('Name', { exact: true }).fill('Renamed');
    await form.getByLabel('Enabled').uncheck();
    await button('Save changes', form).click();
    await row('Renamed').getByText('Disabled', { exact: true }).waitFor();
    await button('Send test to Renamed').click();
    await row('Renamed')
      .getByText(/^Accepted/)
      .waitFor();

    await button('Delete Renamed').click();
    await button('Cancel', row('Renamed')).click();
    await button('Delete Renamed').click();
    await waitForDeliberate();
    await button('Confirm: Delete Renamed').click();
    await page.getByText('No targets yet').waitFor();
    expect((await stage.product.call('GET', TARGETS)).body.data).toEqual([]);
  });
});

/** A confirmation within a double click does not count. */
async function waitForDeliberate(): Promise<void> {
  const openedAt = await page.evaluate(() => performance.now());
  await waitFor('a deliberate answer', () => page.evaluate((from) => performance.now() - from > 400, openedAt));
}

describe('a wrong value', () => {
  it('is named at its field, which gets the focus', async () => {
    await begin();
    await button('Add target').click();
    const form = dialog('Add a notification target');
    await form.getByLabel('Name', { exact: true }).fill('Receiver');
    const url = form.getByLabel('URL', { exact: true });
    await url.fill('ftp://receiver.example.com/');
    await button('Add target', form).click();
    await form.getByText('Must be a plain https:// URL').waitFor();
    expect(await url.getAttribute('aria-invalid')).toBe('true');
    await waitFor('the focus', () => url.evaluate((element) => element === document.activeElement));
    await url.fill('https://192.168.0.1/');
    await button('Add target', form).click();
    await form.getByText('Must be a plain https:// URL').waitFor({ state: 'detached' });
    await waitFor('another message', async () => (await url.getAttribute('aria-invalid')) === 'true');
    expect((await stage.product.call('GET', TARGETS)).body.data).toEqual([]);
  });
});

describe('without a mail server', () => {
  it('the outbox shows the e-mail of a test', async () => {
    await begin();
    await button('Add target').click();
    const form = dialog('Add a notification target');
    await form.getByLabel('Kind').selectOption('email');
    await form.getByText('E-mails are kept in the outbox').waitFor();
    await form.getByLabel('Name', { exact: true }).fill('Studio');
    await form.getByLabel('E-mail address').fill('studio@example.com');
    await button('Add target', form).click();
    await row('Studio').getByText('studio@example.com').waitFor();
    await button('Send test to Studio').click();
    await row('Studio')
      .getByText(/^Accepted/)
      .waitFor();
    const mails = page.getByRole('list', { name: 'E-mails in the outbox' });
    await mails.locator('summary').first().click();
    expect(await mails.locator('pre').first().innerText()).toContain('This notification target works.');
  });
});

describe('Companion', () => {
  it('is added in the page, and its test reaches the custom variable', async () => {
    await begin();
    const companion = await startCompanionServer();
    try {
      companion.variables.set('sluice', '');
      await button('Add target').click();
      const form = dialog('Add a notification target');
      await form.getByLabel('Kind').selectOption('companion');
      await form.getByLabel('Name', { exact: true }).fill('Desk');
      await form.getByLabel('URL', { exact: true }).fill(companion.origin);
      await form.getByLabel('Custom variable').fill('sluice');
      await form.getByLabel('Button when an incident opens').fill('button 2');
      await button('Add target', form).click();
      await waitFor('the message at its field', async () => {
        const field = form.getByLabel('Button when an incident opens');
        return (await field.getAttribute('aria-invalid')) === 'true';
      });
      await form.getByLabel('Button when an incident opens').fill('1/0/2');
      await button('Add target', form).click();
      await row('Desk').getByText('Bitfocus Companion').waitFor();
      await button('Send test to Desk').click();
      await row('Desk')
        .getByText(/^Accepted/)
        .waitFor();
      expect(companion.variables.get('sluice')).toContain('Test');
      expect(companion.pressed).toEqual([]);
    } finally {
      companion.close();
    }
  });
});

describe('with an SNS topic', () => {
  /** Shows the page as on AWS, where an address has to be confirmed. */
  async function openAsOnAws(subscription: string): Promise<void> {
    await page.route(`**${TARGETS}`, async (route) => {
      if (route.request().method() !== 'GET') return route.fallback();
      const response = await route.fetch();
      const { data } = await response.json();
      const shown = data.map((target: object) => ({ ...target, subscription }));
      await route.fulfill({ response, json: { data: shown, mail: 'topic' } });
    });
    await page.goto(`${stage.product.origin}/notifications`);
  }

  it('an address shows that it waits for confirmation, and the form says how to confirm', async () => {
    await begin();
    const email = { name: 'Studio', kind: 'email', email: 'studio@example.com' };
    await stage.product.call('POST', TARGETS, email);
    try {
      await openAsOnAws('waiting');
      await row('Studio').getByText('Waiting for confirmation: open the link in the e-mail from AWS').waitFor();
      await button('Edit Studio').click();
      const form = dialog('Edit Studio');
      await form.getByText('Enter the same address again to get another e-mail').waitFor();
      expect(await form.getByText('outbox').count()).toBe(0);
      await page.unroute(`**${TARGETS}`);
      await openAsOnAws('missing');
      await row('Studio').getByText('Not subscribed: save the address again').waitFor();
    } finally {
      await page.unroute(`**${TARGETS}`);
    }
  });
});

describe('a role', () => {
  /** Opens the page for a user of another role, which one machine does not have. */
  async function openAs(role: 'operator' | 'viewer'): Promise<void> {
    await page.route('**/api/session', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), role } });
    });
    await page.goto(`${stage.product.origin}/notifications`);
  }

  it('of an operator allows tests, and changes are disabled with a reason', async () => {
    await begin();
    await addWebhook('Receiver');
    await openAs('operator');
    for (const name of ['Add target', 'Edit Receiver', 'Rotate secret of Receiver', 'Delete Receiver']) {
      expect(await button(name).getAttribute('aria-disabled'), name).toBe('true');
      expect(await button(name).getAttribute('aria-description'), name).toContain('Requires the role admin');
      await button(name).click({ force: true });
    }
    expect(await page.getByRole('dialog').count()).toBe(0);
    await button('Send test to Receiver').click();
    await row('Receiver')
      .getByText(/^Accepted/)
      .waitFor();
  });

  it('of a viewer reads the targets with what came of the last delivery, and nothing else', async () => {
    await begin();
    await addWebhook('Receiver');
    await button('Send test to Receiver').click();
    await row('Receiver').getByText('Works', { exact: true }).waitFor();
    // A page that does not poll the targets.
    await page.goto(`${stage.product.origin}/settings`);
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await openAs('viewer');
    await row('Receiver').getByText('Works', { exact: true }).waitFor();
    await row('Receiver')
      .getByText(/^Last delivery .*Test/)
      .waitFor();
    for (const name of ['Add target', 'Send test to Receiver', 'Deliveries of Receiver', 'Edit Receiver']) {
      expect(await button(name).getAttribute('aria-disabled'), name).toBe('true');
      expect(await button(name).getAttribute('aria-description'), name).toContain('Requires the role');
    }
    expect(asked).toContain(TARGETS);
    expect(asked.filter((path) => path === '/api/outbox' || path.includes('deliveries'))).toEqual([]);
  });
});

describe('the page', () => {
  it('is linked from the settings, and lists every event', async () => {
    await begin();
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('link', { name: 'Notification targets' }).click();
    await page.getByRole('heading', { level: 1, name: 'Notifications' }).waitFor();
    const { body } = await stage.product.call('GET', '/api/openapi.json');
    const listed = await page.locator('dt code').allInnerTexts();
    expect(listed).toEqual(Object.keys(body.webhooks));
    expect(await page.getByRole('link', { name: 'The API documentation' }).getAttribute('href')).toBe('/api/docs');
  });

  it('fits a phone, with controls of 44 pixels', async () => {
    await begin();
    await addWebhook('Receiver');
    await button('Send test to Receiver').click();
    await button('Deliveries of Receiver').click();
    await page.getByRole('list', { name: 'Deliveries of Receiver' }).waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await tooWide(page)).toEqual([]);
    expect(await tooSmall(page, 'main')).toEqual([]);
    await button('Edit Receiver').click();
    await dialog('Edit Receiver').getByText('Events', { exact: true }).click();
    expect(await tooWide(page)).toEqual([]);
    expect(await tooSmall(page, '[role=dialog]')).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog('Edit Receiver').waitFor({ state: 'detached' });
    await waitFor('the focus', () =>
      page.evaluate(() => document.activeElement?.getAttribute('aria-label') === 'Edit Receiver'),
    );
  });

  it('breaks no content security policy and throws no error', () => {
    expect({ faults: watched.faults, strangers: watched.strangers }).toEqual({ faults: [], strangers: [] });
  });
});
