import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { AppError } from '../domain/errors.ts';
import { isConditionFailed } from './aws-errors.ts';
import type { TableDeps } from './clients.ts';

const ATTEMPTS_MAX = 8;

/** A record that counts its writes, so that a writer notices another one. */
interface Counted {
  writeCount: number;
}

/**
 * Reads, changes and writes a record, and computes the change again when another writer came first.
 * @param what names the record in the error
 * @param steps.change returns the record to store, the same object to write nothing, or null to delete the record
 * @param steps.write writes what `change` returned, with its new count; resolves to false when another writer came first
 * @returns the record as stored; null when it did not exist or was deleted
 * @throws {AppError} `concurrent_change` when other writers came first on every attempt
 */
export async function changeRecord<Stored extends Counted, Changed extends Stored | null>(
  what: string,
  steps: {
    read: () => Promise<Stored | null>;
    change: (before: Stored) => Changed;
    write: (before: Stored, after: Changed) => Promise<boolean>;
  },
): Promise<Stored | null> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const before = await steps.read();
    if (!before) return null;
    const changed = steps.change(before);
    if (changed === before) return before;
    const after = (changed && { ...changed, writeCount: before.writeCount + 1 }) as Changed;
    if (await steps.write(before, after)) return after;
  }
  throw new AppError('concurrent_change', {
    detail: `${what} was changed by others ${ATTEMPTS_MAX} times while this change was made`,
    remedy: 'try again',
    retryAfterSeconds: 1,
  });
}

/** Replaces a whole item. @returns false when it has been written since `before` was read */
export async function replaceItem(
  { clients, deployment }: TableDeps,
  before: Counted,
  item: Record<string, unknown>,
): Promise<boolean> {
  try {
    await clients.table.send(
      new PutCommand({
        TableName: deployment.tableName,
        Item: item,
        ConditionExpression: 'writeCount = :before',
        ExpressionAttributeValues: { ':before': before.writeCount },
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}
