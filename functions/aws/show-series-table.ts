import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { ShowSeries } from '../domain/show-series.ts';
import { isConditionFailed } from './aws-errors.ts';
import type { TableDeps } from './clients.ts';
import { queryPartition } from './query-partition.ts';

/** Series of shows, one partition that is small, because their number is limited. */

const PARTITION = 'SHOW-SERIES';

/** Lists all series. */
export async function listSeries(deps: TableDeps): Promise<ShowSeries[]> {
  const found = await queryPartition(deps, PARTITION);
  return found.map(({ item }) => item as unknown as ShowSeries);
}

/** Reads a series, strongly consistent. Null when it has ended or was cancelled. */
export async function getSeries({ clients, deployment }: TableDeps, seriesId: string): Promise<ShowSeries | null> {
  const { Item: item } = await clients.table.send(
    new GetCommand({ TableName: deployment.tableName, Key: { pk: PARTITION, sk: seriesId }, ConsistentRead: true }),
  );
  if (!item) return null;
  const { pk: _pk, sk: _sk, ...series } = item;
  return series as ShowSeries;
}

/**
 * Stores a series.
 * @param before as it was read; null for a new one
 * @returns the series as stored; null when another writer came first
 */
export async function putSeries(
  { clients, deployment }: TableDeps,
  before: ShowSeries | null,
  after: ShowSeries,
): Promise<ShowSeries | null> {
  const stored = { ...after, revision: (before?.revision ?? 0) + 1 };
  try {
    await clients.table.send(
      new PutCommand({
        TableName: deployment.tableName,
        Item: { pk: PARTITION, sk: after.seriesId, ...stored },
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

/** Deletes a series, so that no further shows are made. Repeating it is harmless. */
export async function deleteSeries({ clients, deployment }: TableDeps, seriesId: string): Promise<void> {
  await clients.table.send(
    new DeleteCommand({ TableName: deployment.tableName, Key: { pk: PARTITION, sk: seriesId } }),
  );
}
