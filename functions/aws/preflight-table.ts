import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Preflight } from '../domain/preflight.ts';
import { DAY_MS } from '../domain/utc-day.ts';
import { isConditionFailed } from './aws-errors.ts';
import type { TableDeps } from './clients.ts';

/**
 * The newest preflight of each show. It is not part of the show's record, because one of a hundred destinations is near
 * the size that an item may have, and the record is written at every step of the run sheet.
 */

/** Kept as long as shows are. */
const KEPT_DAYS = 400;

const keyOf = (showId: string) => ({ pk: `SHOW-PREFLIGHT#${showId}`, sk: 'newest' });

/** Stores a preflight unless a newer one is stored. @param startsAt start of the show */
export async function putPreflight(
  { clients, deployment }: TableDeps,
  { showId, startsAt }: { showId: string; startsAt: string },
  preflight: Preflight,
): Promise<void> {
  const newestMs = Math.max(Date.parse(startsAt), Date.parse(preflight.checkedAt));
  const expiresAt = Math.floor((newestMs + KEPT_DAYS * DAY_MS) / 1000);
  try {
    await clients.table.send(
      new PutCommand({
        TableName: deployment.tableName,
        Item: { ...preflight, ...keyOf(showId), expiresAt },
        ConditionExpression: 'attribute_not_exists(pk) OR checkedAt <= :at',
        ExpressionAttributeValues: { ':at': preflight.checkedAt },
      }),
    );
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
  }
}

/** Reads the newest preflight of a show, strongly consistent. Null before the first. */
export async function getPreflight({ clients, deployment }: TableDeps, showId: string): Promise<Preflight | null> {
  const { Item: item } = await clients.table.send(
    new GetCommand({ TableName: deployment.tableName, Key: keyOf(showId), ConsistentRead: true }),
  );
  if (!item) return null;
  const { pk: _pk, sk: _sk, expiresAt: _expiresAt, ...preflight } = item;
  return preflight as unknown as Preflight;
}
