import { toDisplay } from './audience-show.ts';
import { skeletonOf, wordsOf } from './chat-skeleton.ts';

/** What people write in a chat, made safe to show beside what others write. Pure. */

const CHAT_TEXT_MAX = 500;
const CHAT_NAME_MAX = 40;

/** Why a text or a name is refused. */
export type ChatTextFault = 'empty' | 'too_long' | 'control_characters' | 'unreadable' | 'reserved';

export type CleanText = { text: string } | { fault: ChatTextFault };

/** Invisible characters that no chat needs, besides those that `toDisplay` removes. */
const BLANK = /\u034f|\u115f|\u1160|\u17b4|\u17b5|\u2800|\u3164|\uffa0|\ufffc|[\u{e0000}-\u{e0fff}]/gu;
const JOINERS = /([\u200c\u200d])[\u200c\u200d]+/g;
/** Tabs and line breaks become spaces. */
const CONTROL = /[\p{Cc}--[\t\n\r]]/v;
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;
const READABLE = /[\p{L}\p{N}\p{Extended_Pictographic}]/u;

/** Names that would pass for the people who run the show: as a part of a name, or as a word of it. */
const RESERVED_PARTS = ['moderator', 'operator', 'administrator', 'sluice'];
const RESERVED_WORDS = ['admin', 'admins', 'mod', 'mods', 'system', 'staff', 'official'];

/**
 * Returns a message as it is shown: one line in NFC without characters that hide or turn other text.
 * @param raw as it was sent
 */
export function cleanChatText(raw: string): CleanText {
  return clean(raw, CHAT_TEXT_MAX);
}

/** Returns a chosen name as it is shown. One that passes for a moderator, or has nothing to read, is refused. */
export function cleanChatName(raw: string): CleanText {
  const cleaned = clean(raw, CHAT_NAME_MAX);
  if ('fault' in cleaned) return cleaned;
  if (!READABLE.test(cleaned.text)) return { fault: 'unreadable' };
  return isReserved(cleaned.text) ? { fault: 'reserved' } : cleaned;
}

function clean(raw: string, charactersMax: number): CleanText {
  if (!raw.isWellFormed() || CONTROL.test(raw)) return { fault: 'control_characters' };
  const text = toDisplay(raw.normalize('NFC'))
    .replaceAll(BLANK, '')
    .replaceAll(JOINERS, '$1')
    .replaceAll(/\s+/g, ' ')
    .trim();
  if (!VISIBLE.test(text)) return { fault: 'empty' };
  return [...text].length > charactersMax ? { fault: 'too_long' } : { text };
}

function isReserved(name: string): boolean {
  const words = wordsOf(skeletonOf(name)).map(lookOf);
  const whole = lookOf(words.join(''));
  return (
    RESERVED_PARTS.some((part) => whole.includes(lookOf(part))) ||
    RESERVED_WORDS.map(lookOf).some((word) => words.includes(word) || whole === word)
  );
}

/** Returns what a name looks like: two names with the same one cannot be distinguished by a reader. */
export function lookOfName(name: string): string {
  return lookOf(wordsOf(skeletonOf(name)).join('')) || name;
}

/** Also replaces letters that only look alike in some fonts, or side by side. */
function lookOf(skeleton: string): string {
  return skeleton.replaceAll('l', 'i').replaceAll('rn', 'm').replaceAll('vv', 'w');
}
