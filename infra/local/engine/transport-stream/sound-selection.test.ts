import { expect, it } from 'vitest';
import type { ElementaryStream } from './program-tables.ts';
import { languagesOf, selectSound } from './sound-selection.ts';

const AAC = 0x0f;
const AC3 = 0x81;

/** A stream whose table states languages, behind a descriptor of another kind. */
function makeStream(pid: number, languages: string[] = [], streamType = AAC): ElementaryStream {
  const entries = languages.map((language) => `${language}\0`).join('');
  const language = languages.length > 0 ? [0x0a, entries.length, ...Buffer.from(entries, 'latin1')] : [];
  return { pid, streamType, descriptors: Buffer.from([0x52, 1, 7, ...language]) };
}

const english = makeStream(0x101, ['eng']);
const spanish = makeStream(0x102, ['spa']);
const german = makeStream(0x103, ['DEU'], AC3);
const all = [english, spanish, german];
const language = (code: string, isStrict: boolean) => ({ by: 'language' as const, language: code, isStrict });

it('reads the languages of a stream in lower case', () => {
  expect(languagesOf(german)).toEqual(['deu']);
  expect(languagesOf(makeStream(1, ['fra', 'qad']))).toEqual(['fra', 'qad']);
  expect(languagesOf(makeStream(1))).toEqual([]);
});

it.each([
  ['an entry that is cut off', [0x0a, 4, 0x65, 0x6e]],
  ['bytes that are no letters', [0x0a, 4, 0, 0, 0, 0]],
  ['no content', [0x0a, 0]],
  ['a length beyond the end', [0x0a, 255, 0x65, 0x6e, 0x67, 0, 0x65]],
])('survives a language descriptor with %s', (_what, bytes) => {
  expect(languagesOf({ descriptors: Buffer.from(bytes) }).every((code) => code === 'eng')).toBe(true);
});

it('takes the first stream unless one is chosen, and keeps it when others come before it', () => {
  expect(selectSound(all, undefined, null)).toBe(english);
  expect(selectSound(all, undefined, german)).toBe(german);
  expect(selectSound([], undefined, english)).toBeNull();
});

it('takes a chosen PID or nothing', () => {
  expect(selectSound(all, { by: 'pid', pid: 0x102 }, english)).toBe(spanish);
  expect(selectSound([english], { by: 'pid', pid: 0x102 }, spanish)).toBeNull();
});

it('takes nothing instead of a strictly chosen language, and the language when it appears', () => {
  expect(selectSound([english], language('deu', true), null)).toBeNull();
  expect(selectSound([english], language('deu', true), german)).toBeNull();
  expect(selectSound(all, language('deu', true), null)).toBe(german);
});

it('leaves a stream whose language has changed', () => {
  const changed = makeStream(0x102, ['fra']);
  expect(selectSound([english, changed], language('spa', true), spanish)).toBeNull();
});

it('keeps the stream in use when two have the language', () => {
  const second = makeStream(0x104, ['spa']);
  expect(selectSound([spanish, second], language('spa', true), second)).toBe(second);
});

it('replaces a loosely chosen language by a stream of the same type, else by the first', () => {
  expect(selectSound([makeStream(1, ['fra'], AC3), english], language('spa', false), spanish)).toBe(english);
  expect(selectSound([german, english], language('spa', false), null)).toBe(german);
  expect(selectSound(all, language('spa', false), english)).toBe(spanish);
});
