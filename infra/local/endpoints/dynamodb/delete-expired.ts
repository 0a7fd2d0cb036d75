import { DeleteCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { isConditionFailed } from '../../../../functions/aws/aws-errors.ts';
import type { TableDeps } from '../../../../functions/aws/clients.ts';
import { TIME_TO_LIVE_ATTRIBUTE } from './table-definition.ts';

/**
 * Deletes the items that have expired. AWS does this within a few days of the expiry; readers must not rely on it in
 * either place.
 * @returns how many it deleted
 */
export async function deleteExpired({ clients, deployment }: TableDeps, now: Date): Promise<number> {
  const condition = {
    ExpressionAttributeNames: { '#expiry': TIME_TO_LIVE_ATTRIBUTE },
    ExpressionAttributeValues: { ':now': Math.floor(now.getTime() / 1000) },
  };
  const isExpired = '#expiry < :now';
  let deleted = 0;
  let startKey: Record<string, unknown> | undefined;
  do {
    const page = await clients.table.send(
      new ScanCommand({
        TableName: deployment.tableName,
        FilterExpression: isExpired,
        ...(startKey ? { ExclusiveStartKey: startKey } : {}),
        ...condition,
      }),
    );
    for (const { pk, sk } of page.Items ?? []) {
      try {
        // An idempotency key may have been claimed again since the scan.
        const Key = { pk, sk };
        await clients.table.send(
          new DeleteCommand({ TableName: deployment.tableName, Key, ConditionExpression: isExpired, ...condition }),
        );
        deleted += 1;
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
      }
    }
    startKey = page.LastEvaluatedKey;
  } while (startKey);
  return deleted;
}
