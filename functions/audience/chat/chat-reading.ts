import { readChatBucket } from '../../aws/chat-events-table.ts';
import { getChatSettings, listVisibleMessages } from '../../aws/chat-table.ts';
import { readTotals } from '../../aws/chat-votes-table.ts';
import { CHAT_HISTORY_MAX, toPublicMessage, type ChatSettings, type PublicChatMessage } from '../../domain/chat.ts';
import { openBucketOf, type ChatBucket } from '../../domain/chat-bucket.ts';
import type { ChatTotals } from '../../domain/chat-reactions.ts';
import type { AudienceDeps } from '../audience-deps.ts';
import { createSharedAnswers } from '../shared-answers.ts';

/** What a page needs to begin with a chat. */
export interface ChatBeginning {
  /** The newest messages, oldest first. */
  messages: PublicChatMessage[];
  totals: ChatTotals;
  /** The first bucket that has what is not in the messages. Some of them may be in it too. */
  nextBucket: number;
}

/** Reads chats for a crowd: all readers share an answer, whatever their number. */
export interface ChatReading {
  settings(showId: string): Promise<ChatSettings>;
  beginning(showId: string): Promise<ChatBeginning>;
  /** Reads a bucket that was closed. */
  bucket(showId: string, bucket: number): Promise<ChatBucket>;
}

/** How old settings and history may be. */
const SHARED_MS = 1_000;
/** A closed bucket never changes. It is dropped when most readers have had it. */
const BUCKET_SHARED_MS = 20_000;
const SHOWS_MAX = 1_000;

export function createChatReading(deps: AudienceDeps): ChatReading {
  const { now } = deps;
  const options = { milliseconds: SHARED_MS, keysMax: SHOWS_MAX, now };
  const settings = createSharedAnswers<ChatSettings>(options);
  const beginnings = createSharedAnswers<ChatBeginning>(options);
  const buckets = createSharedAnswers<ChatBucket>({ ...options, milliseconds: BUCKET_SHARED_MS });

  async function readBeginning(showId: string): Promise<ChatBeginning> {
    // Read before the messages: what is stored meanwhile is in this bucket or a later one.
    const nextBucket = openBucketOf(now().getTime());
    const [messages, totals] = await Promise.all([
      listVisibleMessages(deps, showId, CHAT_HISTORY_MAX),
      readTotals(deps, showId),
    ]);
    return { messages: messages.map(toPublicMessage), totals, nextBucket };
  }

  return {
    settings: (showId) => settings.get(showId, () => getChatSettings(deps, showId)),
    beginning: (showId) => beginnings.get(showId, () => readBeginning(showId)),
    bucket: (showId, bucket) => buckets.get(`${showId} ${bucket}`, () => readChatBucket(deps, showId, bucket)),
  };
}
