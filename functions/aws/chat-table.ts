import { DeleteCommand, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import {
  CHAT_KEPT_MS,
  DEFAULT_CHAT_SETTINGS,
  type ChatMessage,
  type ChatMessageState,
  type ChatSettings,
} from '../domain/chat.ts';
import { isConditionFailed } from './aws-errors.ts';
import { CHAT_PARTITIONS, expiresAfter } from './chat-partitions.ts';
import type { TableDeps } from './clients.ts';
import { queryNewest, queryPages } from './query-partition.ts';
import { getRevised, putRevised } from './revised-item.ts';

/**
 * Chats of shows: settings, and messages in the order of their ids.
 *
 *   audience#chat-settings    <showId>
 *   audience#chat#<showId>    message#<messageId>   visible and deleted ones
 *   audience#chat#<showId>    held#<messageId>      waits for a moderator
 *   audience#chat#<showId>    cleared               all messages up to one are deleted
 *
 * Held messages have a place of their own, so that a flood of them does not lengthen the read of the history.
 */

const MESSAGE = 'message#';
const HELD = 'held#';
/** Sorts after every id. */
const LAST = '~';
/** Rows read for the history at most, when most of them are deleted. */
const ROWS_READ_MAX = 1_000;

const settingsKey = (showId: string) => ({ pk: CHAT_PARTITIONS.settings, sk: showId });
const messageKey = (showId: string, messageId: string) => ({
  pk: CHAT_PARTITIONS.messages(showId),
  sk: MESSAGE + messageId,
});
const heldKey = (showId: string, messageId: string) => ({ pk: CHAT_PARTITIONS.messages(showId), sk: HELD + messageId });
const clearedKey = (showId: string) => ({ pk: CHAT_PARTITIONS.messages(showId), sk: 'cleared' });

/** Reads the settings of a chat; the default ones before they were set. */
export async function getChatSettings(deps: TableDeps, showId: string): Promise<ChatSettings> {
  return (await getRevised<ChatSettings>(deps, settingsKey(showId))) ?? DEFAULT_CHAT_SETTINGS;
}

/** Stores settings. @returns them as stored; null when another writer came first */
export function putChatSettings(
  deps: TableDeps,
  showId: string,
  before: ChatSettings,
  after: ChatSettings,
): Promise<ChatSettings | null> {
  return putRevised(deps, settingsKey(showId), before.revision === 0 ? null : before, after);
}

function toMessage(item: Record<string, unknown>): ChatMessage {
  const { pk: _pk, sk: _sk, expiresAt: _expiresAt, ...message } = item;
  return message as unknown as ChatMessage;
}

/** Stores a message in its state. Repeating it is harmless. */
export async function putChatMessage(
  { clients, deployment }: TableDeps,
  showId: string,
  message: ChatMessage,
): Promise<void> {
  const key = message.state === 'held' ? heldKey : messageKey;
  await clients.table.send(
    new PutCommand({
      TableName: deployment.tableName,
      Item: {
        ...message,
        ...key(showId, message.messageId),
        expiresAt: expiresAfter(new Date(message.at), CHAT_KEPT_MS),
      },
    }),
  );
}

/** Approves or deletes a message. Repeating it is harmless. */
export async function settleChatMessage(
  deps: TableDeps,
  showId: string,
  message: ChatMessage,
  state: Exclude<ChatMessageState, 'held'>,
): Promise<void> {
  await putChatMessage(deps, showId, { ...message, state });
  // Also for one that is not held any more: an interrupted call may have left it there.
  const { clients, deployment } = deps;
  await clients.table.send(
    new DeleteCommand({ TableName: deployment.tableName, Key: heldKey(showId, message.messageId) }),
  );
}

/** Reads one message, strongly consistent. Null without one. */
export async function getChatMessage(
  { clients, deployment }: TableDeps,
  showId: string,
  messageId: string,
): Promise<ChatMessage | null> {
  // One that was approved a moment ago may still be in both places.
  for (const key of [messageKey(showId, messageId), heldKey(showId, messageId)]) {
    const { Item: item } = await clients.table.send(
      new GetCommand({ TableName: deployment.tableName, Key: key, ConsistentRead: true }),
    );
    if (item) return toMessage(item);
  }
  return null;
}

/** Returns the last message that was deleted when the chat was cleared; null when it never was. */
async function getClearedThrough({ clients, deployment }: TableDeps, showId: string): Promise<string | null> {
  const { Item: item } = await clients.table.send(
    new GetCommand({ TableName: deployment.tableName, Key: clearedKey(showId), ConsistentRead: true }),
  );
  return (item?.['through'] as string | undefined) ?? null;
}

/** Deletes all messages up to one with a single write. */
export async function putClearedThrough(
  { clients, deployment }: TableDeps,
  showId: string,
  through: string,
  now: Date,
): Promise<void> {
  try {
    await clients.table.send(
      new UpdateCommand({
        TableName: deployment.tableName,
        Key: clearedKey(showId),
        UpdateExpression: 'SET through = :through, expiresAt = :expires',
        ConditionExpression: 'attribute_not_exists(through) OR through < :through',
        ExpressionAttributeValues: { ':through': through, ':expires': expiresAfter(now, CHAT_KEPT_MS) },
      }),
    );
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
  }
}

/** Lists the newest visible messages, oldest first. */
export async function listVisibleMessages(deps: TableDeps, showId: string, limit: number): Promise<ChatMessage[]> {
  const cleared = (await getClearedThrough(deps, showId)) ?? '';
  const found: ChatMessage[] = [];
  let rows = 0;
  const pages = queryPages(deps, {
    // Both ends are included, and no message has the id of the end of the cleared ones and is visible.
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: {
      ':pk': CHAT_PARTITIONS.messages(showId),
      ':from': `${MESSAGE}${cleared}`,
      ':to': MESSAGE + LAST,
    },
    ConsistentRead: true,
    ScanIndexForward: false,
    Limit: limit * 2,
  });
  for await (const items of pages) {
    rows += items.length;
    found.push(...items.map(toMessage).filter((each) => each.state === 'visible' && each.messageId > cleared));
    if (found.length >= limit || rows >= ROWS_READ_MAX) break;
  }
  return found.slice(0, limit).toReversed();
}

/**
 * Lists one page of messages for moderators, newest first.
 * @param page.after id of the last message of the page before
 */
export async function listChatMessages(
  deps: TableDeps,
  showId: string,
  { isHeld, limit, after }: { isHeld: boolean; limit: number; after: string | null },
): Promise<{ messages: ChatMessage[]; last: string | null }> {
  const prefix = isHeld ? HELD : MESSAGE;
  const [cleared, { items, last }] = await Promise.all([
    getClearedThrough(deps, showId),
    queryNewest(deps, CHAT_PARTITIONS.messages(showId), {
      limit,
      // The partition has other items, so the page begins after the last id that there can be.
      after: prefix + (after ?? LAST),
    }),
  ]);
  const messages = items.filter(({ sk }) => String(sk).startsWith(prefix)).map(toMessage);
  const isLast = last === null || messages.length < items.length;
  return {
    messages: messages.map((each) =>
      cleared !== null && each.messageId <= cleared ? { ...each, state: 'deleted' } : each,
    ),
    last: isLast ? null : last.slice(prefix.length),
  };
}

/** Lists the newest messages of an author or a network that are not deleted, as far as one read finds them. */
export async function listMessagesOf(
  deps: TableDeps,
  showId: string,
  by: Partial<Pick<ChatMessage, 'authorId' | 'addressHash'>>,
): Promise<ChatMessage[]> {
  const read = (isHeld: boolean) => listChatMessages(deps, showId, { isHeld, limit: ROWS_READ_MAX, after: null });
  const pages = await Promise.all([read(false), read(true)]);
  return pages
    .flatMap(({ messages }) => messages)
    .filter(
      ({ state, authorId, addressHash }) =>
        state !== 'deleted' && (authorId === by.authorId || addressHash === by.addressHash),
    );
}
