import { DeleteCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { FLAG_KEPT_MS, FLAG_REASONS, type Flag, type FlagNote } from '../domain/flag.ts';
import { expiresAfter } from './chat-partitions.ts';
import type { TableDeps } from './clients.ts';
import { insertItem } from './insert-item.ts';
import { queryPages, queryPartition } from './query-partition.ts';

/**
 * What watchers flag, one item for each show or message however many flag it, and what each of them wrote.
 *
 *   audience#flags                   <flagId>                    counts by reason
 *   audience#flag-notes#<showId>     <flagId>#<network of the day>
 */

const FLAGS = 'audience#flags';
const notesOf = (showId: string) => `audience#flag-notes#${showId}`;
const flagKey = (flagId: string) => ({ pk: FLAGS, sk: flagId });

/**
 * Stores the note of a network. One network counts once a day for each show or message, so that one person cannot make
 * it look like many. @returns false when it has flagged this today
 */
export function addFlagNote(
  deps: TableDeps,
  { flagId, showId }: Pick<Flag, 'flagId' | 'showId'>,
  network: string,
  note: FlagNote,
): Promise<boolean> {
  return insertItem(deps, {
    ...note,
    pk: notesOf(showId),
    sk: `${flagId}#${network}`,
    expiresAt: expiresAfter(new Date(note.at), FLAG_KEPT_MS),
  });
}

/** Counts a note. An interruption between the note and this leaves the count lower by one. */
export async function countFlag(
  { clients, deployment }: TableDeps,
  { flagId, showId, messageId, message }: Pick<Flag, 'flagId' | 'showId' | 'messageId' | 'message'>,
  { at, reason }: Pick<FlagNote, 'at' | 'reason'>,
): Promise<void> {
  await clients.table.send(
    new UpdateCommand({
      TableName: deployment.tableName,
      Key: flagKey(flagId),
      UpdateExpression:
        'SET showId = :show, messageId = :id, message = if_not_exists(message, :message), ' +
        'firstAt = if_not_exists(firstAt, :at), lastAt = :at, expiresAt = :expires ADD #reason :one',
      ExpressionAttributeNames: { '#reason': reason },
      ExpressionAttributeValues: {
        ...{ ':show': showId, ':id': messageId, ':message': message, ':at': at, ':one': 1 },
        ':expires': expiresAfter(new Date(at), FLAG_KEPT_MS),
      },
    }),
  );
}

function toFlag(flagId: string, item: Record<string, unknown>): Flag {
  const { showId, messageId, message, firstAt, lastAt } = item as unknown as Flag;
  const counts = Object.fromEntries(
    FLAG_REASONS.flatMap((reason) => (reason in item ? [[reason, Number(item[reason])]] : [])),
  );
  return { flagId, showId, messageId, message, counts, firstAt, lastAt };
}

/** Lists the open flags, the last flagged first. */
export async function listFlags(deps: TableDeps): Promise<Flag[]> {
  const rows = await queryPartition(deps, FLAGS);
  return rows.map(({ sk, item }) => toFlag(sk, item)).toSorted((a, b) => b.lastAt.localeCompare(a.lastAt));
}

/** Reads one flag, strongly consistent. Null without one. */
export async function getFlag({ clients, deployment }: TableDeps, flagId: string): Promise<Flag | null> {
  const { Item: item } = await clients.table.send(
    new GetCommand({ TableName: deployment.tableName, Key: flagKey(flagId), ConsistentRead: true }),
  );
  return item ? toFlag(flagId, item) : null;
}

/** Closes a flag. Notes stay until they end, so that the same network does not open it again on the same day. */
export async function deleteFlag({ clients, deployment }: TableDeps, flagId: string): Promise<void> {
  await clients.table.send(new DeleteCommand({ TableName: deployment.tableName, Key: flagKey(flagId) }));
}

/** Reads some notes of a flag. @param max how many at most; more are not read */
export async function readFlagNotes(
  deps: TableDeps,
  { flagId, showId }: Pick<Flag, 'flagId' | 'showId'>,
  max: number,
): Promise<FlagNote[]> {
  const pages = queryPages(deps, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :flag)',
    ExpressionAttributeValues: { ':pk': notesOf(showId), ':flag': `${flagId}#` },
    Limit: max,
  });
  for await (const items of pages) return items.map(({ at, reason, text }) => ({ at, reason, text }) as FlagNote);
  return [];
}
