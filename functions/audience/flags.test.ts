import { beforeEach, describe, expect, it, vi } from 'vitest';
import { useTestApi } from '../../test/support/api.ts';
import { makeAudience } from '../../test/support/audience.ts';
import { makeShow, SHOW_ID } from '../../test/support/make-show.ts';
import { putChatMessage } from '../aws/chat-table.ts';
import { insertShow } from '../aws/show-table.ts';
import type { ChatMessage } from '../domain/chat.ts';
import type { Audience } from './audience-deps.ts';

/** What watchers report, and what moderators do with it, on the real table. */

const test = useTestApi();
const ID = SHOW_ID.slice(4);
const MESSAGE: ChatMessage = {
  ...{ messageId: '01k8m3v0s5n2q8w4x6y7z9a1bc', state: 'visible', authorId: 'author', name: 'Ben' },
  ...{ text: 'Hello <b>all</b>', at: '2026-11-21T17:59:00.000Z', addressHash: 'network' },
};
const OF_MESSAGE = `?message=${MESSAGE.messageId}`;
let audience: Audience;
let caller: string;

async function report(fields: Record<string, string>, { query = '', slug = ID, origin = 'http://localhost' } = {}) {
  const answer = await audience.request(
    `/watch/${slug}/flag${query}`,
    { method: 'POST', headers: { origin }, body: new URLSearchParams(fields) },
    { caller },
  );
  return { status: answer.status, text: await answer.text() };
}
const list = async () => (await test.call('GET', '/api/flags')).body;

beforeEach(async () => {
  caller = '192.0.2.1';
  ({ audience } = makeAudience(test, {
    nameCaller: (connection) => (connection as { caller?: string } | undefined)?.caller ?? caller,
    newSecret: () => crypto.randomUUID().slice(0, 24),
  }));
  await insertShow(test.deps, makeShow({ title: 'Sunday' }));
  await putChatMessage(test.deps, SHOW_ID, MESSAGE);
});

describe('the form', () => {
  it('names the show or the message, escaped, and is kept by no cache', async () => {
    const page = await audience.request(`/watch/${ID}/flag`, {}, { caller });
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
    expect(await page.text()).toContain('Report this show');
    const ofMessage = await (await audience.request(`/watch/${ID}/flag${OF_MESSAGE}`, {}, { caller })).text();
    expect(ofMessage).toContain('Hello &lt;b&gt;all&lt;/b&gt;');
  });

  it.each([
    ['an unknown show', { slug: 'x'.repeat(26) }],
    ['a message that is not there', { query: '?message=01k8m3v0s5n2q8w4x6y7z9a1bd' }],
    ['no id of a message', { query: '?message=../../x' }],
  ])('answers 404 for %s, and stores nothing', async (_what, where) => {
    expect((await report({ reason: 'spam' }, where)).status).toBe(404);
    expect((await list()).total).toBe(0);
  });

  it.each(['held', 'deleted'] as const)('answers 404 for a message that is %s', async (state) => {
    await putChatMessage(test.deps, SHOW_ID, { ...MESSAGE, messageId: MESSAGE.messageId.replace(/.$/, 'z'), state });
    const query = `?message=${MESSAGE.messageId.replace(/.$/, 'z')}`;
    expect((await report({ reason: 'spam' }, { query })).status).toBe(404);
  });

  it.each([
    [{}, 'Choose a reason.'],
    [{ reason: 'constructor' }, 'Choose a reason.'],
    [{ reason: 'spam', text: 'x'.repeat(501) }, 'at most 500 characters'],
    [{ reason: 'spam', text: 'a\u0000b' }, 'without control characters'],
  ])('says what is wrong with %j, and stores nothing', async (fields, message) => {
    const answer = await report(fields as Record<string, string>);
    expect([answer.status, answer.text]).toEqual([422, expect.stringContaining(message)]);
    expect((await list()).total).toBe(0);
  });

  it('refuses another site, and a body of a megabyte', async () => {
    expect((await report({ reason: 'spam' }, { origin: 'https://elsewhere.example' })).status).toBe(403);
    expect((await report({ reason: 'spam', text: 'x'.repeat(1_000_000) })).status).toBe(413);
    expect((await list()).total).toBe(0);
  });
});

describe('closed pages', () => {
  const set = (isOpen: boolean) => test.call('PUT', '/api/public-pages', { body: { isOpen, reason: 'attack' } });
  const pass = () => void (test.time.now = new Date(test.time.now.getTime() + 2_000));
  const paths = ['/watch', `/watch/${ID}`, `/embed/${ID}`, '/audience/v1/shows', `/audience/v1/shows/${ID}/chat`, '/x'];
  const statuses = () => Promise.all(paths.map(async (path) => (await audience.request(path, {}, { caller })).status));

  it('answer 503 to everything until they are opened again, and say who closed them', async () => {
    const before = await statuses();
    expect(before.slice(0, 4)).toEqual([200, 200, 200, 200]);
    expect((await set(false)).body).toMatchObject({ isOpen: false, changed: { reason: 'attack' } });
    expect((await set(false)).status).toBe(200);
    pass();
    expect(await statuses()).toEqual(paths.map(() => 503));
    expect((await report({ reason: 'spam' })).status).toBe(503);
    const page = await audience.request('/watch', {}, { caller });
    expect([await page.text(), page.headers.get('retry-after')]).toEqual([expect.stringContaining('closed'), '60']);
    expect((await set(true)).body.isOpen).toBe(true);
    pass();
    expect(await statuses()).toEqual(before);
  });
});

describe('reports', () => {
  it('of one show are one flag: each network counts once a day, and gets the same answer', async () => {
    const first = await report({ reason: 'spam', text: ' Buy\u202e this ' });
    expect(first.status).toBe(202);
    expect(await report({ reason: 'illegal', text: 'again' })).toEqual(first);
    caller = '198.51.100.7';
    await report({ reason: 'copyright' });
    await report({ reason: 'harassment' }, { query: OF_MESSAGE });
    const { data, total } = await list();
    expect(total).toBe(2);
    const [message, show] = [SHOW_ID + `.${MESSAGE.messageId}`, SHOW_ID].map((flagId) =>
      data.find((flag: { flagId: string }) => flag.flagId === flagId),
    );
    expect(show).toMatchObject({
      ...{ showTitle: 'Sunday', messageId: null, message: null, times: 2, counts: { spam: 1, copyright: 1 } },
      notes: [{ reason: 'spam', text: 'Buy this' }],
    });
    expect(message).toMatchObject({ message: { name: 'Ben', text: 'Hello <b>all</b>' }, times: 1, notes: [] });
  });

  it('of one network are limited', async () => {
    const statuses: number[] = [];
    for (let sent = 0; sent < 12; sent += 1) statuses.push((await report({ reason: 'spam' })).status);
    expect(statuses).toEqual([...Array<number>(10).fill(202), 429, 429]);
  });

  it('keep no address', async () => {
    caller = '203.0.113.99';
    const send = vi.spyOn(test.deps.clients.table, 'send');
    await report({ reason: 'spam', text: 'what I saw' });
    const written = JSON.stringify(send.mock.calls.map(([command]) => command.input));
    send.mockRestore();
    expect(written).toContain('what I saw');
    expect(written).not.toContain('203.0.113');
  });

  it('are closed by a moderator with an entry in the log, and can come again on another day', async () => {
    await report({ reason: 'spam' }, { query: OF_MESSAGE });
    const flagId = `${SHOW_ID}.${MESSAGE.messageId}`;
    const closed = await test.call('POST', `/api/flags/${flagId}/close`, { body: { reason: 'a joke' } });
    expect(closed).toMatchObject({ status: 200, body: { action: 'close-flag', name: 'Ben', reason: 'a joke' } });
    expect((await list()).total).toBe(0);
    const log = await test.call('GET', `/api/shows/${SHOW_ID}/chat/actions`);
    expect(log.body.data).toMatchObject([{ action: 'close-flag', messageId: MESSAGE.messageId }]);
    expect((await test.call('POST', `/api/flags/${flagId}/close`, { body: {} })).status).toBe(404);
    await report({ reason: 'spam' }, { query: OF_MESSAGE });
    expect((await list()).total).toBe(0);
    test.time.now = new Date(test.time.now.getTime() + 86_400_000);
    await report({ reason: 'spam' }, { query: OF_MESSAGE });
    expect((await list()).total).toBe(1);
  });

  it.each(['shw_x', 'dst_01k8m3v0s5n2q8w4x6y7z9a1bc', `${SHOW_ID}.`, `${SHOW_ID}.%2e%2e`])(
    'with the id %s are not found',
    async (flagId) => {
      const answer = await test.call('POST', `/api/flags/${flagId}/close`, { body: {} });
      expect([404, 422]).toContain(answer.status);
    },
  );
});
