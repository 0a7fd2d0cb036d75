import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { isConditionFailed } from './aws-errors.ts';
import type { TableDeps } from './clients.ts';

/** What was answered to a request that carried an `Idempotency-Key`. Never holds a stream key: responses have none. */
export interface IdempotencyRecord {
  /** Hash of method, path and body; another hash under the same key is another request. */
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
  return (item as IdempotencyRecord | undefined) ?? null;
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
