import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Destination, Operation, RecordedRun, TimelineEntry } from '../domain/destination.ts';
import type { HistoryLike } from '../domain/timeline.ts';
import { DAY_MS, dayOf, startOfDay } from '../domain/utc-day.ts';
import { isConditionFailed } from './aws-errors.ts';
import type { TableDeps } from './clients.ts';
import { HISTORY_BY_DAY } from './names.ts';
import { queryPages } from './query-partition.ts';

/**
 * What has happened to destinations: their finished operations, and edits, changes of health and drift beside them. A
 * row carries the destination's name as it was, because the record may be gone when it is read, and the channel run it
 * mentions, of which the costs are made.
 *
 * The index HistoryByDay (partition `day`, sort key `at`) holds these rows, and only them: nothing else in the table has
 * these two attributes.
 */

const HISTORY = 'HISTORY#';
/** How long the history is kept. */
export const HISTORY_DAYS = 90;

const expiryOf = (at: string) => Math.floor((Date.parse(at) + HISTORY_DAYS * DAY_MS) / 1000);

/** Whose history it is, and what it was called. */
type Owner = Pick<Destination, 'destinationId' | 'name'>;

/** What a row of the history carries beside what happened. */
interface HistoryRow {
  /** When it was written down: for an operation, its end. */
  at: string;
  day: string;
  destinationName: string;
  expiresAt: number;
  run?: RecordedRun;
}

function historyRow({ name }: Owner, at: string, run: RecordedRun | undefined): HistoryRow {
  const row = { at, day: at.slice(0, 10), destinationName: name, expiresAt: expiryOf(at) };
  return run ? { ...row, run } : row;
}

function operationKey(destinationId: string, generation: number) {
  return { pk: `${HISTORY}${destinationId}`, sk: `operation#${String(generation).padStart(9, '0')}` };
}

/**
 * Keeps a finished operation for 90 days. The first ending stays: a process that was given up, and wakes up later, does
 * not write over what has been said of it.
 * @param run the channel run it began, met or ended
 */
export async function putOperation(
  { clients, deployment }: TableDeps,
  owner: Owner,
  operation: Operation,
  run?: RecordedRun,
): Promise<void> {
  const key = operationKey(owner.destinationId, operation.generation);
  const row = historyRow(owner, operation.endedAt ?? operation.startedAt, run);
  try {
    await clients.table.send(
      new PutCommand({
        TableName: deployment.tableName,
        Item: { ...key, ...operation, ...row },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
  }
}

/** A finished operation from the history, strongly consistent: it is asked for as it ends. Null when there is none. */
export async function getOperation(
  { clients, deployment }: TableDeps,
  destinationId: string,
  generation: number,
): Promise<Operation | null> {
  const { Item: item } = await clients.table.send(
    new GetCommand({
      TableName: deployment.tableName,
      Key: operationKey(destinationId, generation),
      ConsistentRead: true,
    }),
  );
  return item ? toHistoryEntry(item).operation : null;
}

/** Notes something that happened to a destination beside its operations. @param order tells entries of one instant apart */
export async function putTimelineEntry(
  { clients, deployment }: TableDeps,
  owner: Owner,
  entry: TimelineEntry,
  order: number,
  run?: RecordedRun,
): Promise<void> {
  await clients.table.send(
    new PutCommand({
      TableName: deployment.tableName,
      Item: {
        pk: `${HISTORY}${owner.destinationId}`,
        sk: `entry#${entry.at}#${order}`,
        ...entry,
        ...historyRow(owner, entry.at, run),
      },
    }),
  );
}

/** One row of the history: a finished operation, or what happened beside the operations. */
export interface HistoryEntry extends HistoryLike {
  run: RecordedRun | null;
}

function toHistoryEntry(item: Record<string, unknown>): HistoryEntry {
  const { pk, sk, expiresAt: _expiresAt, day: _day, destinationName, run, ...rest } = item;
  const row = {
    destinationId: String(pk).slice(HISTORY.length),
    destinationName: (destinationName as string | undefined) ?? null,
    key: String(sk),
    run: (run as RecordedRun | undefined) ?? null,
  };
  if (!row.key.startsWith('operation#')) {
    const entry = rest as unknown as TimelineEntry;
    return { ...row, at: entry.at, operation: null, entry };
  }
  const { at: _at, ...fields } = rest;
  const operation = fields as unknown as Operation;
  return { ...row, at: operation.endedAt ?? operation.startedAt, operation, entry: null };
}

/**
 * What is kept of a destination: its finished operations, and what happened beside them.
 * @param newest how many of each at most, the newest; all when left out
 * @returns what happened beside them first, then the operations; each newest first
 */
export async function listHistory(deps: TableDeps, destinationId: string, newest = Infinity): Promise<HistoryEntry[]> {
  const of = (kind: string) => listNewest(deps, `${HISTORY}${destinationId}`, kind, newest);
  const [entries, operations] = await Promise.all([of('entry#'), of('operation#')]);
  return [...entries, ...operations];
}

async function listNewest(deps: TableDeps, pk: string, kind: string, newest: number): Promise<HistoryEntry[]> {
  const found: HistoryEntry[] = [];
  const pages = queryPages(deps, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :kind)',
    ExpressionAttributeValues: { ':pk': pk, ':kind': kind },
    ConsistentRead: true,
    ScanIndexForward: false,
    ...(newest === Infinity ? {} : { Limit: newest }),
  });
  for await (const items of pages) {
    found.push(...items.map(toHistoryEntry));
    if (found.length >= newest) break;
  }
  return found.slice(0, newest);
}

/**
 * The history of all destinations within a time, newest first, page by page and day by day, so that whoever has seen
 * enough reads no further. On AWS an index is a moment behind the table.
 * @param between both included
 * @param only `runs` leaves out what does not mention a channel run
 */
export async function* readHistory(
  deps: TableDeps,
  between: { from: Date; to: Date },
  { only }: { only?: 'runs' } = {},
): AsyncGenerator<HistoryEntry[]> {
  if (between.from > between.to) return;
  const first = startOfDay(between.from).getTime();
  for (let day = startOfDay(between.to).getTime(); day >= first; day -= DAY_MS) {
    const pages = queryPages(deps, {
      IndexName: HISTORY_BY_DAY,
      KeyConditionExpression: '#day = :day AND #at BETWEEN :from AND :to',
      ...(only === 'runs' ? { FilterExpression: 'attribute_exists(run)' } : {}),
      ExpressionAttributeNames: { '#day': 'day', '#at': 'at' },
      ExpressionAttributeValues: {
        ':day': dayOf(new Date(day)),
        ':from': between.from.toISOString(),
        ':to': between.to.toISOString(),
      },
      ScanIndexForward: false,
    });
    for await (const items of pages) yield items.map((item) => toHistoryEntry(item));
  }
}
