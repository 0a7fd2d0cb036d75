import { beforeEach, describe, expect, it } from 'vitest';
import { useTestApi } from '../../../test/support/api.ts';
import { makeAudience } from '../../../test/support/audience.ts';
import { makeShow, SHOW_ID } from '../../../test/support/make-show.ts';
import { insertShow } from '../../aws/show-table.ts';
import { openBucketOf } from '../../domain/chat-bucket.ts';
import type { Audience } from '../../audience/audience-deps.ts';

/** The chat as moderators handle it, and what its readers get of that. */

const test = useTestApi();
const PATH = `/api/shows/${SHOW_ID}/chat`;
const CHAT = `/audience/v1/shows/${SHOW_ID.slice(4)}/chat`;
const UNKNOWN = '01k8m3v0s5n2q8w4x6y7z9a1zz';
const SETTINGS = { mode: 'open', slowModeSeconds: 0, hasReactions: true };
let audience: Audience;
let caller: string;

const advance = (seconds: number) => void (test.time.now = new Date(test.time.now.getTime() + seconds * 1000));
const act = (body: object) => test.call('POST', `${PATH}/actions`, { body });
const list = async (state = 'sent') => (await test.call('GET', `${PATH}/messages?state=${state}`)).body.data;
const readers = async () => (await audience.request(CHAT)).json() as Promise<any>;

async function put(body: object = SETTINGS) {
  const answer = await test.call('PUT', PATH, { body });
  advance(1);
  return answer;
}

/** Returns what the readers of a running page get of what happened now. */
async function bucketOfNow() {
  const bucket = openBucketOf(test.time.now.getTime() + 1_000);
  advance(3);
  return (await audience.request(`${CHAT}/buckets/${bucket}`)).json() as Promise<any>;
}

async function join(name: string) {
  const send = (method: string, path: string, body: object, cookie = '') =>
    audience.request(CHAT + path, {
      method,
      headers: { origin: 'http://localhost', cookie },
      body: JSON.stringify(body),
    });
  const named = await send('PUT', '/name', { name });
  const cookie = named.headers.get('set-cookie')!.split(';')[0]!;
  return async (text: string) => {
    advance(0.01);
    const response = await send('POST', '/messages', { text }, cookie);
    return { status: response.status, body: (await response.json()) as any };
  };
}

beforeEach(async () => {
  caller = '192.0.2.1';
  test.rebuild({ audience: { originFor: (host) => `http://${host}:8081`, problem: () => null } });
  ({ audience } = makeAudience(test, { nameCaller: () => caller, newSecret: () => crypto.randomUUID().slice(0, 24) }));
  await insertShow(test.deps, makeShow({ state: 'live', liveAt: '2026-11-21T17:00:00.000Z' }));
});

describe('PUT /api/shows/{showId}/chat', () => {
  it('200 opens the chat, pages of readers learn of it, and the log has it', async () => {
    expect((await test.call('GET', PATH)).body).toMatchObject({ mode: 'off', opening: 'off', revision: 0 });
    const { status, body, headers } = await test.call('PUT', PATH, { body: { mode: 'open', wordsRefused: ['x'] } });
    expect([status, headers.get('etag')]).toEqual([200, '"1"']);
    expect(body).toMatchObject({ mode: 'open', slowModeSeconds: 3, wordsRefused: ['x'], opening: 'open', revision: 1 });
    expect((await bucketOfNow()).isChanged).toBe(true);
    expect((await readers()).opening).toBe('open');
    const { body: log } = await test.call('GET', `${PATH}/actions`);
    expect(log.data).toMatchObject([{ action: 'settings', by: 'operator', reason: '' }]);
  });

  it('412 for settings that were changed after they were read', async () => {
    await put();
    const stale = { body: { mode: 'off' }, headers: { 'if-match': '"0"' } };
    expect((await test.call('PUT', PATH, stale)).status).toBe(412);
    expect((await test.call('PUT', PATH, { ...stale, headers: { 'if-match': '"1"' } })).status).toBe(200);
  });

  it.each([
    ['mode', { mode: 'members' }],
    ['slowModeSeconds', { mode: 'open', slowModeSeconds: -1 }],
    ['slowModeSeconds', { mode: 'open', slowModeSeconds: 3_601 }],
    ['wordsRefused', { mode: 'open', wordsRefused: Array.from({ length: 201 }, () => 'x') }],
    ['wordsRefused.0', { mode: 'open', wordsRefused: [' '] }],
    ['password', { mode: 'open', password: 'x' }],
  ])('422 names the field %s', async (field, body) => {
    const { status, problem } = await test.call('PUT', PATH, { body });
    expect([status, problem.errors?.map((error) => error.field)]).toEqual([422, [field]]);
  });

  it('404 for an unknown show, and 409 while the public pages are off', async () => {
    const path = PATH.replace(SHOW_ID, 'shw_01k8m3v0s5n2q8w4x6y7z9a1zz');
    expect((await test.call('PUT', path, { body: SETTINGS })).status).toBe(404);
    test.rebuild({});
    expect((await test.call('PUT', PATH, { body: SETTINGS })).problem.code).toBe('illegal_transition');
  });
});

describe('POST /api/shows/{showId}/chat/actions', () => {
  beforeEach(() => put().then(() => undefined));

  it('201 deletes a message for readers of the page and for new ones, and keeps it for moderators', async () => {
    const say = await join('Anna');
    const { body } = await say('rude');
    await say('fine');
    advance(2);
    const { messageId } = body.message;
    const { status, body: entry } = await act({ action: 'delete', messageId, reason: 'insult' });
    expect(status).toBe(201);
    expect(entry).toMatchObject({ action: 'delete', messageId, name: 'Anna', by: 'operator', reason: 'insult' });
    expect((await bucketOfNow()).deleted).toEqual([messageId]);
    expect((await readers()).messages.map(({ text }: any) => text)).toEqual(['fine']);
    expect(await list()).toMatchObject([
      { text: 'fine', state: 'visible' },
      { text: 'rude', state: 'deleted' },
    ]);
    expect((await act({ action: 'delete', messageId })).status).toBe(201);
  });

  it('201 approves a held message, and later ones of the same author are not held', async () => {
    await put({ ...SETTINGS, isFirstHeld: true });
    const say = await join('Anna');
    const { status, body } = await say('first');
    expect([status, body.isHeld]).toEqual([201, true]);
    expect((await bucketOfNow()).messages).toEqual([]);
    expect((await readers()).messages).toEqual([]);
    expect(await list('held')).toMatchObject([{ text: 'first', state: 'held' }]);
    expect((await act({ action: 'approve', messageId: body.message.messageId })).status).toBe(201);
    expect((await bucketOfNow()).messages).toMatchObject([{ text: 'first', name: 'Anna' }]);
    expect(await list('held')).toEqual([]);
    expect((await say('second')).body.isHeld).toBe(false);
    expect((await (await join('Hanna'))('first')).body.isHeld).toBe(true);
    expect((await test.call('GET', PATH)).body.totals.messages).toBe(2);
  });

  it('201 deletes a held message, which no reader ever gets, and 409 for its approval', async () => {
    await put({ ...SETTINGS, isFirstHeld: true });
    const say = await join('Anna');
    const { body } = await say('first');
    const { messageId } = body.message;
    await act({ action: 'delete', messageId });
    expect(await bucketOfNow()).toMatchObject({ messages: [], deleted: [] });
    expect(await list('held')).toEqual([]);
    expect((await act({ action: 'approve', messageId })).status).toBe(409);
  });

  it('201 blocks an author for minutes, deletes what was written, and unblocks', async () => {
    const [anna, hanna] = [await join('Anna'), await join('Hanna')];
    const { body } = await anna('one');
    await anna('two');
    await hanna('hello');
    advance(2);
    const { messageId } = body.message;
    const block = { action: 'block', messageId, scope: 'author', minutes: 5, deletesMessages: true };
    const { body: entry } = await act(block);
    expect(entry).toMatchObject({ scope: 'author', name: 'Anna' });
    expect(Date.parse(entry.until) - test.time.now.getTime()).toBe(300_000);
    expect((await bucketOfNow()).deleted).toHaveLength(2);
    expect(await anna('three')).toMatchObject({ status: 403, body: { code: 'blocked' } });
    expect((await hanna('still here')).status).toBe(201);
    advance(300);
    expect((await anna('four')).status).toBe(201);
    await act({ ...block, minutes: null, deletesMessages: false });
    advance(7 * 86_400);
    await act({ ...block, minutes: null });
    const { blocks } = (await test.call('GET', PATH)).body;
    expect(blocks).toMatchObject([{ scope: 'author', name: 'Anna', until: null }]);
    expect((await anna('five')).status).toBe(403);
    const unblock = { action: 'unblock', scope: 'author', target: blocks[0].target };
    expect((await act(unblock)).status).toBe(201);
    expect((await anna('six')).status).toBe(201);
    expect((await act(unblock)).status).toBe(404);
  });

  it('201 blocks a network past midnight, whatever cookie is used, and not the others', async () => {
    const anna = await join('Anna');
    const { body } = await anna('raid');
    await act({ action: 'block', messageId: body.message.messageId, scope: 'network', minutes: 1_000 });
    caller = '192.0.2.99';
    const second = await join('Second');
    expect((await second('raid')).status).toBe(403);
    advance(10 * 3_600);
    expect(test.time.now.toISOString()).toMatch(/^2026-11-22T04/);
    expect((await anna('raid')).status).toBe(403);
    caller = '198.51.100.7';
    expect((await second('from elsewhere')).status).toBe(201);
  });

  it('201 clears the chat for all readers, and later messages stay', async () => {
    const say = await join('Anna');
    await say('one');
    await say('two');
    expect((await act({ action: 'clear', reason: 'raid' })).status).toBe(201);
    const { clearedThrough } = await bucketOfNow();
    expect(
      (await list()).every(({ messageId, state }: any) => messageId <= clearedThrough && state === 'deleted'),
    ).toBe(true);
    const { body } = await say('three');
    expect(body.message.messageId > clearedThrough).toBe(true);
    advance(1);
    expect((await readers()).messages.map(({ text }: any) => text)).toEqual(['three']);
  });

  it.each([
    ['delete', { action: 'delete', messageId: UNKNOWN }],
    ['approve', { action: 'approve', messageId: UNKNOWN }],
    ['block', { action: 'block', messageId: UNKNOWN, scope: 'author', minutes: 5 }],
    ['unblock', { action: 'unblock', scope: 'network', target: 'x' }],
  ])('404 for %s of what does not exist', async (_action, body) => expect((await act(body)).status).toBe(404));

  it.each([
    { action: 'explode' },
    { action: 'delete' },
    { action: 'delete', messageId: '../x' },
    { action: 'block', messageId: UNKNOWN, scope: 'city', minutes: 5 },
    { action: 'block', messageId: UNKNOWN, scope: 'author', minutes: 0 },
    { action: 'clear', reason: 'x'.repeat(201) },
    { action: 'clear', everything: true },
  ])('422 for %j', async (body) => expect((await act(body)).status).toBe(422));

  it('has a log that is read page by page, newest first', async () => {
    for (const reason of ['one', 'two', 'three']) {
      advance(1);
      await act({ action: 'clear', reason });
    }
    const first = (await test.call('GET', `${PATH}/actions?limit=2`)).body;
    expect(first.data.map(({ reason }: any) => reason)).toEqual(['three', 'two']);
    const second = (await test.call('GET', `${PATH}/actions?limit=2&cursor=${first.nextCursor}`)).body;
    expect(second.data.map(({ action }: any) => action)).toEqual(['clear', 'settings']);
    expect((await test.call('GET', `${PATH}/actions?cursor=x`)).status).toBe(422);
  });
});

describe('GET /api/shows/{showId}/chat/messages', () => {
  it('200 page by page, with authors and networks that can be compared and no address', async () => {
    await put();
    const [anna, hanna] = [await join('Anna'), await join('Hanna')];
    await anna('one');
    caller = '198.51.100.7';
    await hanna('two');
    caller = '192.0.2.5';
    await anna('three');
    const first = (await test.call('GET', `${PATH}/messages?limit=2`)).body;
    const second = (await test.call('GET', `${PATH}/messages?limit=2&cursor=${first.nextCursor}`)).body;
    const all = [...first.data, ...second.data];
    expect(all.map(({ text }: any) => text)).toEqual(['three', 'two', 'one']);
    expect(second.nextCursor).toBeNull();
    expect(all[0].authorId).toBe(all[2].authorId);
    expect([all[0].network === all[2].network, all[0].network === all[1].network]).toEqual([true, false]);
    expect(JSON.stringify(all)).not.toContain('192.0.2');
    expect((await test.call('GET', `${PATH}/messages?state=deleted`)).status).toBe(422);
  });
});
