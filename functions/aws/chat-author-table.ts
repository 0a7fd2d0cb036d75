import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { CHAT_KEPT_MS } from '../domain/chat.ts';
import { DAY_MS } from '../domain/utc-day.ts';
import { isConditionFailed } from './aws-errors.ts';
import { CHAT_PARTITIONS, expiresAfter } from './chat-partitions.ts';
import type { TableDeps } from './clients.ts';

/**
 * Who writes in chats, as far as the limits need it. There are hashes of cookies and networks, and no address.
 *
 *   audience#chat-authors#<showId>    author#<authorId>              last message, approved or not
 *   audience#chat-authors#<showId>    name#<look of the name>        whose name it is
 *   audience#chat-rates#<showId>      <what>#<network>#<minute>      a counter
 *   audience#chat-salts               <day>                          random, deleted after days
 */

const authorKey = (showId: string, authorId: string) => ({
  pk: CHAT_PARTITIONS.authors(showId),
  sk: `author#${authorId}`,
});

/** Whether an author may write now. */
export type Turn = { isApproved: boolean } | { waitMs: number };

/** Takes the turn of an author: at most one message within the time of the slow mode, whatever process is asked. */
export async function takeTurn(
  { clients, deployment }: TableDeps,
  { showId, authorId, slowMs, now }: { showId: string; authorId: string; slowMs: number; now: Date },
): Promise<Turn> {
  const nowMs = now.getTime();
  const Key = authorKey(showId, authorId);
  try {
    const { Attributes: author } = await clients.table.send(
      new UpdateCommand({
        TableName: deployment.tableName,
        Key,
        UpdateExpression: 'SET lastAtMs = :now, expiresAt = :expires',
        // A clock that was set back must not silence the author.
        ConditionExpression: 'attribute_not_exists(lastAtMs) OR lastAtMs <= :before OR lastAtMs > :now',
        ExpressionAttributeValues: {
          ':now': nowMs,
          ':before': nowMs - slowMs,
          ':expires': expiresAfter(now, CHAT_KEPT_MS),
        },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return { isApproved: author?.['isApproved'] === true };
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
  }
  const { Item: author } = await clients.table.send(new GetCommand({ TableName: deployment.tableName, Key }));
  return { waitMs: Math.max(1, Number(author?.['lastAtMs'] ?? nowMs) + slowMs - nowMs) };
}

/** Records that a moderator has approved a message of an author, so that later ones are not held. */
export async function approveAuthor(
  { clients, deployment }: TableDeps,
  showId: string,
  authorId: string,
  now: Date,
): Promise<void> {
  await clients.table.send(
    new UpdateCommand({
      TableName: deployment.tableName,
      Key: authorKey(showId, authorId),
      UpdateExpression: 'SET isApproved = :true, expiresAt = :expires',
      ExpressionAttributeValues: { ':true': true, ':expires': expiresAfter(now, CHAT_KEPT_MS) },
    }),
  );
}

/** Reserves a name in a chat. @returns false when another author has one that looks the same */
export async function claimName(
  { clients, deployment }: TableDeps,
  { showId, look, authorId, now }: { showId: string; look: string; authorId: string; now: Date },
): Promise<boolean> {
  try {
    await clients.table.send(
      new PutCommand({
        TableName: deployment.tableName,
        Item: {
          pk: CHAT_PARTITIONS.authors(showId),
          sk: `name#${look}`,
          authorId,
          expiresAt: expiresAfter(now, CHAT_KEPT_MS),
        },
        ConditionExpression: 'attribute_not_exists(pk) OR authorId = :author',
        ExpressionAttributeValues: { ':author': authorId },
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}

const MINUTE_MS = 60_000;

/** Counts a request of a network. @returns false above the limit of the minute */
export async function countRequest(
  { clients, deployment }: TableDeps,
  {
    showId,
    what,
    network,
    perMinute,
    now,
  }: {
    showId: string;
    what: 'flag' | 'identity' | 'message';
    network: string;
    perMinute: number;
    now: Date;
  },
): Promise<boolean> {
  const minute = Math.floor(now.getTime() / MINUTE_MS);
  try {
    await clients.table.send(
      new UpdateCommand({
        TableName: deployment.tableName,
        Key: { pk: CHAT_PARTITIONS.rates(showId), sk: `${what}#${network}#${minute}` },
        UpdateExpression: 'SET expiresAt = :expires ADD requests :one',
        ConditionExpression: 'attribute_not_exists(requests) OR requests < :max',
        ExpressionAttributeValues: { ':one': 1, ':max': perMinute, ':expires': expiresAfter(now, MINUTE_MS * 2) },
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}

/** Longer than the two days for which a hash is compared. */
const SALT_KEPT_MS = 3 * DAY_MS;

/**
 * Returns the salt of a day, which is stored on first use and deleted after three days.
 * @param day such as `2026-12-06`
 * @param fresh random text, for the first use
 */
export async function readSalt(
  { clients, deployment }: TableDeps,
  { day, fresh, now }: { day: string; fresh: string; now: Date },
): Promise<string> {
  const Key = { pk: CHAT_PARTITIONS.salts, sk: day };
  const { Attributes: stored } = await clients.table.send(
    new UpdateCommand({
      TableName: deployment.tableName,
      Key,
      UpdateExpression: 'SET salt = if_not_exists(salt, :fresh), expiresAt = if_not_exists(expiresAt, :expires)',
      ExpressionAttributeValues: { ':fresh': fresh, ':expires': expiresAfter(now, SALT_KEPT_MS) },
      ReturnValues: 'ALL_NEW',
    }),
  );
  return String(stored?.['salt']);
}
