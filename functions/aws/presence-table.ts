import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { PRESENT_SECONDS, type Presence } from '../domain/presence.ts';
import type { TableDeps } from './clients.ts';
import { queryPages } from './query-partition.ts';

/** Open tabs of the dashboard, one item each. */

const PARTITION = 'PRESENCE';

/** The name is part of the key, so that no caller can write or delete the tab of another person. */
const keyOf = (name: string, presenceId: string) => ({ pk: PARTITION, sk: `${name}#${presenceId}` });

/** Stores that a tab is open. */
export async function putPresence({ clients, deployment }: TableDeps, presence: Presence, now: Date): Promise<void> {
  const { name, presenceId } = presence;
  const expiresAt = Math.floor(now.getTime() / 1000) + PRESENT_SECONDS;
  await clients.table.send(
    new PutCommand({ TableName: deployment.tableName, Item: { ...keyOf(name, presenceId), ...presence, expiresAt } }),
  );
}

/** Forgets a tab that was closed. It is no error when it was not stored. */
export async function deletePresence(
  { clients, deployment }: TableDeps,
  { name, presenceId }: Pick<Presence, 'name' | 'presenceId'>,
): Promise<void> {
  await clients.table.send(new DeleteCommand({ TableName: deployment.tableName, Key: keyOf(name, presenceId) }));
}

/**
 * Lists the open tabs by name, eventually consistent. DynamoDB deletes expired items up to days later, so they are left
 * out here.
 */
export async function listPresences(deps: TableDeps, now: Date): Promise<Presence[]> {
  const found: Presence[] = [];
  const pages = queryPages(deps, {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': PARTITION },
  });
  for await (const items of pages) {
    for (const { presenceId, name, page, editing, expiresAt } of items) {
      if (Number(expiresAt) * 1000 <= now.getTime()) continue;
      found.push({ presenceId, name, page, editing } as Presence);
    }
  }
  return found;
}
