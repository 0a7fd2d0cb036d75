import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Uptime, UptimeChange } from '../domain/uptime.ts';
import { DAY_MS } from '../domain/utc-day.ts';
import type { TableDeps } from './clients.ts';
import { queryPages } from './query-partition.ts';

/**
 * Uptime of finished UTC days, one item per destination and day on which it was wanted on air. All are in one partition
 * in the order of their days; 13 months of twenty destinations are about 8,000 small items.
 */
export interface UptimeDay extends Uptime {
  /** Such as `2026-11-21`. */
  day: string;
  destinationId: string;
  destinationName: string;
  /** What held at the end of the day and continues into the next one; null when it was not wanted on air any more. */
  carried: UptimeChange | null;
}

/** 13 months. */
export const UPTIME_DAYS = 400;

const PARTITION = 'UPTIME';
const NEWEST = { pk: 'UPTIME-NEWEST', sk: 'day' };

/** Lists the stored days. @param from, to the first and last day, both included */
export async function listUptimeDays(
  deps: TableDeps,
  { from, to }: { from: string; to: string },
): Promise<UptimeDay[]> {
  const days: UptimeDay[] = [];
  const pages = queryPages(deps, {
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    // The tilde sorts after every destination id.
    ExpressionAttributeValues: { ':pk': PARTITION, ':from': from, ':to': `${to}#~` },
    ConsistentRead: true,
  });
  for await (const items of pages) {
    for (const { pk: _pk, sk: _sk, expiresAt: _expiresAt, ...item } of items) days.push(item as unknown as UptimeDay);
  }
  return days;
}

/** Returns the newest day that is stored whole; null before the first. */
export async function getNewestUptimeDay({ clients, deployment }: TableDeps): Promise<string | null> {
  const { Item: item } = await clients.table.send(
    new GetCommand({ TableName: deployment.tableName, Key: NEWEST, ConsistentRead: true }),
  );
  return (item?.['day'] as string | undefined) ?? null;
}

/** Stores a finished day, then names it the newest. Storing it again writes the same. */
export async function putUptimeDay(
  { clients, deployment }: TableDeps,
  day: string,
  rows: readonly UptimeDay[],
): Promise<void> {
  const expiresAt = Math.floor((Date.parse(day) + UPTIME_DAYS * DAY_MS) / 1000);
  const items = rows.map((row) => ({ pk: PARTITION, sk: `${day}#${row.destinationId}`, ...row, expiresAt }));
  for (const Item of [...items, { ...NEWEST, day }]) {
    await clients.table.send(new PutCommand({ TableName: deployment.tableName, Item }));
  }
}
