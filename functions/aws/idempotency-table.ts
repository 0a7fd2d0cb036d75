import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { isConditionFailed } from './aws-errors.ts';
import type { TableDeps } from './clients.ts';

/** The stored answer to a request with an `Idempotency-Key`. Never holds a stream key, because responses have none. */
export interface IdempotencyRecord {
  /** Salted hash of query and body: distinguishes different requests under one key, and one claim from another. */
  requestHash: string;
  /** Null while the first request is still in progress. */
  response: { status: number; headers: Record<string, string>; body: string } | null;
  /** Seconds since the epoch. DynamoDB expires items late, so readers check this themselves. */
  expiresAt: number;
}

const PARTITION = 'IDEMPOTENCY';

/** Claims a key. @returns null when this request now holds it, otherwise the record stored under it */
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
  // The holder released the key after the write was refused, so claim it again.
  if (!stored) return claimIdempotencyKey({ clients, deployment }, key, record, nowSeconds);
  // When the SDK repeats a write whose answer was lost, its own first write makes the condition fail.
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

/** Releases a claimed key, so that a request that changed nothing can be repeated. */
export async function releaseIdempotencyKey({ clients, deployment }: TableDeps, key: string): Promise<void> {
  await clients.table.send(new DeleteCommand({ TableName: deployment.tableName, Key: { pk: PARTITION, sk: key } }));
}
