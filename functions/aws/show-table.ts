import { isDeepStrictEqual } from 'node:util';
import { DeleteCommand, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { isOpen, type Show } from '../domain/show.ts';
import { DAY_MS } from '../domain/utc-day.ts';
import { isConditionFailed } from './aws-errors.ts';
import { changeRecord } from './change-record.ts';
import type { TableDeps } from './clients.ts';
import { queryPartition } from './query-partition.ts';

/**
 * Shows. Those that have not ended are one partition that is small, because their number is limited. Ended ones are kept
 * twice and never change: by id, and by their start, so that a page of past shows costs the same wherever it is and
 * however many there are. A show ends by a write in its place; moving it is three more writes, which can be repeated.
 */

const OPEN = 'SHOWS';
const PAST = 'PAST-SHOWS';
const PAST_BY_ID = 'PAST-SHOW#';
/** How long past shows are kept: a whole year can be compared with the one before its last month. */
const KEPT_DAYS = 400;

/** What records of earlier versions do not have. */
const ABSENT: Pick<Show, 'sourceLostMinutes' | 'ceiling'> = { sourceLostMinutes: null, ceiling: null };

function fromItem(item: Record<string, unknown>): Show {
  const { pk: _pk, sk: _sk, expiresAt: _expiresAt, ...show } = item;
  return { ...ABSENT, ...show } as unknown as Show;
}

/** Lists all shows that have not ended, in the order of their starts. */
export async function listOpenShows(deps: TableDeps): Promise<Show[]> {
  const found = await queryPartition(deps, OPEN);
  return found.map(({ item }) => fromItem(item)).toSorted(byStart);
}

/** Compares for the order of starts; equal starts sort by id. */
export function byStart(one: ShowPlace, other: ShowPlace): number {
  const [left, right] = [toPlaceKey(one), toPlaceKey(other)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** A place in a list of shows. */
export type ShowPlace = Pick<Show, 'startsAt' | 'showId'>;

function toPlaceKey({ startsAt, showId }: ShowPlace): string {
  return `${startsAt}#${showId}`;
}

/** A page of a list of shows. */
export interface ShowPage {
  limit: number;
  /** The last show of the previous page. */
  after: ShowPlace | null;
  /** Only shows that start then or later, and before. RFC 3339, UTC. */
  from: string | null;
  to: string | null;
}

/** Sorts after every start. */
const LAST_START = '~';

/** Lists one page of past shows, the newest start first. */
export async function listPastShows(
  { clients, deployment }: TableDeps,
  { limit, after, from, to }: ShowPage,
): Promise<{ shows: Show[]; hasMore: boolean }> {
  const { Items: items = [], LastEvaluatedKey: last } = await clients.table.send(
    new QueryCommand({
      TableName: deployment.tableName,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      // A start without the id of its show sorts before every show that starts then.
      ExpressionAttributeValues: { ':pk': PAST, ':from': from ?? '0', ':to': to ?? LAST_START },
      ScanIndexForward: false,
      Limit: limit,
      ExclusiveStartKey: after === null ? undefined : { pk: PAST, sk: toPlaceKey(after) },
    }),
  );
  return { shows: items.map(fromItem), hasMore: last !== undefined };
}

/** Reads a show by its id, strongly consistent. Null when there is none. */
export async function getShow(deps: TableDeps, showId: string): Promise<Show | null> {
  return (await getItem(deps, openKey(showId))) ?? (await getItem(deps, pastKey(showId)));
}

async function getItem({ clients, deployment }: TableDeps, key: { pk: string; sk: string }): Promise<Show | null> {
  const { Item: item } = await clients.table.send(
    new GetCommand({ TableName: deployment.tableName, Key: key, ConsistentRead: true }),
  );
  return item ? fromItem(item) : null;
}

function openKey(showId: string) {
  return { pk: OPEN, sk: showId };
}

function pastKey(showId: string) {
  return { pk: `${PAST_BY_ID}${showId}`, sk: 'show' };
}

/** Stores a new show. @returns false when the id is taken */
export function insertShow(deps: TableDeps, show: Show): Promise<boolean> {
  return put(deps, show, { ConditionExpression: 'attribute_not_exists(pk)' });
}

/** Stores a changed show. @returns the show as stored; null when another process has changed it since it was read */
export async function writeShow(deps: TableDeps, before: Show, after: Show): Promise<Show | null> {
  const next = { ...after, writeCount: before.writeCount + 1 };
  const isWritten = await put(deps, next, {
    ConditionExpression: 'writeCount = :count',
    ExpressionAttributeValues: { ':count': before.writeCount },
  });
  return isWritten ? next : null;
}

async function put(
  deps: TableDeps,
  show: Show,
  condition: { ConditionExpression: string; ExpressionAttributeValues?: Record<string, unknown> },
): Promise<boolean> {
  const { clients, deployment } = deps;
  try {
    await clients.table.send(
      new PutCommand({ TableName: deployment.tableName, Item: { ...show, ...openKey(show.showId) }, ...condition }),
    );
    return true;
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
  }
  // When the SDK repeats a write whose answer was lost, its own first write makes the condition fail.
  const stored = await getItem(deps, openKey(show.showId));
  return stored !== null && isDeepStrictEqual(stored, show);
}

/**
 * Reads, changes and writes a show, and computes the change again when another writer came first.
 * @param change returns the show to store, or the same object to write nothing
 * @returns the show as stored; null when it does not exist
 * @throws {AppError} `concurrent_change` when other writers came first on every attempt
 */
export function changeShow(deps: TableDeps, showId: string, change: (show: Show) => Show): Promise<Show | null> {
  return changeRecord(`show ${showId}`, {
    read: () => getShow(deps, showId),
    change,
    write: async (before, after) => (await writeShow(deps, before, after)) !== null,
  });
}

/** Deletes an open show. @returns false when another process has changed it since it was read */
export async function deleteShow({ clients, deployment }: TableDeps, show: Show): Promise<boolean> {
  try {
    await clients.table.send(
      new DeleteCommand({
        TableName: deployment.tableName,
        Key: openKey(show.showId),
        ConditionExpression: 'attribute_not_exists(pk) OR writeCount = :count',
        ExpressionAttributeValues: { ':count': show.writeCount },
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}

/** Moves an ended show to the past ones. Repeating it is harmless. */
export async function archiveShow(deps: TableDeps, show: Show): Promise<void> {
  if (isOpen(show)) return;
  const { clients, deployment } = deps;
  const expiresAt = Math.floor((Date.parse(show.endedAt ?? show.startsAt) + KEPT_DAYS * DAY_MS) / 1000);
  for (const key of [pastKey(show.showId), { pk: PAST, sk: toPlaceKey(show) }]) {
    await clients.table.send(new PutCommand({ TableName: deployment.tableName, Item: { ...show, ...key, expiresAt } }));
  }
  await deleteShow(deps, show);
}
