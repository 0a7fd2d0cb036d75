import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { isConditionFailed } from './aws-errors.ts';
import type { TableDeps } from './clients.ts';
import { queryPartition } from './query-partition.ts';

/**
 * Items that a secret leads to, one for each, by the digest of the secret in one partition. One that has ended is kept
 * for a while, so that the holder of the secret learns why it no longer works.
 */

/** How long an item is kept after its end. */
const KEPT_SECONDS = 30 * 86_400;

interface Ending {
  /** Null: it never ends by itself. */
  expiresAt: string | null;
}

/** A conditional update of one item. */
interface Change {
  UpdateExpression: string;
  ConditionExpression: string;
  ExpressionAttributeValues: Record<string, unknown>;
}

/** Returns when the table deletes an item that ends at a time, in Unix seconds. */
export function deletedAt(endsAt: string): number {
  return Math.floor(Date.parse(endsAt) / 1000) + KEPT_SECONDS;
}

/** Creates the access to the items of one partition. */
export function createSecretItems<Item extends Ending>(partition: string) {
  const keyOf = (digest: string) => ({ pk: partition, sk: digest });

  /** The table deletes an item at `expiresAt`, so its own expiry has another name. */
  function toItem({ pk: _pk, sk: _sk, expiresAt: _expiresAt, validUntil, ...item }: Record<string, unknown>): Item {
    return { ...item, expiresAt: validUntil } as unknown as Item;
  }

  return {
    /** Stores a new item. */
    async insert({ clients, deployment }: TableDeps, digest: string, { expiresAt, ...item }: Item): Promise<void> {
      await clients.table.send(
        new PutCommand({
          TableName: deployment.tableName,
          Item: {
            ...item,
            ...keyOf(digest),
            validUntil: expiresAt,
            ...(expiresAt === null ? {} : { expiresAt: deletedAt(expiresAt) }),
          },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
    },
    /** Reads an item, strongly consistent, so that its end holds at once. Null for an unknown digest. */
    async get({ clients, deployment }: TableDeps, digest: string): Promise<Item | null> {
      const { Item: item } = await clients.table.send(
        new GetCommand({ TableName: deployment.tableName, Key: keyOf(digest), ConsistentRead: true }),
      );
      return item ? toItem(item) : null;
    },
    /** Lists all items with their digests. */
    async list(deps: TableDeps): Promise<{ digest: string; item: Item }[]> {
      return (await queryPartition(deps, partition)).map(({ item, sk }) => ({ digest: sk, item: toItem(item) }));
    },
    /** @returns false when the condition does not hold */
    async update({ clients, deployment }: TableDeps, digest: string, change: Change): Promise<boolean> {
      try {
        await clients.table.send(new UpdateCommand({ TableName: deployment.tableName, Key: keyOf(digest), ...change }));
        return true;
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
        return false;
      }
    },
  };
}
