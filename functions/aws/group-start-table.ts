import { isDeepStrictEqual } from 'node:util';
import { DeleteCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import type { GroupStart } from '../domain/group-start.ts';
import { changeRecord, replaceItem } from './change-record.ts';
import type { TableDeps } from './clients.ts';
import { insertItem } from './insert-item.ts';
import { queryPartition } from './query-partition.ts';

/** Group starts, one partition with the newest few: a new one removes the oldest of those that are over. */

const PARTITION = 'GROUP-STARTS';
const keyOf = (groupStartId: string) => ({ pk: PARTITION, sk: groupStartId });

/** Lists all group starts, the newest first. */
export async function listGroupStarts(deps: TableDeps): Promise<GroupStart[]> {
  const found = await queryPartition(deps, PARTITION);
  return found.map(({ item }) => item as unknown as GroupStart).toReversed();
}

/** Reads a group start, strongly consistent. Null when there is none, or no longer. */
export async function getGroupStart(
  { clients, deployment }: TableDeps,
  groupStartId: string,
): Promise<GroupStart | null> {
  const { Item: item } = await clients.table.send(
    new GetCommand({ TableName: deployment.tableName, Key: keyOf(groupStartId), ConsistentRead: true }),
  );
  if (!item) return null;
  const { pk: _pk, sk: _sk, ...groupStart } = item;
  return groupStart as unknown as GroupStart;
}

/** Stores a new group start. @returns false when the id is taken */
export async function insertGroupStart(deps: TableDeps, groupStart: GroupStart): Promise<boolean> {
  if (await insertItem(deps, { ...groupStart, ...keyOf(groupStart.groupStartId) })) return true;
  // When the SDK repeats a write whose answer was lost, its own first write makes the condition fail.
  return isDeepStrictEqual(await getGroupStart(deps, groupStart.groupStartId), groupStart);
}

/**
 * Reads, changes and writes a group start, and computes the change again when another writer came first.
 * @param change returns what to store, or the same object to write nothing
 * @returns the group start as stored; null when it does not exist
 * @throws {AppError} `concurrent_change` when other writers came first on every attempt
 */
export function changeGroupStart(
  deps: TableDeps,
  groupStartId: string,
  change: (groupStart: GroupStart) => GroupStart,
): Promise<GroupStart | null> {
  return changeRecord(`group start ${groupStartId}`, {
    read: () => getGroupStart(deps, groupStartId),
    change,
    write: (before, after) => replaceItem(deps, before, { ...after, ...keyOf(groupStartId) }),
  });
}

/** Removes a group start that is over. */
export async function deleteGroupStart({ clients, deployment }: TableDeps, groupStartId: string): Promise<void> {
  await clients.table.send(new DeleteCommand({ TableName: deployment.tableName, Key: keyOf(groupStartId) }));
}
