import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Ceiling, CeilingPeriod } from '../domain/ceiling.ts';
import type { SpendingSummary } from '../domain/spending.ts';
import { isConditionFailed } from './aws-errors.ts';
import type { TableDeps } from './clients.ts';
import { queryPartition } from './query-partition.ts';
import { getRevised, putRevised } from './revised-item.ts';

/** Ceilings, a few items in one partition, and the summaries of the spending that they are compared with. */

const PARTITION = 'CEILINGS';
const SUMMARIES = 'SPENDING';
/** A month and a few days. A summary is computed again when it is missing. */
const SUMMARY_KEPT_SECONDS = 35 * 86_400;

/** Lists all ceilings. */
export async function listCeilings(deps: TableDeps): Promise<Ceiling[]> {
  const found = await queryPartition(deps, PARTITION);
  return found.map(({ item }) => item as unknown as Ceiling);
}

const keyOf = (period: CeilingPeriod) => ({ pk: PARTITION, sk: period });

/** Reads one ceiling, strongly consistent. Returns null when it is not set. */
export function getCeiling(deps: TableDeps, period: CeilingPeriod): Promise<Ceiling | null> {
  return getRevised(deps, keyOf(period));
}

/**
 * Stores a ceiling.
 * @param before as it was read; null for a new one
 * @returns the ceiling as stored; null when another writer came first
 */
export function putCeiling(deps: TableDeps, before: Ceiling | null, after: Ceiling): Promise<Ceiling | null> {
  return putRevised(deps, keyOf(after.period), before, after);
}

/** Deletes a ceiling. @returns false when another writer came first */
export async function deleteCeiling({ clients, deployment }: TableDeps, before: Ceiling): Promise<boolean> {
  try {
    await clients.table.send(
      new DeleteCommand({
        TableName: deployment.tableName,
        Key: keyOf(before.period),
        ConditionExpression: 'revision = :revision',
        ExpressionAttributeValues: { ':revision': before.revision },
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}

const summaryKey = (period: CeilingPeriod, startMs: number) => ({
  pk: SUMMARIES,
  sk: `${period}#${new Date(startMs).toISOString().slice(0, 10)}`,
});

/** Reads the summary of a period. An older one than the newest is as good: then more of the history is read. */
export async function getSpendingSummary(
  { clients, deployment }: TableDeps,
  period: CeilingPeriod,
  startMs: number,
): Promise<SpendingSummary | null> {
  const { Item: item } = await clients.table.send(
    new GetCommand({ TableName: deployment.tableName, Key: summaryKey(period, startMs) }),
  );
  if (!item) return null;
  const { pk: _pk, sk: _sk, expiresAt: _expiresAt, ...summary } = item;
  return summary as SpendingSummary;
}

/** Stores the summary of a period. Each is complete, so it does not matter which of several writers is last. */
export async function putSpendingSummary(
  { clients, deployment }: TableDeps,
  period: CeilingPeriod,
  startMs: number,
  summary: SpendingSummary,
): Promise<void> {
  const expiresAt = Math.floor(startMs / 1000) + SUMMARY_KEPT_SECONDS;
  await clients.table.send(
    new PutCommand({
      TableName: deployment.tableName,
      Item: { ...summaryKey(period, startMs), ...summary, expiresAt },
    }),
  );
}
