import type { z } from '@hono/zod-openapi';
import { approveAuthor } from '../aws/chat-author-table.ts';
import { publishChatEvent } from '../aws/chat-events-table.ts';
import { deleteChatBlock, putChatBlock, putModerationEntry } from '../aws/chat-moderation-table.ts';
import { getChatMessage, listMessagesOf, putClearedThrough, settleChatMessage } from '../aws/chat-table.ts';
import { addToTotals } from '../aws/chat-votes-table.ts';
import { toPublicMessage, type ChatMessage } from '../domain/chat.ts';
import type { ChatEvent } from '../domain/chat-bucket.ts';
import type { ModerationEntry } from '../domain/chat-moderation.ts';
import { lastUlidOf, ulidOf } from '../domain/derived-ulid.ts';
import { AppError } from '../domain/errors.ts';
import type { ApiDeps } from './api-deps.ts';
import type { ModerateChat } from './schemas/show-chat.ts';

/**
 * What moderators do in the chat of a show. Each action changes the table, then tells the pages of readers, then adds an
 * entry to the log. After an interruption in between, the same action can be sent again.
 */

type Action = z.output<typeof ModerateChat>;
type ActionOf<Kind extends Action['action']> = Extract<Action, { action: Kind }>;
/** What the log says about an action besides who, when and why. */
type About = Pick<ModerationEntry, 'messageId' | 'name' | 'scope' | 'until'>;

const WHOLE_CHAT: About = { messageId: null, name: null, scope: null, until: null };
const MINUTE_MS = 60_000;

/**
 * Carries out an action.
 * @returns its entry in the log
 * @throws {AppError} `not_found` for an unknown message or block, `illegal_transition` for an approval of a deleted one
 */
export async function moderateChat(
  deps: ApiDeps,
  showId: string,
  action: Action,
  by: string,
): Promise<ModerationEntry> {
  const about = await carryOut(deps, showId, action);
  return logModeration(deps, showId, { kind: action.action, by, reason: action.reason, ...about });
}

function carryOut(deps: ApiDeps, showId: string, action: Action): Promise<About> {
  switch (action.action) {
    case 'delete':
      return deleteMessage(deps, showId, action);
    case 'approve':
      return approveMessage(deps, showId, action);
    case 'block':
      return block(deps, showId, action);
    case 'unblock':
      return unblock(deps, showId, action);
    case 'clear':
      return clear(deps, showId);
  }
}

/** Adds an entry to the moderation log. */
export async function logModeration(
  deps: ApiDeps,
  showId: string,
  entry: Omit<ModerationEntry, 'actionId' | 'at'>,
): Promise<ModerationEntry> {
  const logged = { ...entry, actionId: newUlid(deps), at: deps.now().toISOString() };
  await putModerationEntry(deps, showId, logged);
  return logged;
}

/** Tells the pages of readers. */
export function publish(deps: ApiDeps, showId: string, event: ChatEvent): Promise<void> {
  return publishChatEvent({ ...deps, newEventId: () => newUlid(deps) }, showId, event);
}

function newUlid(deps: ApiDeps): string {
  return ulidOf(deps.now().getTime(), deps.newId('act'));
}

async function deleteMessage(deps: ApiDeps, showId: string, { messageId }: ActionOf<'delete'>): Promise<About> {
  const message = await requireMessage(deps, showId, messageId);
  await removeAll(deps, showId, [message]);
  return { ...WHOLE_CHAT, messageId, name: message.name };
}

async function removeAll(deps: ApiDeps, showId: string, messages: readonly ChatMessage[]): Promise<void> {
  for (const message of messages) await settleChatMessage(deps, showId, message, 'deleted');
  const shown = messages.filter(({ state }) => state !== 'held');
  if (shown.length === 0) return;
  await publish(deps, showId, { kind: 'deleted', messageIds: shown.map(({ messageId }) => messageId) });
}

async function approveMessage(deps: ApiDeps, showId: string, { messageId }: ActionOf<'approve'>): Promise<About> {
  const message = await requireMessage(deps, showId, messageId);
  if (message.state === 'deleted') {
    throw new AppError('illegal_transition', {
      detail: 'the message was deleted; approve is allowed for held ones',
      remedy: 'the author can send it again',
    });
  }
  await approveAuthor(deps, showId, message.authorId, deps.now());
  await settleChatMessage(deps, showId, message, 'visible');
  await publish(deps, showId, { kind: 'message', message: toPublicMessage(message) });
  if (message.state === 'held') await addToTotals(deps, showId, { messages: 1 });
  return { ...WHOLE_CHAT, messageId, name: message.name };
}

async function block(
  deps: ApiDeps,
  showId: string,
  { messageId, scope, minutes, deletesMessages }: ActionOf<'block'>,
): Promise<About> {
  const { name, authorId, addressHash } = await requireMessage(deps, showId, messageId);
  const now = deps.now();
  const until = minutes === null ? null : new Date(now.getTime() + minutes * MINUTE_MS).toISOString();
  const target = scope === 'author' ? authorId : addressHash;
  await putChatBlock(deps, showId, { scope, target, name, until }, now);
  if (deletesMessages) {
    const by = scope === 'author' ? { authorId } : { addressHash };
    await removeAll(deps, showId, await listMessagesOf(deps, showId, by));
  }
  return { messageId, name, scope, until };
}

async function unblock(deps: ApiDeps, showId: string, { scope, target }: ActionOf<'unblock'>): Promise<About> {
  if (await deleteChatBlock(deps, showId, { scope, target })) return { ...WHOLE_CHAT, scope };
  throw new AppError('not_found', {
    detail: `the chat has no block of this ${scope}`,
    remedy: `GET /api/shows/${showId}/chat lists the blocks in force`,
  });
}

async function clear(deps: ApiDeps, showId: string): Promise<About> {
  const now = deps.now();
  // Ids sort by time, so this one is not before any message of this instant.
  const through = lastUlidOf(now.getTime());
  await putClearedThrough(deps, showId, through, now);
  await publish(deps, showId, { kind: 'cleared', through });
  return WHOLE_CHAT;
}

async function requireMessage(deps: ApiDeps, showId: string, messageId: string): Promise<ChatMessage> {
  const message = await getChatMessage(deps, showId, messageId);
  if (message) return message;
  throw new AppError('not_found', {
    detail: `the chat has no message ${messageId}`,
    remedy: `GET /api/shows/${showId}/chat/messages lists them; they are kept for 30 days`,
  });
}
