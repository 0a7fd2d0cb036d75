import { describe, expect, it } from 'vitest';
import { makeKeySearch } from './secrets.ts';

const KEY = 'k3y<7f3a&91bd=zq5x~+"\'/1';
const search = makeKeySearch([KEY]);

describe('the search for stream keys', () => {
  it.each([
    ['raw', KEY],
    ['as part of a URL', encodeURIComponent(KEY)],
    ['in a query', new URLSearchParams({ key: KEY }).toString()],
    ['in JSON', JSON.stringify({ key: KEY })],
    [
      'in HTML',
      KEY.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
    ],
    ['in hex', Buffer.from(KEY).toString('hex')],
    ['in base64', Buffer.from(KEY).toString('base64')],
    ['in base64, after one other byte', Buffer.from(`x${KEY}`).toString('base64')],
    ['in base64, between other bytes', Buffer.from(`{"k":"${KEY}"}`).toString('base64')],
    ['in base64url, after two other bytes', Buffer.from(`xy${KEY}`).toString('base64url')],
    ['in part', KEY.slice(5, 17)],
  ])('finds a key %s', (_how, text) => {
    expect(search.find(`something ${text} else`)).not.toBeNull();
    expect(search.find(`something ${text} else`)).not.toContain(KEY.slice(3, 9));
  });

  it('finds nothing in a text without a key', () => {
    expect(search.find('')).toBeNull();
    expect(search.find(KEY.slice(0, 11))).toBeNull();
    expect(search.find(`the last four are ${KEY.slice(-4)} and `.repeat(1_000))).toBeNull();
  });
});
