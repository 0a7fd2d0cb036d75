/** What moderators do in a chat, and the log of it. Pure. */

export const MODERATION_KINDS = ['delete', 'approve', 'block', 'unblock', 'clear', 'settings', 'close-flag'] as const;
export type ModerationKind = (typeof MODERATION_KINDS)[number];

/** Whom a block keeps from writing: one browser, or everyone in its network. */
export const BLOCK_SCOPES = ['author', 'network'] as const;
export type BlockScope = (typeof BLOCK_SCOPES)[number];

export const REASON_MAX = 200;
/** A week. Longer blocks are bans, which last as long as the chat is kept. */
export const BLOCK_MINUTES_MAX = 7 * 24 * 60;

/** One entry of the moderation log. */
export interface ModerationEntry {
  /** A lower-case ULID. */
  actionId: string;
  kind: ModerationKind;
  at: string;
  /** The person or access token that did it. */
  by: string;
  /** Why; empty when no reason was given. */
  reason: string;
  /** The message that it was about; null for the whole chat. */
  messageId: string | null;
  /** Chosen name of the author it was about; null for the whole chat. */
  name: string | null;
  scope: BlockScope | null;
  /** When a block ends; null for a ban, and for anything else. */
  until: string | null;
}

/** A block in force. */
export interface ChatBlock {
  scope: BlockScope;
  /** The author id, or the hash of the network. */
  target: string;
  /** Chosen name at the time. */
  name: string;
  /** RFC 3339; null: as long as the chat is kept. */
  until: string | null;
}

/** Returns true while a block keeps its target from writing. */
export function isBlocking(block: ChatBlock | null, now: Date): boolean {
  return block !== null && (block.until === null || Date.parse(block.until) > now.getTime());
}
