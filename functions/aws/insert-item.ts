import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { isConditionFailed } from './aws-errors.ts';
import type { TableDeps } from './clients.ts';

/**
 * Stores a new item.
 * @returns false when its key is taken, also by this very item: the SDK repeats a write whose answer was lost
 */
export async function insertItem(
  { clients, deployment }: TableDeps,
  item: { pk: string; sk: string } & Record<string, unknown>,
): Promise<boolean> {
  try {
    await clients.table.send(
      new PutCommand({
        TableName: deployment.tableName,
        Item: item,
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}
