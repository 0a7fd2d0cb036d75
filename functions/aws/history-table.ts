import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Destination, Operation, RecordedRun, TimelineEntry } from '../domain/destination.ts';
import type { IncidentEntry } from '../domain/incident-timeline.ts';
import type { HistoryLike } from '../domain/timeline.ts';
import { DAY_MS, dayOf, startOfDay } from '../domain/utc-day.ts';
import { isConditionFailed } from './aws-errors.ts';
import type { TableDeps } from './clients.ts';
import { insertItem } from './insert-item.ts';
import { HISTORY_BY_DAY } from './names.ts';
import { queryPages } from './query-partition.ts';

/**
 * The history of destinations: finished operations, edits, changes of health and drift. A row carries the destination's
 * name at the time, because the record may be gone when the row is read, and the channel run it mentions, from which
 * costs are computed.
 *
 * The index HistoryByDay (partition `day`, sort key `at`) holds only these rows, because nothing else in the table has
 * both attributes.
 */

const HISTORY = 'HISTORY#';
/** Days that the history is kept. */
export const HISTORY_DAYS = 90;

const expiryOf = (at: string) => Math.floor((Date.parse(at) + HISTORY_DAYS * DAY_MS) / 1000);

/** The destination a row belongs to, and its name at the time. */
type Owner = Pick<Destination, 'destinationId' | 'name'>;

/** The attributes that every row of the history has. */
interface HistoryRow {
  /** When the event was recorded; for an operation, when it ended. */
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
 * Stores a finished operation for 90 days. The first write wins, so a process that was given up and wakes later cannot
 * overwrite the outcome.
 * @param run the channel run that the operation began, met or ended
 */
export async function putOperation(
  deps: TableDeps,
  owner: Owner,
  operation: Operation,
  run?: RecordedRun,
): Promise<void> {
  const key = operationKey(owner.destinationId, operation.generation);
  const row = historyRow(owner, operation.endedAt ?? operation.startedAt, run);
  await insertItem(deps, { ...key, ...operation, ...row });
}

/** Reads a finished operation, strongly consistent because callers ask as it ends. Returns null when it is missing. */
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

/** Records an incident, in the place of what was recorded of it at an earlier revision. */
export async function putIncidentEntry(
  { clients, deployment }: TableDeps,
  { owner, entry, order, revision }: IncidentEntry,
): Promise<void> {
  try {
    await clients.table.send(
      new PutCommand({
        TableName: deployment.tableName,
        Item: { ...entryKey(owner, entry, order), ...entry, revision, ...historyRow(owner, entry.at, undefined) },
        // A process that was slow must not write that an incident is open when it has been resolved meanwhile.
        ConditionExpression: 'attribute_not_exists(pk) OR revision < :revision',
        ExpressionAttributeValues: { ':revision': revision },
      }),
    );
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
  }
}

function entryKey({ destinationId }: Owner, { at }: TimelineEntry, order: number | string) {
  return { pk: `${HISTORY}${destinationId}`, sk: `entry#${at}#${order}` };
}

/** Records an event that is not an operation. @param order distinguishes events of the same instant */
export async function putTimelineEntry(
  { clients, deployment }: TableDeps,
  owner: Owner,
  entry: TimelineEntry,
  order: number | string,
  run?: RecordedRun,
): Promise<void> {
  await clients.table.send(
    new PutCommand({
      TableName: deployment.tableName,
      Item: {
        ...entryKey(owner, entry, order),
        ...entry,
        ...historyRow(owner, entry.at, run),
      },
    }),
  );
}

/** One row of the history: a finished operation or another event. */
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
 * Reads the history of one destination.
 * @param newest at most this many of each kind, the newest ones; all when left out
 * @returns first the other events, then the operations; each newest first
 */
export async function listHistory(deps: TableDeps, destinationId: string, newest = Infinity): Promise<HistoryEntry[]> {
  const of = (kind: string) => listNewest(deps, `${HISTORY}${destinationId}`, kind, newest);
  const [entries, operations] = await Promise.all([of('entry#'), of('operation#')]);
  return [...entries, ...operations];
}

/** Reads the newest finished operations of one destination, newest first. */
export async function listOperations(deps: TableDeps, destinationId: string, newest: number): Promise<Operation[]> {
  const rows = await listNewest(deps, `${HISTORY}${destinationId}`, 'operation#', newest);
  return rows.flatMap(({ operation }) => operation ?? []);
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
 * Reads the history of all destinations within a period, newest first, page by page and day by day, so a caller that
 * has enough stops reading. On AWS an index lags slightly behind the table.
 * @param between both ends included
 * @param only `runs` leaves out rows that mention no channel run
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
