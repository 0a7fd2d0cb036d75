import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { CHAT_KEPT_MS } from '../domain/chat.ts';
import { isBlocking, type ChatBlock, type ModerationEntry } from '../domain/chat-moderation.ts';
import { CHAT_PARTITIONS, expiresAfter } from './chat-partitions.ts';
import type { TableDeps } from './clients.ts';
import { queryNewest, queryPartition } from './query-partition.ts';

/**
 * What moderators decide.
 *
 *   audience#chat-blocks#<showId>    author#<authorId> or network#<hash>
 *   audience#chat-log#<showId>       <actionId>
 */

const blockKey = (showId: string, { scope, target }: Pick<ChatBlock, 'scope' | 'target'>) => ({
  pk: CHAT_PARTITIONS.blocks(showId),
  sk: `${scope}#${target}`,
});

function withoutKeys({ pk: _pk, sk: _sk, expiresAt: _expiresAt, ...rest }: Record<string, unknown>): unknown {
  return rest;
}

/** Stores a block in the place of an earlier one of the same target. */
export async function putChatBlock(
  { clients, deployment }: TableDeps,
  showId: string,
  block: ChatBlock,
  now: Date,
): Promise<void> {
  await clients.table.send(
    new PutCommand({
      TableName: deployment.tableName,
      Item: { ...block, ...blockKey(showId, block), expiresAt: expiresAfter(now, CHAT_KEPT_MS) },
    }),
  );
}

/** Ends a block. @returns false when there was none */
export async function deleteChatBlock(
  { clients, deployment }: TableDeps,
  showId: string,
  block: Pick<ChatBlock, 'scope' | 'target'>,
): Promise<boolean> {
  const { Attributes: before } = await clients.table.send(
    new DeleteCommand({
      TableName: deployment.tableName,
      Key: blockKey(showId, block),
      ReturnValues: 'ALL_OLD',
    }),
  );
  return before !== undefined;
}

/** Returns the block that keeps one of these from writing now; null without one. Strongly consistent. */
export async function findBlock(
  { clients, deployment }: TableDeps,
  showId: string,
  targets: readonly Pick<ChatBlock, 'scope' | 'target'>[],
  now: Date,
): Promise<ChatBlock | null> {
  const found = await Promise.all(
    targets.map(async (target) => {
      const { Item: item } = await clients.table.send(
        new GetCommand({ TableName: deployment.tableName, Key: blockKey(showId, target), ConsistentRead: true }),
      );
      return item ? (withoutKeys(item) as ChatBlock) : null;
    }),
  );
  return found.find((block) => isBlocking(block, now)) ?? null;
}

/** Lists the blocks in force. */
export async function listChatBlocks(deps: TableDeps, showId: string, now: Date): Promise<ChatBlock[]> {
  const rows = await queryPartition(deps, CHAT_PARTITIONS.blocks(showId));
  return rows.map(({ item }) => withoutKeys(item) as ChatBlock).filter((block) => isBlocking(block, now));
}

/** Adds an entry to the moderation log. */
export async function putModerationEntry(
  { clients, deployment }: TableDeps,
  showId: string,
  entry: ModerationEntry,
): Promise<void> {
  await clients.table.send(
    new PutCommand({
      TableName: deployment.tableName,
      Item: {
        ...entry,
        pk: CHAT_PARTITIONS.log(showId),
        sk: entry.actionId,
        expiresAt: expiresAfter(new Date(entry.at), CHAT_KEPT_MS),
      },
    }),
  );
}

/** Lists one page of the moderation log, newest first. @param page.after id of the last entry of the page before */
export async function listModerationEntries(
  deps: TableDeps,
  showId: string,
  { limit, after }: { limit: number; after: string | null },
): Promise<{ entries: ModerationEntry[]; last: string | null }> {
  const { items, last } = await queryNewest(deps, CHAT_PARTITIONS.log(showId), { limit, after: after ?? undefined });
  return { entries: items.map((item) => withoutKeys(item) as ModerationEntry), last };
}
