import { beforeEach, describe, expect, it, vi } from 'vitest';
import { useTestApi } from '../../test/support/api.ts';
import { makeAudience } from '../../test/support/audience.ts';
import { makeShow, SHOW_ID } from '../../test/support/make-show.ts';
import { getChatSettings, putChatMessage, putChatSettings } from '../aws/chat-table.ts';
import { archiveShow, insertShow } from '../aws/show-table.ts';
import { insertWatchLink } from '../aws/watch-link-table.ts';
import { openBucketOf } from '../domain/chat-bucket.ts';
import { REACTION_NAMES } from '../domain/chat-reactions.ts';
import { DEFAULT_CHAT_SETTINGS, type ChatSettings } from '../domain/chat.ts';
import type { Show } from '../domain/show.ts';
import { watchLinkDigestOf, watchLinkSecret } from '../domain/watch-link.ts';
import type { Audience } from './audience-deps.ts';
import { coarseNetworkOf } from './chat/networks.ts';

/** The chat of a show as its watchers use it, on the real table. */

const test = useTestApi();
const ID = SHOW_ID.slice(4);
const CHAT = `/audience/v1/shows/${ID}/chat`;
const ORIGIN = { origin: 'http://localhost' };
const LIVE: Partial<Show> = { state: 'live', liveAt: '2026-11-21T17:00:00.000Z' };
const PAST: Partial<Show> = {
  ...{ state: 'ended', liveAt: '2026-11-21T16:00:00.000Z', endedAt: '2026-11-21T17:50:00.000Z' },
  ...{ startsAt: '2026-11-21T16:00:00.000Z', endReason: 'clock' },
};
let audience: Audience;
let caller: string;

/** A browser: it keeps its cookie. */
function visit(headers: Record<string, string> = ORIGIN) {
  const kept: { cookie?: string } = {};
  return {
    kept,
    async send(method: string, path: string, body?: unknown, connection: { caller?: string } = {}) {
      const init = {
        method,
        headers: { ...headers, ...kept },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      };
      const response = await audience.request(CHAT + path, init, connection);
      const cookie = response.headers.get('set-cookie');
      if (cookie !== null) kept.cookie = cookie.split(';')[0]!;
      const text = await response.text();
      const json = text === '' ? null : JSON.parse(text);
      return { status: response.status, headers: response.headers, body: json, code: json?.code as string | undefined };
    },
    async named(name: string) {
      expect((await this.send('PUT', '/name', { name })).status).toBe(200);
      return this;
    },
    say(text: unknown) {
      return this.send('POST', '/messages', { text });
    },
  };
}
const advance = (seconds: number) => void (test.time.now = new Date(test.time.now.getTime() + seconds * 1000));
const read = async () => (await visit({}).send('GET', '')).body;
const readBucket = (bucket: number) => visit({}).send('GET', `/buckets/${bucket}`);
const currentBucket = () => openBucketOf(test.time.now.getTime() + 1_000);

async function set(changes: Partial<ChatSettings> = {}): Promise<void> {
  const before = await getChatSettings(test.deps, SHOW_ID);
  const wanted = {
    ...DEFAULT_CHAT_SETTINGS,
    mode: 'open',
    slowModeSeconds: 0,
    hasReactions: true,
    ...changes,
  } as const;
  expect(await putChatSettings(test.deps, SHOW_ID, before, { ...wanted, revision: before.revision })).not.toBeNull();
  // Settings are shared for a second.
  advance(1);
}

async function put(changes: Partial<Show> = LIVE): Promise<void> {
  const show = makeShow(changes);
  await insertShow(test.deps, show);
  await archiveShow(test.deps, show);
}

beforeEach(async () => {
  caller = '192.0.2.1';
  ({ audience } = makeAudience(test, {
    nameCaller: (connection) => (connection as { caller?: string } | undefined)?.caller ?? caller,
    newSecret: () => crypto.randomUUID().slice(0, 24),
  }));
});

describe('a chat', () => {
  it('brings a message to all readers with the bucket in which it was sent, and into the history', async () => {
    await put();
    await set();
    const beginning = await read();
    expect(beginning).toMatchObject({ opening: 'open', messages: [], bucketMs: 2_000 });
    const anna = await visit().named('Anna');
    const { status, body } = await anna.say('  Hello <b>all</b>\u202e  ');
    expect([status, body.isHeld]).toEqual([201, false]);
    const bucket = currentBucket();
    expect(bucket).toBeGreaterThanOrEqual(beginning.nextBucket);
    expect((await readBucket(bucket)).code).toBe('not_closed');
    advance(3);
    const answer = await readBucket(bucket);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=600, immutable');
    expect(answer.body.messages).toEqual([body.message]);
    expect(body.message).toEqual({
      messageId: body.message.messageId,
      name: 'Anna',
      text: 'Hello <b>all</b>',
      at: body.message.at,
      author: body.message.author,
    });
    expect((await readBucket(bucket + 1)).code).toBe('not_closed');
    expect(await read()).toMatchObject({ messages: [body.message], nextBucket: openBucketOf(test.time.now.getTime()) });
  });

  it('reads the table once for many readers of a bucket, and never again once it is closed', async () => {
    await put();
    await set();
    const anna = await visit().named('Anna');
    await anna.say('Hello');
    const bucket = currentBucket();
    advance(3);
    await readBucket(bucket);
    const send = vi.spyOn(test.deps.clients.table, 'send');
    const bodies = new Set<string>();
    for (let count = 0; count < 3; count += 1) {
      const answers = await Promise.all(Array.from({ length: 100 }, () => readBucket(bucket)));
      for (const { body } of answers) bodies.add(JSON.stringify(body));
    }
    expect(bodies.size).toBe(1);
    expect(send.mock.calls.filter(([command]) => command.constructor.name === 'QueryCommand')).toHaveLength(0);
    send.mockRestore();
  });

  it('repeats a write that arrived after its bucket was closed in a later bucket', async () => {
    await put();
    await set();
    const anna = await visit().named('Anna');
    const bucket = currentBucket();
    const { table } = test.deps.clients;
    const send = table.send.bind(table) as (command: unknown) => Promise<unknown>;
    let slow = true;
    const spied = vi.spyOn(table, 'send') as unknown as { mockImplementation: (instead: typeof send) => void };
    spied.mockImplementation(async (command) => {
      const result = await send(command);
      if (slow && JSON.stringify(command).includes('"event"')) {
        slow = false;
        advance(4);
      }
      return result;
    });
    const { body } = await anna.say('late');
    vi.restoreAllMocks();
    const later = currentBucket();
    expect(later).toBeGreaterThan(bucket);
    advance(3);
    expect((await readBucket(later)).body.messages).toEqual([body.message]);
  });

  it('keeps the newest hundred messages for a page that begins', async () => {
    await put();
    await set();
    const at = test.time.now.toISOString();
    await Promise.all(
      Array.from({ length: 103 }, (_none, index) =>
        putChatMessage(test.deps, SHOW_ID, {
          ...{ messageId: `01k8m3v0s5n2q8w4x6y7z90${String(index).padStart(3, '0')}`, state: 'visible', at },
          ...{ authorId: 'a', name: 'Anna', text: `number ${index}`, addressHash: 'h' },
        }),
      ),
    );
    const { messages } = await read();
    expect(messages).toHaveLength(100);
    expect([messages[0].text, messages.at(-1).text]).toEqual(['number 3', 'number 102']);
  });

  it('answers 410 for a bucket that is no longer kept, and 404 for what is no bucket', async () => {
    await put();
    await set();
    expect((await readBucket(currentBucket() - 400)).status).toBe(410);
    for (const text of ['x', '-1', '1e3', '99999999999999', '%00'])
      expect((await visit({}).send('GET', `/buckets/${text}`)).status, text).toBe(404);
  });

  it.each([
    ['is off', LIVE, { mode: 'off' }, 'off'],
    ['is early', { startsAt: '2026-12-06T10:00:00.000Z' }, {}, 'early'],
    ['is over', { ...PAST, endedAt: '2026-11-21T17:00:00.000Z' }, {}, 'over'],
  ] as [string, Partial<Show>, Partial<ChatSettings>, string][])(
    'takes nothing while it %s',
    async (_why, show, settings, opening) => {
      await put(show);
      await set(settings);
      expect((await read()).opening).toBe(opening);
      for (const [method, path, body] of [
        ['PUT', '/name', { name: 'Anna' }],
        ['POST', '/messages', { text: 'x' }],
      ] as const)
        expect((await visit().send(method, path, body)).code, path).toBe('chat_closed');
    },
  );

  it('does not exist for a show that a watcher may not see, nor without a key', async () => {
    await put({ ...LIVE, privacy: 'private' });
    await set();
    const requests = [
      ['GET', ''],
      ['GET', '/buckets/1'],
      ['PUT', '/name', { name: 'Anna' }],
      ['POST', '/messages', { text: 'x' }],
      ['POST', '/reactions', { counts: { heart: 1 } }],
      ['PUT', '/like', { isLiked: true }],
      ['PUT', '/rating', { stars: 5 }],
    ] as const;
    for (const [method, path, body] of requests) expect((await visit().send(method, path, body)).status).toBe(404);
    const secret = watchLinkSecret.create();
    await insertWatchLink(test.deps, watchLinkDigestOf(secret), {
      ...{ linkId: 'wli_01k8m3v0s5n2q8w4x6y7z9a1bc', showId: SHOW_ID, name: 'Board', createdBy: 'x' },
      ...{
        createdAt: '2026-11-01T00:00:00.000Z',
        expiresAt: '2026-12-31T00:00:00.000Z',
        revokedAt: null,
        revokedBy: null,
      },
    });
    const invited = visit({ ...ORIGIN, cookie: `sluice-watch-${ID}=${secret}` });
    const answer = await invited.send('GET', '');
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
    ({ audience } = makeAudience(test, { chatKey: undefined as never }));
    expect((await invited.send('GET', '')).status).toBe(404);
  });
});

describe('choosing a name', () => {
  beforeEach(async () => {
    await put();
    await set();
  });

  it('sets a cookie that scripts and other sites cannot use', async () => {
    const response = await visit().send('PUT', '/name', { name: ' Anna ' });
    expect(response.body).toEqual({ name: 'Anna' });
    expect(response.headers.get('set-cookie')).toMatch(
      new RegExp(`^sluice-chat=[\\w-]+\\.[\\w-]{43}; Max-Age=2592000; Path=${CHAT}; HttpOnly; SameSite=Strict$`),
    );
  });

  it('refuses names that others have, in every spelling that looks the same', async () => {
    const anna = await visit().named('Anna');
    for (const name of ['Anna', 'anna', 'Аnnа', 'Ａｎｎａ', 'A\u200bnna'])
      expect((await visit().send('PUT', '/name', { name })).code, name).toBe('name_taken');
    await anna.named('ANNA');
    await visit().named('Hanna');
  });

  it.each([undefined, 7, '', 'Moderator', 'x'.repeat(41), 'www.example.com', 'a\u0000'])('refuses %j', async (name) => {
    const { status, code, headers } = await visit().send('PUT', '/name', { name });
    expect([status, code, headers.get('set-cookie')]).toEqual([422, 'name_refused', null]);
  });

  it('refuses words that the chat refuses', async () => {
    await set({ wordsRefused: ['badword'] });
    expect((await visit().send('PUT', '/name', { name: 'B4dW0rd' })).code).toBe('name_refused');
  });

  it('gives a network thirty new cookies in a minute, and more in the next one', async () => {
    await Promise.all(Array.from({ length: 30 }, (_none, index) => visit().named(`Guest ${index} x`)));
    const { status, headers } = await visit().send('PUT', '/name', { name: 'One more' });
    expect([status, headers.get('retry-after')]).toEqual([429, '60']);
    caller = '192.0.2.77';
    expect((await visit().send('PUT', '/name', { name: 'Neighbour' })).status).toBe(429);
    caller = '198.51.100.1';
    await visit().named('Elsewhere');
    caller = '192.0.2.1';
    advance(60);
    await visit().named('Patient');
  });
});

describe('a message', () => {
  beforeEach(async () => {
    await put();
    await set();
  });

  it.each([
    ['without a cookie', undefined],
    ['with an invented one', 'sluice-chat=x.y'],
    ['with the cookie of the dashboard', 'sluice-session=abc'],
  ])('is refused %s', async (_how, cookie) => {
    const visitor = visit(cookie === undefined ? ORIGIN : { ...ORIGIN, cookie });
    const { status, code } = await visitor.say('x');
    expect([status, code]).toEqual([401, 'name_needed']);
  });

  it('is refused with a cookie of another chat, of another key, and after thirty days', async () => {
    const anna = await visit().named('Anna');
    const other = `${SHOW_ID.slice(0, -1)}d`;
    await insertShow(test.deps, makeShow({ ...LIVE, showId: other }));
    await putChatSettings(test.deps, other, DEFAULT_CHAT_SETTINGS, { ...DEFAULT_CHAT_SETTINGS, mode: 'open' });
    const response = await audience.request(CHAT.replace(ID, other.slice(4)) + '/messages', {
      method: 'POST',
      headers: { ...ORIGIN, ...anna.kept },
      body: JSON.stringify({ text: 'x' }),
    });
    expect(response.status).toBe(401);
    expect((await anna.say('x')).status).toBe(201);
    ({ audience } = makeAudience(test, { chatKey: new Uint8Array(32).fill(8) }));
    expect((await anna.say('x')).status).toBe(401);
    ({ audience } = makeAudience(test));
    advance(30 * 86_400);
    expect((await anna.say('x')).status).toBe(401);
  });

  it.each(['http://evil.example', 'http://localhost.evil.example', 'https://localhost', 'null', undefined])(
    'is refused from the origin %s, as is every other write',
    async (origin) => {
      const visitor = visit(origin === undefined ? {} : { origin });
      for (const [method, path, body] of [
        ['PUT', '/name', { name: 'Anna' }],
        ['POST', '/messages', { text: 'x' }],
        ['POST', '/reactions', { counts: { heart: 1 } }],
        ['PUT', '/like', { isLiked: true }],
        ['PUT', '/rating', { stars: 5 }],
      ] as const)
        expect((await visitor.send(method, path, body)).code, path).toBe('forbidden');
    },
  );

  it.each([
    ['text_refused', 'x'.repeat(501)],
    ['text_refused', 'a\u0000b'],
    ['text_refused', '\u200b'],
    ['text_refused', undefined],
    ['text_refused', ['x']],
    ['link_refused', 'look: example . com'],
  ])('is refused as %s: %j', async (code, text) => {
    const anna = await visit().named('Anna');
    expect(await anna.say(text)).toMatchObject({ status: 422, code });
  });

  it.each([['not JSON'], ['[1]'], ['null'], ['"x"'], ['']])('422 for the body %j', async (body) => {
    const anna = await visit().named('Anna');
    expect((await anna.send('POST', '/messages', body)).status).toBe(422);
  });

  it('413 for a megabyte', async () => {
    const anna = await visit().named('Anna');
    expect((await anna.say('x'.repeat(1_000_000))).status).toBe(413);
  });

  it('may have links and any word where the settings allow it', async () => {
    await set({ hasLinks: true });
    const anna = await visit().named('Anna');
    expect((await anna.say('example.com badword')).status).toBe(201);
    await set({ hasLinks: true, wordsRefused: ['badword'] });
    expect((await anna.say('example.com b a d w o r d')).code).toBe('word_refused');
  });

  it('waits for the slow mode, which says how long', async () => {
    await set({ slowModeSeconds: 10 });
    const anna = await visit().named('Anna');
    const hanna = await visit().named('Hanna');
    expect((await anna.say('one')).status).toBe(201);
    advance(3.5);
    const refused = await anna.say('two');
    expect([refused.status, refused.code, refused.headers.get('retry-after')]).toEqual([429, 'slow_mode', '7']);
    expect((await hanna.say('one')).status).toBe(201);
    advance(6.5);
    expect((await anna.say('two')).status).toBe(201);
  });

  it('counts once when the same author sends many at the same instant', async () => {
    await set({ slowModeSeconds: 10 });
    const anna = await visit().named('Anna');
    const answers = await Promise.all(Array.from({ length: 20 }, () => anna.say('flood')));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  });

  it('is one of sixty a minute of a network', async () => {
    const anna = await visit().named('Anna');
    const answers = await Promise.all(Array.from({ length: 60 }, () => anna.say('flood')));
    expect(answers.every(({ status }) => status === 201)).toBe(true);
    expect((await anna.say('more')).status).toBe(429);
    expect((await (await visit().named('Hanna')).say('more')).status).toBe(429);
  });

  it('is stored without the address, its cookie, or an author that other chats share', async () => {
    const anna = await visit().named('Anna');
    const send = vi.spyOn(test.deps.clients.table, 'send');
    await anna.say('Hello');
    const written = JSON.stringify(send.mock.calls.map(([command]) => command.input));
    send.mockRestore();
    expect(written).toContain('Hello');
    expect(written).not.toContain('192.0.2');
    expect(written).not.toContain(anna.kept.cookie!.split('=')[1]!.split('.')[0]!);
  });
});

describe('reactions', () => {
  beforeEach(async () => {
    await put();
    await set();
  });

  it('are counted in the bucket and in total', async () => {
    expect((await visit().send('POST', '/reactions', { counts: { heart: 3, fire: 1 } })).status).toBe(204);
    const bucket = currentBucket();
    advance(3);
    expect((await readBucket(bucket)).body.reactions).toEqual({ heart: 3, fire: 1 });
  });

  it('of a flood are stored with a few writes, and no more than the limit of one caller', async () => {
    const send = vi.spyOn(test.deps.clients.table, 'send');
    const counts = { heart: 10_000 };
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => visit().send('POST', '/reactions', { counts })),
    );
    const updates = send.mock.calls.filter(([command]) => command.constructor.name === 'UpdateCommand');
    send.mockRestore();
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(100);
    expect(updates).toHaveLength(2);
    const bucket = currentBucket();
    advance(3);
    expect((await readBucket(bucket)).body.reactions).toEqual({ heart: 60 });
  });

  it('of very many callers do not pass the limit of the show', async () => {
    const answers = await Promise.all(
      Array.from({ length: 120 }, (_none, index) =>
        visit().send('POST', '/reactions', { counts: { clap: 20 } }, { caller: `10.${index}.0.1` }),
      ),
    );
    expect(answers.filter(({ status }) => status === 204).length).toBeGreaterThan(100);
    const bucket = currentBucket();
    advance(3);
    expect((await readBucket(bucket)).body.reactions).toEqual({ clap: 2_000 });
  });

  it.each([{ counts: { skull: 1 } }, { counts: { heart: -5 } }, {}, { counts: 'all' }])('422 for %j', async (body) => {
    expect((await visit().send('POST', '/reactions', body)).code).toBe('fields_refused');
  });

  it('are off where the settings say so', async () => {
    await set({ hasReactions: false });
    expect(await read()).toMatchObject({ reactions: {}, likes: null, rating: null });
    expect((await visit().send('POST', '/reactions', { counts: { heart: 1 } })).code).toBe('chat_closed');
    expect((await visit().send('PUT', '/like', { isLiked: true })).code).toBe('chat_closed');
  });

  it('have names that are safe in expressions', () => {
    for (const name of REACTION_NAMES) expect(name).toMatch(/^[a-z]+$/);
  });
});

describe('a like and a rating', () => {
  it('count once for each cookie, and can be changed', async () => {
    await put();
    await set();
    const [anna, hanna] = [visit(), visit()];
    for (const isLiked of [true, true]) expect((await anna.send('PUT', '/like', { isLiked })).status).toBe(200);
    await hanna.send('PUT', '/like', { isLiked: true });
    advance(1);
    expect((await read()).likes).toBe(2);
    for (const isLiked of [false, false]) await anna.send('PUT', '/like', { isLiked });
    advance(1);
    expect((await read()).likes).toBe(1);
    expect((await anna.send('PUT', '/like', { isLiked: 'yes' })).code).toBe('fields_refused');
  });

  it('is open for the rating after the show only', async () => {
    await put();
    await set();
    expect((await visit().send('PUT', '/rating', { stars: 5 })).code).toBe('chat_closed');
    expect((await read()).rating).toEqual({ mean: null, count: 0, isOpen: false });
  });

  it('of a past show have a mean', async () => {
    await put(PAST);
    await set();
    const [anna, hanna] = [visit(), visit()];
    for (const stars of [1, 4, 4]) expect((await anna.send('PUT', '/rating', { stars })).status).toBe(200);
    await hanna.send('PUT', '/rating', { stars: 5 });
    advance(1);
    expect((await read()).rating).toEqual({ mean: 4.5, count: 2, isOpen: true });
    for (const stars of [0, 6, 1.5, '5', null, undefined])
      expect((await anna.send('PUT', '/rating', { stars })).code).toBe('fields_refused');
  });
});

describe('a network', () => {
  it.each([
    ['192.0.2.9', '192.0.2.200', true],
    ['192.0.2.9', '192.0.3.9', false],
    ['2001:db8:1:2::/64', '2001:db8:1:ffff::/64', true],
    ['2001:db8:1:2::/64', '2001:db8:2:2::/64', false],
    ['local user 1', 'local user 2', false],
  ])('of %s and %s is the same: %s', (one, other, isSame) => {
    expect(coarseNetworkOf(one) === coarseNetworkOf(other)).toBe(isSame);
  });
});
