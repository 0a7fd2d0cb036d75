import { describe, expect, it } from 'vitest';
import { hasLink } from './chat-links.ts';
import { cleanChatName, cleanChatText, lookOfName } from './chat-text.ts';
import { findRefusedWord } from './chat-words.ts';

/** What strangers may send. Characters that cannot be seen are written as escapes. */

const MARKS = '\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308';

describe('cleanChatText', () => {
  it.each([
    ['plain text', 'Hello there', 'Hello there'],
    ['spaces, tabs and line breaks', '  a\t\tb\r\n\n\nc  ', 'a b c'],
    ['direction overrides', 'a\u202egnp.exe\u2066b\u2069', 'agnp.exeb'],
    ['Arabic text', 'مرحبا', 'مرحبا'],
    ['zero-width characters', 'a\u200bb\ufeffc\u2060d', 'abcd'],
    ['joined emoji', '👩\u200d👩\u200d👧 hi', '👩\u200d👩\u200d👧 hi'],
    ['a run of joiners', 'a\u200d\u200d\u200c\u200db', 'a\u200db'],
    ['stacked marks', `Z${MARKS.repeat(50)}o`, `Z${MARKS.slice(0, 4)}o`.normalize('NFC')],
    ['letter and mark', 'e\u0301', '\u00e9'],
    ['text in tag characters', 'ok\u{e0041}\u{e0042}\u{e007f}', 'ok'],
    ['blank letters', 'a\u3164\u115f\u2800b', 'ab'],
    ['HTML', '<img src=x onerror=alert(1)>&amp;', '<img src=x onerror=alert(1)>&amp;'],
  ])('of %s keeps what can be read', (_what, raw, text) => expect(cleanChatText(raw)).toEqual({ text }));

  it.each([
    ['nothing', '', 'empty'],
    ['only invisible characters', ' \u200b\u3164\u{e0041}\u202e ', 'empty'],
    ['only marks', MARKS, 'empty'],
    ['501 characters', 'x'.repeat(501), 'too_long'],
    ['501 emoji', '😀'.repeat(501), 'too_long'],
    ['a megabyte', 'x '.repeat(500_000), 'too_long'],
    ['a bell', 'a\u0007b', 'control_characters'],
    ['a null', 'a\u0000b', 'control_characters'],
    ['an escape sequence', '\u001b[31mred', 'control_characters'],
    ['half a character', 'a\ud83d', 'control_characters'],
  ])('refuses %s', (_what, raw, fault) => expect(cleanChatText(raw)).toEqual({ fault }));

  it('counts characters as people do, after invisible ones are gone', () => {
    expect(cleanChatText(`${'😀'.repeat(500)}${'\u200b'.repeat(500)}`)).toEqual({ text: '😀'.repeat(500) });
  });

  it('needs time in proportion to the length', () => {
    const startedAt = performance.now();
    for (const part of ['\u0301', 'a\u0301', '\u200d', ' ', 'ﷺ', 'a.', '((', '@!'])
      cleanChatText(part.repeat(Math.floor(16_000 / part.length)));
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

describe('cleanChatName', () => {
  it.each(['Anna', 'Ωmega', '李小龍', '🎸', 'Zoë 2', 'Badminton fan', 'Modest', 'x'.repeat(40)])('accepts %s', (name) =>
    expect(cleanChatName(name)).toEqual({ text: name }),
  );

  it.each([
    ['Moderator', 'reserved'],
    ['the-m0der@tor', 'reserved'],
    ['Mо\u0501еrаtоr', 'reserved'],
    ['M o d e r a t o r', 'reserved'],
    ['Ｍｏｄｅｒａｔｏｒ', 'reserved'],
    ['mod\u200berator', 'reserved'],
    ['MODÉRATOR', 'reserved'],
    ['ADMlN', 'reserved'],
    ['Adrnin', 'reserved'],
    ['[admin] Anna', 'reserved'],
    ['Anna (MOD)', 'reserved'],
    ['SIuice', 'reserved'],
    ['0perator 7', 'reserved'],
    ['System', 'reserved'],
    ['', 'empty'],
    ['...', 'unreadable'],
    ['—', 'unreadable'],
    ['x'.repeat(41), 'too_long'],
    ['a\u0000', 'control_characters'],
  ])('refuses %j as %s', (name, fault) => expect(cleanChatName(name)).toEqual({ fault }));
});

describe('lookOfName', () => {
  it.each([
    ['Anna', 'аnnа'],
    ['Paypal', 'PаypaI'],
    ['Anna', 'A n n a'],
    ['Anna', 'Ａｎｎａ'],
    ['modern', 'modem'],
    ['Zoe', 'Zoë'],
  ])('of %s and %s is the same', (one, other) => expect(lookOfName(other)).toBe(lookOfName(one)));

  it('of different names differs, also of those without letters', () => {
    const names = ['Anna', 'Hanna', '李', '王', '🎸', '🎺'];
    expect(new Set(names.map(lookOfName)).size).toBe(names.length);
  });
});

describe('findRefusedWord', () => {
  const REFUSED = ['badword', 'ass', 'two words', '坏话', '...'];

  it.each([
    'badword',
    'BADWORD!',
    'such a b\u200badword',
    'b a d w o r d',
    'b.a.d-w_o.r.d',
    'bаdwоrd',
    'b4dw0rd',
    'b@dword',
    'ｂａｄｗｏｒｄ',
    '𝐛𝐚𝐝𝐰𝐨𝐫𝐝',
    'bádwörd',
    'baaaaadword',
    'asssss',
    'a$s',
    'you two  words',
    '这是坏话吗',
  ])('finds one in %j', (text) => expect(findRefusedWord(text, REFUSED)).not.toBeNull());

  it.each(['class', 'assess the bad word order', 'two', 'words two', 'good morning ...', '话坏'])(
    'finds none in %j',
    (text) => expect(findRefusedWord(text, REFUSED)).toBeNull(),
  );
});

describe('hasLink', () => {
  it.each([
    'see https://example.com/x',
    'HXXP://example',
    'www.example',
    'example.com',
    'example。com',
    'ｅｘａｍｐｌｅ．ｃｏｍ',
    'ⓔⓧⓐⓜⓟⓛⓔ.com',
    'exam\u200bple.com',
    'example . com',
    'example. com',
    'example[.]com',
    'example (dot) com',
    'example dot com',
    'münchen.de',
    'xn--mnchen-3ya.de',
    'пример.рф',
    'me@example.org',
    '10.0.0.1:8080',
    'http://[::1]/',
    'javascript:alert(1)',
    't.me/joinchat and bit.ly/x',
  ])('is true for %j', (text) => expect(hasLink(text)).toBe(true));

  it.each(['Well done. Thanks', 'At 10:30', '3.5 kg', 'v1.2.3', 'wow...', 'e.g. this', '1.000.000', 'a/b', 'No.', '…'])(
    'is false for %j',
    (text) => expect(hasLink(text)).toBe(false),
  );
});
