import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { NotificationTarget } from '../domain/notification-target.ts';
import { changeRecord, replaceItem } from './change-record.ts';
import type { TableDeps } from './clients.ts';
import { queryPartition } from './query-partition.ts';

/** Notification targets: a few items in one partition, so that all that want an event are found by one Query. */

const PARTITION = 'NOTIFICATION-TARGETS';

/** Lists all targets, oldest first. */
export async function listTargets(deps: TableDeps): Promise<NotificationTarget[]> {
  const found = await queryPartition(deps, PARTITION);
  return found.map(({ item }) => item as unknown as NotificationTarget);
}

/** Reads one target, strongly consistent. Returns null when it does not exist. */
export async function getTarget(
  { clients, deployment }: TableDeps,
  targetId: string,
): Promise<NotificationTarget | null> {
  const { Item: item } = await clients.table.send(
    new GetCommand({
      TableName: deployment.tableName,
      Key: { pk: PARTITION, sk: targetId },
      ConsistentRead: true,
    }),
  );
  if (!item) return null;
  const { pk: _pk, sk: _sk, ...target } = item;
  return target as NotificationTarget;
}

/** Stores a new target. */
export async function insertTarget({ clients, deployment }: TableDeps, target: NotificationTarget): Promise<void> {
  await clients.table.send(
    new PutCommand({ TableName: deployment.tableName, Item: { pk: PARTITION, sk: target.targetId, ...target } }),
  );
}

/**
 * Reads, changes and writes a target, and computes the change again when another writer came first.
 * @param change returns the target to store, or the same object to write nothing
 * @returns the target as stored; null when it does not exist
 * @throws {AppError} `concurrent_change` when other writers came first on every attempt
 */
export function changeTarget(
  deps: TableDeps,
  targetId: string,
  change: (target: NotificationTarget) => NotificationTarget,
): Promise<NotificationTarget | null> {
  return changeRecord(`notification target ${targetId}`, {
    read: () => getTarget(deps, targetId),
    change,
    write: (before, after) => replaceItem(deps, before, { pk: PARTITION, sk: targetId, ...after }),
  });
}

/** Deletes a target with its secrets. Its deliveries stay until they expire. @returns false when it did not exist */
export async function deleteTarget({ clients, deployment }: TableDeps, targetId: string): Promise<boolean> {
  const { Attributes: before } = await clients.table.send(
    new DeleteCommand({
      TableName: deployment.tableName,
      Key: { pk: PARTITION, sk: targetId },
      ReturnValues: 'ALL_OLD',
    }),
  );
  return before !== undefined;
}
