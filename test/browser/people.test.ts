import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PoolUserResource, UserPoolResource } from '../../functions/api/schemas/user-pool.ts';
import { hideTab } from '../support/hide-tab.ts';
import { waitFor } from '../support/wait-for.ts';
import { findViolations } from './accessibility.ts';
import { arrange, idle } from './arrange.ts';
import { openStage, type Stage } from './stage.ts';
import { readableIn, tooSmall, tooWide, type WatchedPage } from './watched-page.ts';

/** Tests what two people with the dashboard open see of each other. */

let stage: Stage;
let show: WatchedPage;
let other: WatchedPage;
let page: Page;

const alsoHere = (on: Page): Locator => on.getByRole('button', { name: /^Also here: / });
const drawer = (on: Page): Locator => on.getByRole('dialog', { name: 'Edit destination' });

beforeAll(async () => {
  stage = await openStage();
  show = await stage.open();
  other = await stage.open();
  page = show.page;
});

afterAll(() => stage?.close());

describe('two people on the dashboard', () => {
  it('see each other, and what the other edits while the form is open', async () => {
    await stage.begin(show, [idle('Alpha')], '/destinations');
    await stage.begin(other, [idle('Alpha')], '/destinations');
    await Promise.all([alsoHere(page).waitFor(), alsoHere(other.page).waitFor()]);
    const { destinationId } = await stage.named('Alpha');
    await page.goto(`${stage.product.origin}/destinations/${destinationId}/edit`);
    await drawer(page).getByLabel('Name', { exact: true }).waitFor();
    await other.page.goto(`${stage.product.origin}/destinations/${destinationId}/edit`);
    const warning = /is editing this too\.$/;
    await drawer(page).getByRole('status').getByText(warning).waitFor();
    await drawer(other.page).getByRole('status').getByText(warning).waitFor();
    // A warning, not a lock.
    expect(await drawer(page).getByRole('button', { name: 'Save changes' }).isEnabled()).toBe(true);
    await other.page.keyboard.press('Escape');
    await drawer(other.page).waitFor({ state: 'detached' });
    await drawer(page).getByText(warning).waitFor({ state: 'detached' });
  });

  it('list names, pages and edits by keyboard', async () => {
    await stage.begin(show, [idle('Alpha')], '/');
    const { destinationId } = await stage.named('Alpha');
    await other.page.goto(`${stage.product.origin}/destinations/${destinationId}/edit`);
    await alsoHere(page).focus();
    await page.keyboard.press('Enter');
    await page
      .getByRole('dialog', { name: 'Also here' })
      .filter({ hasText: /operator, another window.*Show, editing Alpha/s })
      .waitFor();
    expect(await findViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Also here' }).waitFor({ state: 'detached' });
    expect(await alsoHere(page).evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it.each([320, 390])('fit on a phone %d pixels wide', async (width) => {
    await stage.begin(show, [idle('Alpha')], '/');
    await page.setViewportSize({ width, height: 700 });
    await alsoHere(page).click();
    await page.getByRole('dialog', { name: 'Also here' }).waitFor();
    expect(await tooWide(page)).toEqual([]);
    expect(await tooSmall(page)).toEqual([]);
  });

  it('no longer see who closed the page', async () => {
    await stage.begin(show, [], '/');
    await alsoHere(page).waitFor();
    await other.page.goto('about:blank');
    await alsoHere(page).waitFor({ state: 'detached' });
    expect(await alsoHere(page).count()).toBe(0);
  });

  it('send at most one heartbeat in 20 seconds, and none from a hidden tab', async () => {
    await page.goto('about:blank');
    const sent: number[] = [];
    page.on('request', (request) => {
      if (request.method() === 'PUT' && request.url().includes('/api/presence/')) sent.push(Date.now());
    });
    await stage.begin(show, [], '/');
    await waitFor('the first heartbeat', () => sent.length > 0);
    sent.length = 0;
    await hideTab(page, true);
    await new Promise((resolve) => setTimeout(resolve, 22_000));
    expect(sent).toEqual([]);
    await hideTab(page, false);
    await waitFor('a heartbeat of the tab that is shown again', () => sent.length === 1);
    await hideTab(page, true);
    await hideTab(page, false);
    expect(sent).toHaveLength(1);
  });
});

describe('an invitation', () => {
  it('signs a browser in under its name, once, and ends when an admin ends it', async () => {
    await stage.begin(show, [], '/people');
    await page.getByLabel('Name', { exact: true }).fill('Anna Berg');
    await page.keyboard.press('Enter');
    const link = await page.getByRole('dialog').locator('code').innerText();
    expect(await findViolations(page, '[role=dialog]')).toEqual([]);
    await page.getByRole('button', { name: 'Done' }).click();
    const guest = await stage.open({ viewport: { width: 375, height: 812 } });
    await guest.page.goto(link);
    await guest.page.getByText('operator invites you as Anna Berg with the role operator').waitFor();
    expect(await readableIn(guest.page)).not.toContain('sluice_invitation_');
    expect(await findViolations(guest.page)).toEqual([]);
    expect(await tooWide(guest.page)).toEqual([]);
    await guest.page.getByRole('button', { name: 'Continue as Anna Berg' }).press('Enter');
    await guest.page.getByRole('navigation', { name: 'Pages' }).waitFor();
    const late = await stage.open();
    await late.page.goto(link);
    await late.page.getByRole('alert').getByText('This invitation has been used already.').waitFor();
    await late.page.getByRole('button', { name: 'Continue without it' }).click();
    await late.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    const row = page.getByRole('listitem', { name: 'Anna Berg' });
    await page.getByRole('button', { name: 'Also here: Anna Berg' }).waitFor();
    expect(await findViolations(page)).toEqual([]);
    await row.getByRole('button', { name: 'End access of Anna Berg' }).click();
    await new Promise((resolve) => setTimeout(resolve, 400));
    await row.getByRole('button', { name: /^Confirm: / }).click();
    await guest.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect([...guest.faults, ...late.faults]).toEqual([]);
  });
});

describe('an access token for a button', () => {
  it('starts its destination with the URL and header that the page shows, until it is revoked', async () => {
    await stage.begin(show, [idle('Alpha'), idle('Beta')], '/people');
    await page.setViewportSize({ width: 375, height: 812 });
    const form = page.getByRole('form', { name: 'Create an access token' });
    await form.getByLabel('Name of the token').fill('Stream Deck');
    await form.getByRole('checkbox', { name: 'Alpha' }).press('Space');
    expect(await findViolations(page, 'form[aria-label="Create an access token"]')).toEqual([]);
    expect(await tooWide(page)).toEqual([]);
    await form.getByRole('button', { name: 'Create token' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Access token Stream Deck' });
    await dialog.getByRole('heading', { name: 'For Stream Deck or Companion' }).waitFor();
    expect(await findViolations(page, '[role=dialog]')).toEqual([]);
    expect(await tooWide(page)).toEqual([]);
    const copy = async (name: string): Promise<string> => {
      await dialog.getByRole('button', { name, exact: true }).press('Enter');
      await dialog.getByRole('button', { name: 'Copied' }).waitFor();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      await dialog.getByRole('button', { name: 'Copied' }).waitFor({ state: 'detached' });
      return copied;
    };
    const token = await copy('Copy the token');
    const header = await copy('Copy the header');
    const url = await copy('Copy the URL: Start Alpha');
    expect(header).toBe(`Authorization: Bearer ${token}`);
    const { destinationId } = await stage.named('Alpha');
    expect(url).toBe(`${stage.product.origin}/api/destinations/${destinationId}/start`);
    expect(await dialog.getByText('Beta').count()).toBe(0);
    await dialog.getByRole('button', { name: 'Done' }).press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(await readableIn(page)).not.toContain(token);

    const [name, value] = header.split(': ') as [string, string];
    const press = async () => (await fetch(url, { method: 'POST', headers: { [name]: value } })).status;
    expect(await press()).toBe(202);
    expect((await stage.named('Alpha')).desired).toBe('running');

    const row = page.getByRole('listitem', { name: 'Stream Deck' });
    await row.getByText('Starts and stops Alpha', { exact: true }).waitFor();
    await row.getByRole('button', { name: 'Revoke the access token Stream Deck' }).press('Enter');
    await new Promise((resolve) => setTimeout(resolve, 400));
    await row.getByRole('button', { name: /^Confirm: / }).press('Enter');
    await row.getByText(/revoked .* by operator/).waitFor();
    expect(await press()).toBe(401);
    expect(show.faults).toEqual([]);
  });
});

describe('the page of people on a phone', () => {
  const LONG_NAME = 'Annemarie-Wilhelmina von Oberhollabrunn-Niederschleinz';
  /** What the page shows beside an idle one: a person, an invitation, and tokens that are active and revoked. */
  const fill = async (): Promise<void> => {
    const post = async (path: string, body: object) => {
      const answer = await stage.product.call('POST', path, body);
      expect(answer.status, JSON.stringify(answer.body)).toBe(201);
      return answer.body;
    };
    const { destinationId } = await stage.named('Alpha');
    const { link } = await post('/api/invitations', { name: LONG_NAME, role: 'operator' });
    const joined = await fetch(`${stage.product.origin}/api/invitations/redeem`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: stage.product.origin },
      body: JSON.stringify({ invitation: link.split('#invitation=')[1] }),
    });
    expect(joined.ok).toBe(true);
    await post('/api/invitations', { name: 'Bea', role: 'viewer' });
    const scope = { destinationIds: [destinationId], showIds: [] };
    await post('/api/access-tokens', { name: 'Button in the gallery', role: 'trigger', expiresAt: null, ...scope });
    const { tokenId } = await post('/api/access-tokens', { name: 'Former script', role: 'viewer', expiresAt: null });
    await stage.product.call('DELETE', `/api/access-tokens/${tokenId}`);
  };
  const form = (name: string): Locator => page.getByRole('form', { name });

  beforeAll(async () => {
    await arrange(stage.product, [idle('Alpha')]);
    await fill();
  });

  it.each([
    [320, 'light'],
    [320, 'dark'],
    [390, 'light'],
    [390, 'dark'],
  ] as const)('%d pixels wide and %s shows everything, with controls of 44 pixels', async (width, colorScheme) => {
    await stage.begin(show, [idle('Alpha')], '/people');
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 700 });
    const fits = async (within?: string): Promise<void> => {
      expect(await tooWide(page)).toEqual([]);
      expect(await tooSmall(page, within)).toEqual([]);
      expect(await findViolations(page, within)).toEqual([]);
    };
    const person = page.getByRole('listitem', { name: LONG_NAME });
    await person.waitFor();
    await page.getByRole('listitem', { name: 'Former script' }).waitFor();
    await fits();
    const labels = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
    const sides = await labels.evaluateAll((links) =>
      links.map((link) => {
        const range = document.createRange();
        range.selectNodeContents(link);
        const { left, right } = range.getBoundingClientRect();
        return { left, right };
      }),
    );
    const gaps = sides.slice(1).map(({ left }, index) => left - sides[index]!.right);
    expect(Math.min(...gaps)).toBeGreaterThan(2);

    await person.getByRole('button', { name: /^End access/ }).press('Enter');
    await person.getByRole('button', { name: /^Confirm: / }).waitFor();
    await fits();
    await page.keyboard.press('Escape');

    await form('Invite a person').getByLabel('Name').fill(LONG_NAME.slice(0, 20));
    await form('Invite a person').getByRole('button', { name: 'Create link' }).press('Enter');
    await page.getByRole('dialog', { name: /^Invitation for / }).waitFor();
    await fits('[role=dialog]');
    // An accident must not lose the link.
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').getByRole('button', { name: 'Done' }).press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await waitFor('the focus on the name', () =>
      form('Invite a person')
        .getByLabel('Name')
        .evaluate((element) => element === document.activeElement),
    );
    const invitation = page.getByRole('listitem', { name: LONG_NAME.slice(0, 20), exact: true });
    await invitation.getByRole('button', { name: /^Revoke/ }).press('Enter');
    await new Promise((resolve) => setTimeout(resolve, 400));
    await invitation.getByRole('button', { name: /^Confirm: / }).press('Enter');
    await invitation.waitFor({ state: 'detached' });

    await form('Create an access token').getByLabel('Name of the token').fill(`Deck ${width} ${colorScheme}`);
    await form('Create an access token').getByRole('checkbox', { name: 'Alpha' }).press('Space');
    await form('Create an access token').getByRole('button', { name: 'Create token' }).press('Enter');
    await page.getByRole('heading', { name: 'For Stream Deck or Companion' }).waitFor();
    await fits('[role=dialog]');
    await page.getByRole('dialog').getByRole('button', { name: 'Done' }).press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });
});

describe('the people of a deployment on AWS', () => {
  const pool: UserPoolResource = {
    ...{ userPoolId: 'eu-west-1_aB3dE5fG7', region: 'eu-west-1', isComplete: false },
    consoleUrl: 'https://eu-west-1.console.aws.amazon.com/cognito/v2/idp/user-pools/eu-west-1_aB3dE5fG7',
    users: [
      poolUser({ email: 'anna@example.com', role: 'operator', groups: ['operator'] }),
      poolUser({ username: 'b7c0', email: null, status: 'FORCE_CHANGE_PASSWORD', isEnabled: false }),
    ],
    scripts: [{ clientId: '4kq2', role: 'viewer', scope: 'sluice/viewer' }],
  };
  /** Answers as on AWS, where this machine's product cannot. */
  const answerAsOnAws = async (answer: object, status = 200): Promise<void> => {
    await stage.begin(show, [], '/');
    await page.route('**/api/session', async (route) => {
      const real = await (await route.fetch()).json();
      await route.fulfill({ json: { ...real, signIn: { kind: 'redirect', url: '/api/session/sign-in' } } });
    });
    await page.route('**/api/user-pool', (route) => route.fulfill({ status, json: answer }));
    await page.goto(`${stage.product.origin}/people`);
  };

  it('are listed with role and state, and the page says where to manage them', async () => {
    await answerAsOnAws(pool);
    const people = page.getByRole('list', { name: 'People' }).getByRole('listitem');
    await people.first().waitFor();
    expect(await people.allInnerTexts()).toEqual([
      expect.stringMatching(/^anna@example\.com\s+operator · changed /),
      expect.stringMatching(/^b7c0\s+no role, so no access · disabled · force change password · changed /),
    ]);
    await page.getByText('There are more users than these').waitFor();
    expect(await page.getByRole('link', { name: /AWS console/ }).getAttribute('href')).toBe(pool.consoleUrl);
    const scripts = page.getByRole('list', { name: 'Clients of scripts' }).getByRole('listitem');
    expect(await scripts.allInnerTexts()).toEqual([expect.stringMatching(/^4kq2\s+viewer · scope sluice\/viewer$/)]);
    expect(await findViolations(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 700 });
    expect(await tooWide(page)).toEqual([]);
  });

  it('are unknown, with the reason, when Cognito refuses', async () => {
    await answerAsOnAws(
      {
        ...{ type: 'about:blank', title: 'Unavailable', status: 503, code: 'upstream_unavailable' },
        ...{ detail: 'Cognito refuses to list the users: AccessDenied', remedy: 'deploy the stacks again' },
      },
      503,
    );
    await page.getByText('Cognito refuses to list the users: AccessDenied').waitFor();
    expect(await page.getByRole('list', { name: 'People' }).count()).toBe(0);
  });
});

function poolUser(more: Partial<PoolUserResource>): PoolUserResource {
  return {
    ...{ username: 'a1b2', email: null, role: null, groups: [], status: 'CONFIRMED', isEnabled: true },
    ...{ createdAt: '2026-11-01T10:00:00.000Z', changedAt: '2026-11-02T10:00:00.000Z' },
    ...more,
  };
}
