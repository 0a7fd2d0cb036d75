import type { PublicChatMessage } from './chat.ts';
import type { Reaction } from './chat-reactions.ts';

/**
 * Buckets: what happens in a chat, by the two seconds in which it happens. Once a bucket is closed it never changes, so
 * all readers share one answer, in the memory of the product and in a CDN. Pure.
 */

export const BUCKET_MS = 2_000;
/** Time for a write to arrive before its bucket is read. A writer that needs longer writes again to a later bucket. */
const BUCKET_GRACE_MS = 1_000;
/** A page that is further behind begins again with the history. */
export const BUCKETS_KEPT_MS = 10 * 60_000;

/** What happened in the chat of a show during one bucket. */
export interface ChatBucket {
  bucket: number;
  messages: PublicChatMessage[];
  /** Ids of messages that are no longer shown. */
  deleted: string[];
  /** All messages up to this one are no longer shown; null when the chat was not cleared. */
  clearedThrough: string | null;
  /** True when the settings were changed, so that pages read them again. */
  isChanged: boolean;
  /** Reactions by emoji, without those that have none. */
  reactions: Partial<Record<Reaction, number>>;
}

/** One thing that happened in a chat. A reader may see it twice. */
export type ChatEvent =
  | { kind: 'message'; message: PublicChatMessage }
  | { kind: 'deleted'; messageIds: string[] }
  | { kind: 'cleared'; through: string }
  | { kind: 'settings' };

/** Returns the bucket of an instant. */
export function bucketOf(atMs: number): number {
  return Math.floor(atMs / BUCKET_MS);
}

/** Returns the instant from which a bucket is read and must no longer change. */
export function closesAtMs(bucket: number): number {
  return (bucket + 1) * BUCKET_MS + BUCKET_GRACE_MS;
}

/** Returns the first bucket that is not closed. */
export function openBucketOf(atMs: number): number {
  return bucketOf(atMs - BUCKET_GRACE_MS);
}

/** Puts the events of one bucket together. Messages are in the order of their ids. */
export function toBucket(bucket: number, events: readonly ChatEvent[], reactions: ChatBucket['reactions']): ChatBucket {
  const messages = new Map<string, PublicChatMessage>();
  const deleted = new Set<string>();
  let clearedThrough: string | null = null;
  for (const event of events) {
    if (event.kind === 'message') messages.set(event.message.messageId, event.message);
    if (event.kind === 'deleted') for (const id of event.messageIds) deleted.add(id);
    if (event.kind === 'cleared' && event.through > (clearedThrough ?? '')) clearedThrough = event.through;
  }
  const isGone = (id: string) => deleted.has(id) || (clearedThrough !== null && id <= clearedThrough);
  return {
    bucket,
    messages: [...messages.values()]
      .filter(({ messageId }) => !isGone(messageId))
      .toSorted((one, other) => (one.messageId < other.messageId ? -1 : 1)),
    deleted: [...deleted],
    clearedThrough,
    isChanged: events.some(({ kind }) => kind === 'settings'),
    reactions,
  };
}
