import { DeleteCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Destination, Observation, Operation, RecordedRun, TimelineEntry } from '../domain/destination.ts';
import { AppError } from '../domain/errors.ts';
import { isConditionFailed } from './aws-errors.ts';
import type { TableDeps } from './clients.ts';
import { queryPages, queryPartition } from './query-partition.ts';

/**
 * The single table. Items by partition and sort key:
 *
 *   DESTINATIONS             <destinationId>                    the record, its newest observation beside it
 *   HISTORY#<destination>    operation#<generation, 9 digits>   a finished operation, kept 90 days
 *                            entry#<time>#<order>               an edit, a change of health, kept 90 days
 *   ORPHANS                  <orphanId>                         see orphan-table.ts
 *   LEASES                   <name>                             see lease-table.ts
 *   IDEMPOTENCY              <principal>#<route>#<key>           see idempotency-table.ts, kept 24 hours
 *
 * The index HistoryByDay (partition `day`, sort key `at`) holds the rows of HISTORY, and only them: nothing else has
 * these two attributes. A row carries the destination's name as it was, because the record may be gone when it is read.
 *
 * A list is one Query, never a scan. Every write of a record is conditional on the write count it was computed from, so
 * two writers never overwrite each other's change; observations go into an attribute of their own and never conflict.
 */

const DESTINATIONS = 'DESTINATIONS';
const HISTORY_DAYS = 90;
const ATTEMPTS_MAX = 8;

type Item = Destination & { pk: string; sk: string };

/** A record written before there were groups is in none. */
function fromItem(item: Record<string, unknown>): Destination {
  const { pk: _pk, sk: _sk, ...record } = { group: null, ...item } as unknown as Item;
  return record;
}

/** Reads one record, strongly consistent; null when there is none. */
export async function getDestination(
  { clients, deployment }: TableDeps,
  destinationId: string,
): Promise<Destination | null> {
  const { Item: item } = await clients.table.send(
    new GetCommand({
      TableName: deployment.tableName,
      Key: { pk: DESTINATIONS, sk: destinationId },
      ConsistentRead: true,
    }),
  );
  return item ? fromItem(item) : null;
}

/** Lists records oldest first, one page. `after` is the last id of the page before. */
export async function listDestinations(
  { clients, deployment }: TableDeps,
  { limit, after }: { limit?: number; after?: string } = {},
): Promise<{ records: Destination[]; last: string | null }> {
  const { Items: items = [], LastEvaluatedKey: last } = await clients.table.send(
    new QueryCommand({
      TableName: deployment.tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': DESTINATIONS },
      ConsistentRead: true,
      Limit: limit,
      ExclusiveStartKey: after === undefined ? undefined : { pk: DESTINATIONS, sk: after },
    }),
  );
  return { records: items.map(fromItem), last: (last?.sk as string | undefined) ?? null };
}

/** Lists all records, following the pages. */
export async function listAllDestinations(deps: TableDeps): Promise<Destination[]> {
  const found = await queryPartition(deps, DESTINATIONS);
  return found.map(({ item }) => fromItem(item));
}

/** Stores a new record. @returns false when the id is taken */
export async function insertDestination({ clients, deployment }: TableDeps, record: Destination): Promise<boolean> {
  try {
    await clients.table.send(
      new PutCommand({
        TableName: deployment.tableName,
        Item: { ...record, pk: DESTINATIONS, sk: record.destinationId },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}

/**
 * Reads, changes and writes a record; computes again when somebody else wrote in between.
 * @param change returns the record to store, the same object for "nothing to write", or null to delete the record
 * @returns the record as it is now; null when there was none or it was deleted
 * @throws {AppError} `concurrent_change` when the record would not hold still
 */
export async function changeDestination(
  deps: TableDeps,
  destinationId: string,
  change: (record: Destination) => Destination | null,
): Promise<Destination | null> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const before = await getDestination(deps, destinationId);
    if (!before) return null;
    const after = change(before);
    if (after === before) return before;
    if (after === null ? await tryDelete(deps, before) : await tryWrite(deps, before, after)) {
      return after && { ...after, writeCount: before.writeCount + 1 };
    }
  }
  throw new AppError('concurrent_change', {
    detail: `destination ${destinationId} was changed by others ${ATTEMPTS_MAX} times while this change was made`,
    remedy: 'try again',
    retryAfterSeconds: 1,
  });
}

async function tryWrite({ clients, deployment }: TableDeps, before: Destination, after: Destination): Promise<boolean> {
  // Everything but the key and the observation, which has a writer of its own.
  const { destinationId: _id, observation: _observation, ...fields } = { ...after, writeCount: before.writeCount + 1 };
  const names = Object.keys(fields);
  try {
    await clients.table.send(
      new UpdateCommand({
        TableName: deployment.tableName,
        Key: { pk: DESTINATIONS, sk: before.destinationId },
        UpdateExpression: `SET ${names.map((_, index) => `#${index} = :${index}`).join(', ')}`,
        ConditionExpression: 'writeCount = :writeCount',
        ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#${index}`, name])),
        ExpressionAttributeValues: {
          ...Object.fromEntries(names.map((name, index) => [`:${index}`, fields[name as keyof typeof fields]])),
          ':writeCount': before.writeCount,
        },
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}

async function tryDelete({ clients, deployment }: TableDeps, before: Destination): Promise<boolean> {
  try {
    await clients.table.send(
      new DeleteCommand({
        TableName: deployment.tableName,
        Key: { pk: DESTINATIONS, sk: before.destinationId },
        ConditionExpression: 'writeCount = :writeCount',
        ExpressionAttributeValues: { ':writeCount': before.writeCount },
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}

/** Puts the newest observation beside a record; does nothing when the record is gone, or has been seen since. */
export async function putObservation(
  { clients, deployment }: TableDeps,
  destinationId: string,
  observation: Observation,
): Promise<void> {
  try {
    await clients.table.send(
      new UpdateCommand({
        TableName: deployment.tableName,
        Key: { pk: DESTINATIONS, sk: destinationId },
        UpdateExpression: 'SET observation = :observation',
        // A look that was held up must not write over a newer one.
        ConditionExpression:
          'attribute_exists(pk) AND (attribute_not_exists(observation.observedAt) OR observation.observedAt <= :at)',
        ExpressionAttributeValues: { ':observation': observation, ':at': observation.observedAt },
      }),
    );
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
  }
}

const expiryOf = (at: string) => Math.floor(Date.parse(at) / 1000) + HISTORY_DAYS * 86_400;

const HISTORY = 'HISTORY#';

/** Index over the history of all destinations. */
export const HISTORY_BY_DAY = 'HistoryByDay';

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

/** A finished operation from the history; null when there is none. */
export async function getOperation(
  { clients, deployment }: TableDeps,
  destinationId: string,
  generation: number,
): Promise<Operation | null> {
  const { Item: item } = await clients.table.send(
    new GetCommand({ TableName: deployment.tableName, Key: operationKey(destinationId, generation) }),
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
export interface HistoryEntry {
  destinationId: string;
  /** Null in rows of a version that did not keep it. */
  destinationName: string | null;
  /** Tells rows of one destination apart. */
  key: string;
  at: string;
  operation: Operation | null;
  entry: TimelineEntry | null;
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

/** Everything kept of a destination: finished operations, and what happened beside them. */
export async function listHistory(deps: TableDeps, destinationId: string): Promise<HistoryEntry[]> {
  const pk = `${HISTORY}${destinationId}`;
  return (await queryPartition(deps, pk)).map(({ sk, item }) => toHistoryEntry({ ...item, pk, sk }));
}

const DAY_MS = 86_400_000;

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
  const first = Math.floor(between.from.getTime() / DAY_MS) * DAY_MS;
  for (let day = Math.floor(between.to.getTime() / DAY_MS) * DAY_MS; day >= first; day -= DAY_MS) {
    const pages = queryPages(deps, {
      IndexName: HISTORY_BY_DAY,
      KeyConditionExpression: '#day = :day AND #at BETWEEN :from AND :to',
      ...(only === 'runs' ? { FilterExpression: 'attribute_exists(run)' } : {}),
      ExpressionAttributeNames: { '#day': 'day', '#at': 'at' },
      ExpressionAttributeValues: {
        ':day': new Date(day).toISOString().slice(0, 10),
        ':from': between.from.toISOString(),
        ':to': between.to.toISOString(),
      },
      ScanIndexForward: false,
    });
    for await (const items of pages) yield items.map((item) => toHistoryEntry(item));
  }
}
