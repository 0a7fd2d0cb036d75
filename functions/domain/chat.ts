import { phaseOf } from './audience-show.ts';
import type { Show } from './show.ts';
import { DAY_MS } from './utc-day.ts';

/**
 * The chat of a show: who may write when, what is kept of it, and for how long. Reading needs nothing. Writing needs a
 * chosen name in a signed cookie. Pure.
 */

/** `open`: everyone with a chosen name writes. Accounts would add a mode here. */
export const CHAT_MODES = ['off', 'open'] as const;
export type ChatMode = (typeof CHAT_MODES)[number];

/** What an operator decides about the chat of one show. */
export interface ChatSettings {
  mode: ChatMode;
  /** Seconds between two messages of one author. */
  slowModeSeconds: number;
  hasLinks: boolean;
  /** Words that no message and no name may contain. */
  wordsRefused: string[];
  /** Holds the first message of each author until a moderator approves it. */
  isFirstHeld: boolean;
  /** Shows reactions and a like button, and asks for a rating after the show. */
  hasReactions: boolean;
  /** Counts changes; 0 before the first. */
  revision: number;
}

/** Off, because a chat needs a person who moderates it. */
export const DEFAULT_CHAT_SETTINGS: ChatSettings = {
  mode: 'off',
  slowModeSeconds: 3,
  hasLinks: false,
  wordsRefused: [],
  isFirstHeld: false,
  hasReactions: false,
  revision: 0,
};

export const SLOW_MODE_SECONDS_MAX = 3_600;
export const REFUSED_WORDS_MAX = 200;

/** The id of a message: a ULID in lower case, by which messages sort. */
export const MESSAGE_ID = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;

export type ChatMessageState = 'visible' | 'held' | 'deleted';

export interface ChatMessage {
  messageId: string;
  state: ChatMessageState;
  /** Hash of the author's cookie and the show, so that it names the same person in this chat only. */
  authorId: string;
  name: string;
  text: string;
  /** RFC 3339, UTC. */
  at: string;
  /** Salted hash of the network the message came from. */
  addressHash: string;
}

/** A message as readers get it. */
export type PublicChatMessage = Pick<ChatMessage, 'messageId' | 'name' | 'text' | 'at'> & {
  /** Distinguishes authors, so that a page can mark each with a colour. */
  author: string;
};

const AUTHOR_MARK_LENGTH = 6;

/** Returns what readers get of a message. Neither hash leaves. */
export function toPublicMessage({ messageId, name, text, at, authorId }: ChatMessage): PublicChatMessage {
  return { messageId, name, text, at, author: authorId.slice(0, AUTHOR_MARK_LENGTH) };
}

/** How long messages, blocks and the log of moderators are kept, for complaints that come late. */
export const CHAT_KEPT_MS = 30 * DAY_MS;
/** Messages that a page shows when it is opened. */
export const CHAT_HISTORY_MAX = 100;

const OPENS_BEFORE_MS = 30 * 60_000;
const CLOSES_AFTER_MS = 30 * 60_000;

/** Whether people can write: `early` and `over` are outside the time around the show. */
export type ChatOpening = 'off' | 'early' | 'open' | 'over';

/** Returns whether people can write in the chat of a show at a time: from half an hour before it to half an hour after. */
export function chatOpeningOf(
  show: Pick<Show, 'state' | 'startsAt' | 'endedAt' | 'liveAt' | 'endReason'>,
  { mode }: Pick<ChatSettings, 'mode'>,
  now: Date,
): ChatOpening {
  if (mode === 'off') return 'off';
  switch (phaseOf(show)) {
    case null:
      return 'off';
    case 'before':
      return now.getTime() < Date.parse(show.startsAt) - OPENS_BEFORE_MS ? 'early' : 'open';
    case 'live':
      return 'open';
    case 'after':
      return show.endedAt !== null && now.getTime() > Date.parse(show.endedAt) + CLOSES_AFTER_MS ? 'over' : 'open';
  }
}
