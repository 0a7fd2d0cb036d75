import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { isConditionFailed } from './aws-errors.ts';
import type { TableDeps } from './clients.ts';

/** Items that count their changes in `revision`, so that a writer notices another one. */

interface Revised {
  revision: number;
}

interface ItemKey {
  pk: string;
  sk: string;
}

/** Reads an item, strongly consistent. Null when it does not exist. */
export async function getRevised<Stored extends Revised>(
  { clients, deployment }: TableDeps,
  key: ItemKey,
): Promise<Stored | null> {
  const { Item: item } = await clients.table.send(
    new GetCommand({ TableName: deployment.tableName, Key: key, ConsistentRead: true }),
  );
  if (!item) return null;
  const { pk: _pk, sk: _sk, ...stored } = item;
  return stored as unknown as Stored;
}

/**
 * Stores an item with its next revision.
 * @param before as it was read; null for a new one
 * @returns the item as stored; null when another writer came first
 */
export async function putRevised<Content extends object>(
  { clients, deployment }: TableDeps,
  key: ItemKey,
  before: Revised | null,
  after: Content,
): Promise<(Content & Revised) | null> {
  const stored = { ...after, revision: (before?.revision ?? 0) + 1 };
  try {
    await clients.table.send(
      new PutCommand({
        TableName: deployment.tableName,
        Item: { ...key, ...stored },
        ConditionExpression: before ? 'revision = :revision' : 'attribute_not_exists(pk)',
        ...(before ? { ExpressionAttributeValues: { ':revision': before.revision } } : {}),
      }),
    );
    return stored;
  } catch (error) {
    if (isConditionFailed(error)) return null;
    throw error;
  }
}
