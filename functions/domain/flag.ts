import { DAY_MS } from './utc-day.ts';

/** What watchers flag: a show, or a message of its chat, that breaks a law or a rule. Pure. */

export const FLAG_REASONS = ['illegal', 'harassment', 'violence', 'spam', 'copyright', 'other'] as const;
export type FlagReason = (typeof FLAG_REASONS)[number];

/** All flags of one show or message. It is open until a moderator closes it. */
export interface Flag {
  /** The id of the show; of a message, `<showId>.<messageId>`. */
  flagId: string;
  showId: string;
  messageId: string | null;
  /** The message when it was flagged first, because its author or a moderator may delete it. Null for a show. */
  message: { name: string; text: string } | null;
  /** How many networks have flagged it, by reason. */
  counts: Partial<Record<FlagReason, number>>;
  firstAt: string;
  lastAt: string;
}

/** What one watcher wrote with a flag. */
export interface FlagNote {
  at: string;
  reason: FlagReason;
  /** One line, empty when nothing was written. */
  text: string;
}

/** How long an open flag and its notes are kept. */
export const FLAG_KEPT_MS = 90 * DAY_MS;

const ID = /^shw_[0-9a-z]{26}(?:\.[0-9a-z]{26})?$/;

/** Returns the id of the flag of a show or of a message. */
export function flagIdOf(showId: string, messageId: string | null): string {
  return messageId === null ? showId : `${showId}.${messageId}`;
}

/** Returns true for what can be the id of a flag. */
export function isFlagId(text: string): boolean {
  return ID.test(text);
}

export function isFlagReason(value: unknown): value is FlagReason {
  return FLAG_REASONS.some((reason) => reason === value);
}

/** Returns how many networks have flagged it. */
export function timesFlagged({ counts }: Pick<Flag, 'counts'>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
