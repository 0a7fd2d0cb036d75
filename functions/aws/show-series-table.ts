import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import type { ShowSeries } from '../domain/show-series.ts';
import type { TableDeps } from './clients.ts';
import { queryPartition } from './query-partition.ts';
import { getRevised, putRevised } from './revised-item.ts';

/** Series of shows, one partition that is small, because their number is limited. */

const PARTITION = 'SHOW-SERIES';

/** Lists all series. */
export async function listSeries(deps: TableDeps): Promise<ShowSeries[]> {
  const found = await queryPartition(deps, PARTITION);
  return found.map(({ item }) => item as unknown as ShowSeries);
}

const keyOf = (seriesId: string) => ({ pk: PARTITION, sk: seriesId });

/** Reads a series, strongly consistent. Null when it has ended or was cancelled. */
export function getSeries(deps: TableDeps, seriesId: string): Promise<ShowSeries | null> {
  return getRevised(deps, keyOf(seriesId));
}

/**
 * Stores a series.
 * @param before as it was read; null for a new one
 * @returns the series as stored; null when another writer came first
 */
export function putSeries(deps: TableDeps, before: ShowSeries | null, after: ShowSeries): Promise<ShowSeries | null> {
  return putRevised(deps, keyOf(after.seriesId), before, after);
}

/** Deletes a series, so that no further shows are made. Repeating it is harmless. */
export async function deleteSeries({ clients, deployment }: TableDeps, seriesId: string): Promise<void> {
  await clients.table.send(new DeleteCommand({ TableName: deployment.tableName, Key: keyOf(seriesId) }));
}
