import { describe, expect, it } from 'vitest';
import { makeShow } from '../../test/support/make-show.ts';
import { BUCKET_MS, bucketOf, closesAtMs, openBucketOf, toBucket, type ChatEvent } from './chat-bucket.ts';
import { authorIdOf, createChatKey, IDENTITY_KEPT_MS } from './chat-identity.ts';
import { meanRating, readReactionCounts, REACTIONS_PER_REQUEST_MAX } from './chat-reactions.ts';
import { chatOpeningOf } from './chat.ts';
import type { Show } from './show.ts';

const message = (messageId: string) => ({ messageId, name: 'Anna', text: messageId, at: '', author: 'a' });
const sent = (id: string): ChatEvent => ({ kind: 'message', message: message(id) });

describe('a chat bucket', () => {
  it('is open until its two seconds and the time for late writes are over', () => {
    const bucket = bucketOf(10_001);
    expect(closesAtMs(bucket)).toBe(13_000);
    expect(openBucketOf(12_999)).toBe(bucket);
    expect(openBucketOf(13_000)).toBe(bucket + 1);
    expect(closesAtMs(openBucketOf(12_345))).toBeGreaterThan(12_345);
    expect(closesAtMs(openBucketOf(12_345)) - 12_345).toBeLessThanOrEqual(BUCKET_MS);
  });

  it('has each message once, in order, without those that were deleted or cleared', () => {
    const events: ChatEvent[] = [
      ...['d', 'b', 'b', 'a', 'c', 'e'].map(sent),
      { kind: 'deleted', messageIds: ['c', 'x'] },
      { kind: 'cleared', through: 'a' },
      { kind: 'settings' },
    ];
    expect(toBucket(5, events, { heart: 2 })).toEqual({
      bucket: 5,
      messages: ['b', 'd', 'e'].map(message),
      deleted: ['c', 'x'],
      clearedThrough: 'a',
      isChanged: true,
      reactions: { heart: 2 },
    });
  });
});

describe('chatOpeningOf', () => {
  const live: Partial<Show> = { state: 'live', liveAt: '2026-12-06T10:00:00.000Z' };
  const ended: Partial<Show> = { ...live, state: 'ended', endReason: 'clock', endedAt: '2026-12-06T11:00:00.000Z' };
  it.each([
    ['2026-12-06T09:29:59Z', {}, 'early'],
    ['2026-12-06T09:30:00Z', {}, 'open'],
    ['2026-12-06T10:30:00Z', live, 'open'],
    ['2026-12-06T11:30:00Z', ended, 'open'],
    ['2026-12-06T11:30:01Z', ended, 'over'],
    ['2026-12-06T11:00:00Z', { state: 'cancelled' }, 'off'],
    ['2026-12-06T09:30:00Z', { state: 'draft' }, 'off'],
  ] as [string, Partial<Show>, string][])('at %s of %j is %s', (at, changes, opening) => {
    const show = makeShow({ startsAt: '2026-12-06T10:00:00.000Z', ...changes });
    expect(chatOpeningOf(show, { mode: 'open' }, new Date(at))).toBe(opening);
    expect(chatOpeningOf(show, { mode: 'off' }, new Date(at))).toBe('off');
  });
});

describe('the cookie of a chat', () => {
  const key = createChatKey(new Uint8Array(32).fill(1));
  const now = new Date('2026-12-06T10:00:00Z');
  const identity = { id: 'i'.repeat(24), name: 'Änna', issuedAtMs: now.getTime() };
  const cookie = key.sign('shw_1', identity);
  const later = (ms: number) => new Date(now.getTime() + ms);

  it('is read by the deployment that signed it, in the same chat, for thirty days', () => {
    expect(key.read('shw_1', cookie, now)).toEqual(identity);
    expect(key.read('shw_1', cookie, later(IDENTITY_KEPT_MS - 1))).toEqual(identity);
    expect(key.read('shw_1', cookie, later(IDENTITY_KEPT_MS))).toBeNull();
    expect(key.read('shw_1', cookie, later(-1))).toBeNull();
    expect(key.read('shw_2', cookie, now)).toBeNull();
    expect(createChatKey(new Uint8Array(32).fill(2)).read('shw_1', cookie, now)).toBeNull();
  });

  it('cannot be forged', () => {
    const [payload = '', signature = ''] = cookie.split('.');
    const other = Buffer.from(JSON.stringify(['o'.repeat(24), 'Moderator', now.getTime()])).toString('base64url');
    const forged = [undefined, '', '.', payload, `${payload}.`, `.${signature}`, `${other}.${signature}`];
    const damaged = [...signature.slice(0, -1)].map((character, index) => {
      const changed = character === 'A' ? 'B' : 'A';
      return `${payload}.${signature.slice(0, index)}${changed}${signature.slice(index + 1)}`;
    });
    for (const each of [...forged, ...damaged, `${cookie}x`, `x${cookie}`, `${'A'.repeat(5000)}.${signature}`])
      expect(key.read('shw_1', each, now), each).toBeNull();
  });

  it('gives an author id that is different in each chat and not the id of the cookie', () => {
    expect(authorIdOf('shw_1', identity)).toMatch(/^[\w-]{22}$/);
    expect(authorIdOf('shw_1', identity)).not.toBe(authorIdOf('shw_2', identity));
    expect(authorIdOf('shw_1', identity)).not.toContain('iii');
  });
});

describe('readReactionCounts', () => {
  it('drops what is above the limit of a request', () => {
    expect(readReactionCounts({ heart: 15, fire: 10_000, clap: 1 })).toEqual({
      heart: 15,
      fire: REACTIONS_PER_REQUEST_MAX - 15,
    });
  });

  it.each<[unknown]>([
    ...[[null], [[]], ['x'], [{ heart: -1 }], [{ heart: 1.5 }], [{ heart: '1' }]],
    ...[[{ skull: 1 }], [{ toString: 1 }], [{ heart: 1e300 }]],
  ] as [unknown][])('refuses %j', (value) => expect(readReactionCounts(value)).toBeNull());
});

describe('meanRating', () => {
  it('is rounded to one digit, and null without a rating', () => {
    expect(meanRating({ ratings: [0, 0, 1, 0, 2] })).toBe(4.3);
    expect(meanRating({ ratings: [0, 0, 0, 0, 0] })).toBeNull();
  });
});
