import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { AwsDeps } from './clients.ts';

/** All items of one partition in the order of their sort keys, without the table's own keys. */
export async function queryPartition(
  { clients, deployment }: AwsDeps,
  partition: string,
): Promise<{ sk: string; item: Record<string, unknown> }[]> {
  const found: { sk: string; item: Record<string, unknown> }[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await clients.table.send(
      new QueryCommand({
        TableName: deployment.tableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': partition },
        ConsistentRead: true,
        ExclusiveStartKey: start,
      }),
    );
    for (const { pk: _pk, sk, ...item } of page.Items ?? []) found.push({ sk: String(sk), item });
    start = page.LastEvaluatedKey;
  } while (start);
  return found;
}
