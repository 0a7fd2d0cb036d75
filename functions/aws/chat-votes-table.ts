import { DeleteCommand, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { CHAT_KEPT_MS } from '../domain/chat.ts';
import { NO_TOTALS, type ChatTotals } from '../domain/chat-reactions.ts';
import { CHAT_PARTITIONS, expiresAfter } from './chat-partitions.ts';
import type { TableDeps } from './clients.ts';
import { queryPartition } from './query-partition.ts';

/**
 * Likes and ratings: one of each per author, and their totals.
 *
 *   audience#chat-votes#<showId>    like#<authorId> and rating#<authorId>
 *   audience#chat-totals            <showId>
 *
 * A vote and its total are two writes. If the process ends between them, the total misses one vote.
 */

const STARS = ['stars1', 'stars2', 'stars3', 'stars4', 'stars5'] as const;
const COUNTERS = ['messages', 'reactions', 'likes', ...STARS] as const;
type Counter = (typeof COUNTERS)[number];

const voteKey = (showId: string, kind: 'like' | 'rating', authorId: string) => ({
  pk: CHAT_PARTITIONS.votes(showId),
  sk: `${kind}#${authorId}`,
});
const totalsKey = (showId: string) => ({ pk: CHAT_PARTITIONS.totals, sk: showId });

/** Adds to the totals of a show. */
export async function addToTotals(
  { clients, deployment }: TableDeps,
  showId: string,
  changes: Partial<Record<Counter, number>>,
): Promise<void> {
  const names = COUNTERS.filter((name) => (changes[name] ?? 0) !== 0);
  if (names.length === 0) return;
  await clients.table.send(
    new UpdateCommand({
      TableName: deployment.tableName,
      Key: totalsKey(showId),
      UpdateExpression: `ADD ${names.map((name) => `${name} :${name}`).join(', ')}`,
      ExpressionAttributeValues: Object.fromEntries(names.map((name) => [`:${name}`, changes[name]])),
    }),
  );
}

/** Reads the totals of a show. */
export async function readTotals({ clients, deployment }: TableDeps, showId: string): Promise<ChatTotals> {
  const { Item: item } = await clients.table.send(
    new GetCommand({ TableName: deployment.tableName, Key: totalsKey(showId) }),
  );
  if (!item) return NO_TOTALS;
  const of = (name: Counter) => Math.max(0, Number(item[name] ?? 0));
  return {
    messages: of('messages'),
    reactions: of('reactions'),
    likes: of('likes'),
    ratings: [of('stars1'), of('stars2'), of('stars3'), of('stars4'), of('stars5')],
  };
}

/** Reads how many like each show, by show id. */
export async function listLikes(deps: TableDeps): Promise<Map<string, number>> {
  const totals = await queryPartition(deps, CHAT_PARTITIONS.totals);
  return new Map(totals.map(({ sk, item }) => [sk, Math.max(0, Number(item['likes'] ?? 0))]));
}

/** Stores that an author likes a show, or no longer does. A repeated request changes nothing. */
export async function putLike(
  deps: TableDeps,
  { showId, authorId, isLiked, now }: { showId: string; authorId: string; isLiked: boolean; now: Date },
): Promise<void> {
  const { clients, deployment } = deps;
  const Key = voteKey(showId, 'like', authorId);
  const TableName = deployment.tableName;
  const { Attributes: before } = isLiked
    ? await clients.table.send(
        new PutCommand({
          TableName,
          Item: { ...Key, expiresAt: expiresAfter(now, CHAT_KEPT_MS) },
          ReturnValues: 'ALL_OLD',
        }),
      )
    : await clients.table.send(new DeleteCommand({ TableName, Key, ReturnValues: 'ALL_OLD' }));
  const change = Number(isLiked) - Number(before !== undefined);
  await addToTotals(deps, showId, { likes: change });
}

/** Stores the rating of an author in the place of an earlier one. @param vote.stars 1 to 5 */
export async function putRating(
  deps: TableDeps,
  { showId, authorId, stars, now }: { showId: string; authorId: string; stars: number; now: Date },
): Promise<void> {
  const { clients, deployment } = deps;
  const { Attributes: before } = await clients.table.send(
    new PutCommand({
      TableName: deployment.tableName,
      Item: { ...voteKey(showId, 'rating', authorId), stars, expiresAt: expiresAfter(now, CHAT_KEPT_MS) },
      ReturnValues: 'ALL_OLD',
    }),
  );
  const former = before === undefined ? null : Number(before['stars']);
  if (former === stars) return;
  await addToTotals(deps, showId, {
    [STARS[stars - 1]!]: 1,
    ...(former === null ? {} : { [STARS[former - 1]!]: -1 }),
  });
}
