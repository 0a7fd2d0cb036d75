import { z } from '@hono/zod-openapi';
import {
  CHAT_MODES,
  DEFAULT_CHAT_SETTINGS,
  MESSAGE_ID,
  REFUSED_WORDS_MAX,
  SLOW_MODE_SECONDS_MAX,
} from '../../domain/chat.ts';
import { BLOCK_MINUTES_MAX, BLOCK_SCOPES, MODERATION_KINDS, REASON_MAX } from '../../domain/chat-moderation.ts';
import { timestamp } from './parts.ts';

/** The chat of a show, as moderators see it. */

const REFUSED_WORD_MAX = 40;
const PAGE_MAX = 200;
const PAGE_DEFAULT = 50;

const messageId = z
  .string()
  .regex(MESSAGE_ID, 'not the id of a chat message')
  .openapi({ example: '01k8m3v0s5n2q8w4x6y7z9a1bc' });
const scope = z.enum(BLOCK_SCOPES).openapi({ description: 'author: one browser. network: everyone in its network' });
const reason = z.string().trim().max(REASON_MAX).default('').openapi({ description: 'For the moderation log' });

export const SetShowChat = z
  .strictObject({
    mode: z.enum(CHAT_MODES).openapi({ description: 'open: everyone who sees the show can choose a name and write' }),
    slowModeSeconds: z
      .number()
      .int()
      .min(0)
      .max(SLOW_MODE_SECONDS_MAX)
      .default(DEFAULT_CHAT_SETTINGS.slowModeSeconds)
      .openapi({ description: 'Seconds between two messages of one author' }),
    hasLinks: z.boolean().default(DEFAULT_CHAT_SETTINGS.hasLinks).openapi({ description: 'Allows links in messages' }),
    wordsRefused: z
      .array(z.string().trim().min(1).max(REFUSED_WORD_MAX))
      .max(REFUSED_WORDS_MAX)
      .default(DEFAULT_CHAT_SETTINGS.wordsRefused)
      .openapi({ description: 'Whole words that no message and no name may contain' }),
    isFirstHeld: z
      .boolean()
      .default(DEFAULT_CHAT_SETTINGS.isFirstHeld)
      .openapi({ description: 'Holds the messages of each author until one was approved' }),
    hasReactions: z
      .boolean()
      .default(DEFAULT_CHAT_SETTINGS.hasReactions)
      .openapi({ description: 'Shows reactions and a like button, and asks for a rating after the show' }),
  })
  .openapi('SetShowChat');
export type SetShowChat = z.input<typeof SetShowChat>;

export const ShowChat = z
  .object({
    mode: z.enum(CHAT_MODES),
    slowModeSeconds: z.number().int(),
    hasLinks: z.boolean(),
    wordsRefused: z.array(z.string()),
    isFirstHeld: z.boolean(),
    hasReactions: z.boolean(),
    revision: z
      .number()
      .int()
      .openapi({ description: 'The ETag of the settings, for If-Match; 0 before they were set' }),
    opening: z.enum(['off', 'early', 'open', 'over']).openapi({
      description: 'Whether people can write now: from half an hour before the show to half an hour after it',
    }),
    totals: z.object({
      messages: z.number().int(),
      reactions: z.number().int(),
      likes: z.number().int(),
      ratings: z.number().int(),
      meanRating: z.number().nullable().openapi({ description: 'One to five stars; null without a rating' }),
    }),
    blocks: z
      .array(
        z.object({
          scope,
          target: z.string().openapi({ description: 'For unblock' }),
          name: z.string().openapi({ description: 'The name of the author when the block began' }),
          until: timestamp.nullable().openapi({ description: 'null: as long as the chat is kept' }),
        }),
      )
      .openapi({ description: 'Blocks in force' }),
  })
  .openapi('ShowChat');
export type ShowChat = z.infer<typeof ShowChat>;

export const ChatMessageQuery = z.strictObject({
  state: z.enum(['sent', 'held']).default('sent').openapi({
    description: 'sent: visible and deleted ones. held: those that wait for a moderator',
  }),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT),
  cursor: z.string().max(100).optional(),
});

export const ModerationQuery = ChatMessageQuery.omit({ state: true });

export const ChatMessageResource = z
  .object({
    messageId: z.string(),
    state: z.enum(['visible', 'held', 'deleted']),
    name: z.string(),
    text: z.string(),
    at: timestamp,
    authorId: z.string().openapi({ description: 'The same for all messages of one browser in this chat' }),
    network: z.string().openapi({ description: 'The same for all messages of one network on one day; no address' }),
  })
  .openapi('ChatMessage');
export type ChatMessageResource = z.infer<typeof ChatMessageResource>;

export const ChatMessageList = z
  .object({ data: z.array(ChatMessageResource), nextCursor: z.string().nullable() })
  .openapi('ChatMessageList');

export const ModerateChat = z
  .discriminatedUnion('action', [
    z.strictObject({ action: z.literal('delete'), messageId, reason }),
    z.strictObject({ action: z.literal('approve'), messageId, reason }),
    z.strictObject({
      action: z.literal('block'),
      messageId: messageId.openapi({ description: 'A message of the author' }),
      scope,
      minutes: z
        .number()
        .int()
        .min(1)
        .max(BLOCK_MINUTES_MAX)
        .nullable()
        .openapi({ description: 'null: as long as the chat is kept' }),
      deletesMessages: z.boolean().default(false).openapi({ description: 'Deletes what was written so far, too' }),
      reason,
    }),
    z.strictObject({ action: z.literal('unblock'), scope, target: z.string().min(1).max(64), reason }),
    z.strictObject({ action: z.literal('clear'), reason }),
  ])
  .openapi('ModerateChat');
export type ModerateChat = z.input<typeof ModerateChat>;

export const ModerationEntry = z
  .object({
    actionId: z.string(),
    action: z.enum(MODERATION_KINDS),
    at: timestamp,
    by: z.string(),
    reason: z.string(),
    messageId: z.string().nullable(),
    name: z.string().nullable(),
    scope: scope.nullable(),
    until: timestamp.nullable(),
  })
  .openapi('ModerationEntry');
export type ModerationEntryResource = z.infer<typeof ModerationEntry>;

export const ModerationLog = z
  .object({ data: z.array(ModerationEntry), nextCursor: z.string().nullable() })
  .openapi('ModerationLog');
