import { describe, expect, it } from 'vitest';
import { toShownText } from './server-text.ts';

const KEY = 'live_Key/0ne?sig=A1b2C3d4e5&expires=99';
const percent = (text: string) =>
  Array.from(Buffer.from(text), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
const base64 = (text: string, encoding: 'base64' | 'base64url' = 'base64') => Buffer.from(text).toString(encoding);

describe('text from a server', () => {
  it('is one line, bounded, and otherwise unchanged', () => {
    expect(toShownText('bad:\r\n\tno such stream', KEY)).toBe('bad: no such stream');
    expect(toShownText('x'.repeat(500), KEY)).toHaveLength(200);
    expect(toShownText('Stream name already in use (50% off)', KEY)).toBe('Stream name already in use (50% off)');
  });

  it.each([
    ['as it is', KEY],
    ['in capitals', KEY.toUpperCase()],
    ['in lower case', KEY.toLowerCase()],
    ['in percent escapes', encodeURIComponent(KEY)],
    ['in lower-case percent escapes', percent(KEY)],
    ['in percent escapes of percent escapes', encodeURIComponent(percent(KEY))],
    ['with JSON escapes', Array.from(KEY, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')],
    ['with HTML escapes', Array.from(KEY, (c) => `&#${c.charCodeAt(0)};`).join('')],
    ['in full-width letters', KEY.replace(/[!-~]/g, (c) => String.fromCodePoint(c.charCodeAt(0) + 0xfee0))],
    ['with zero-width characters between', Array.from(KEY).join('\u200b')],
    ['with bidi overrides between', Array.from(KEY).join('\u202e')],
    ['in base64', base64(KEY)],
    ['in base64url', base64(KEY, 'base64url')],
    ['in base64 behind a user name', base64(`user:${KEY}`)],
    ['in hex', Buffer.from(KEY).toString('hex')],
    ['in capital hex', Buffer.from(KEY).toString('hex').toUpperCase()],
    ['by its part in front of the query', KEY.split('?')[0]!],
    ['by its query', KEY.split('?')[1]!],
    ['by one value of its query', 'A1b2C3d4e5'],
    ['cut off', KEY.slice(0, 12)],
  ])('does not show the key %s', (_name, spelling) => {
    const shown = toShownText(`key (${spelling}) is not known`, KEY);
    expect(shown).toContain('[redacted]');
    expect(shown).toMatch(/^key \(.*\) is not known$/);
    expect(shown.toLowerCase()).not.toMatch(/live_key|key\/0ne|a1b2c3|bgl2zv9lzxk|6c6976655f/i);
  });

  it('does not show a key shorter than a revealing piece', () => {
    expect(toShownText('no stream abc1 here', 'abc1')).toBe('no stream [redacted] here');
    expect(toShownText('no stream', '')).toBe('no stream');
  });

  it('shows no invisible or direction-changing character', () => {
    expect(toShownText('a\u202eb\u200bc\u2066d\ufeffe\u00adf\u2028g', KEY)).toBe('abcdef g');
  });
});
