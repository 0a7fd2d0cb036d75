import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { TableDeps } from './clients.ts';
import { sendQuery } from './shared-reads.ts';

/** Follows the pages of a Query, reading each page only when the caller asks for it. */
export async function* queryPages(
  deps: TableDeps,
  query: Omit<QueryCommandInput, 'TableName'>,
): AsyncGenerator<Record<string, unknown>[]> {
  let start: Record<string, unknown> | undefined;
  do {
    const page = await sendQuery(deps, { TableName: deps.deployment.tableName, ...query, ExclusiveStartKey: start });
    yield page.Items ?? [];
    start = page.LastEvaluatedKey;
  } while (start);
}

/** Reads all items of a partition in the order of their sort keys, without the table's own keys. */
export async function queryPartition(
  deps: TableDeps,
  partition: string,
): Promise<{ sk: string; item: Record<string, unknown> }[]> {
  const found: { sk: string; item: Record<string, unknown> }[] = [];
  const pages = queryPages(deps, {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': partition },
    ConsistentRead: true,
  });
  for await (const items of pages) {
    for (const { pk: _pk, sk, ...item } of items) found.push({ sk: String(sk), item });
  }
  return found;
}

/**
 * Reads one page of a partition in the reverse order of its sort keys, strongly consistent.
 * @param page.after the last sort key of the page before
 * @returns the items with the table's own keys, and the sort key after which the next page begins; null on the last page
 */
export async function queryNewest(
  deps: TableDeps,
  partition: string,
  { after, limit }: { limit: number; after?: string | undefined },
): Promise<{ items: Record<string, unknown>[]; last: string | null }> {
  const { Items: items = [], LastEvaluatedKey: last } = await sendQuery(deps, {
    TableName: deps.deployment.tableName,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': partition },
    ConsistentRead: true,
    ScanIndexForward: false,
    Limit: limit,
    ExclusiveStartKey: after === undefined ? undefined : { pk: partition, sk: after },
  });
  return { items, last: (last?.['sk'] as string | undefined) ?? null };
}
