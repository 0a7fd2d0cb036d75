import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { isConditionFailed } from './aws-errors.ts';
import type { TableDeps } from './clients.ts';

/** What was answered to a request that carried an `Idempotency-Key`. Never holds a stream key: responses have none. */
export interface IdempotencyRecord {
  /** Salted hash of query and body: it tells another request under the same key, and each claim from every other. */
  requestHash: string;
  /** Null while the first request is still being worked on. */
  response: { status: number; headers: Record<string, string>; body: string } | null;
  /** Seconds since the epoch. DynamoDB's expiry is lazy, so readers check it themselves. */
  expiresAt: number;
}

const PARTITION = 'IDEMPOTENCY';

/** Claims a key. @returns null when it is now ours, else what is stored under it */
export async function claimIdempotencyKey(
  { clients, deployment }: TableDeps,
  key: string,
  record: IdempotencyRecord,
  nowSeconds: number,
): Promise<IdempotencyRecord | null> {
  try {
    await clients.table.send(
      new PutCommand({
        TableName: deployment.tableName,
        Item: { pk: PARTITION, sk: key, ...record },
        ConditionExpression: 'attribute_not_exists(pk) OR expiresAt < :now',
        ExpressionAttributeValues: { ':now': nowSeconds },
      }),
    );
    return null;
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
  }
  const { Item: item } = await clients.table.send(
    new GetCommand({ TableName: deployment.tableName, Key: { pk: PARTITION, sk: key }, ConsistentRead: true }),
  );
  const stored = item as IdempotencyRecord | undefined;
  // Given back since we were refused: it is anybody's again.
  if (!stored) return claimIdempotencyKey({ clients, deployment }, key, record, nowSeconds);
  // The SDK repeats a write whose answer was lost, and is refused by what it has written itself.
  return stored.requestHash === record.requestHash ? null : stored;
}

/** Stores the answer under a claimed key. */
export async function completeIdempotencyKey(
  { clients, deployment }: TableDeps,
  key: string,
  record: IdempotencyRecord,
): Promise<void> {
  await clients.table.send(
    new PutCommand({ TableName: deployment.tableName, Item: { pk: PARTITION, sk: key, ...record } }),
  );
}

/** Gives a claimed key back, so that a request that changed nothing can be repeated. */
export async function releaseIdempotencyKey({ clients, deployment }: TableDeps, key: string): Promise<void> {
  await clients.table.send(new DeleteCommand({ TableName: deployment.tableName, Key: { pk: PARTITION, sk: key } }));
}
