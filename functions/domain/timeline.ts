import type { Destination, Operation, TimelineEntry } from './destination.ts';
import { readHealthEntry } from './health-alerts.ts';

/**
 * The timeline: what happened, one entry per event, newest first. A history row is written when an operation ends, but
 * yields two entries, its start and its end, so rows in their stored order do not yield entries in order. They are
 * sorted while they are read: a start waits until the rows have passed it. A start too far before its end is mentioned
 * in the entry of the end instead.
 */

/** How far before its end an operation's start is looked up: longer than all deadlines of a start together. */
export const LOOK_AHEAD_MS = 2 * 3_600_000;

/** One entry of the timeline. */
export interface TimelineItem {
  entryId: string;
  at: string;
  actor: string;
  kind: 'operation_began' | 'operation_ended' | TimelineEntry['kind'];
  /** The reason of a change of health or of a failed operation; null for other entries. */
  code: string | null;
  detail: string;
  operationId: string | null;
  destinationId: string;
  destinationName: string;
}

/** The parts of a history row that the timeline needs. */
export interface HistoryLike {
  destinationId: string;
  /** Null in rows of versions that did not keep it. */
  destinationName: string | null;
  /** Distinguishes rows of one destination. */
  key: string;
  at: string;
  operation: Operation | null;
  entry: TimelineEntry | null;
}

type Owner = Pick<TimelineItem, 'destinationId' | 'destinationName'>;

/** Returns the entries of one row, newest first. */
export function toTimelineItems(row: HistoryLike, destinationName: string): TimelineItem[] {
  const owner = { destinationId: row.destinationId, destinationName };
  if (row.operation) return operationItems(owner, row.operation);
  if (!row.entry) return [];
  const { at, actor, kind } = row.entry;
  const what = kind === 'health' ? readHealthEntry(row.entry) : { code: null, detail: row.entry.detail };
  return [{ entryId: `${row.destinationId}.${row.key}`, at, actor, kind, ...what, operationId: null, ...owner }];
}

/** Returns the start of the operation in flight, which the history does not have yet. */
export function itemsInFlight({ destinationId, name, operation }: Destination): TimelineItem[] {
  return operation ? [beginning({ destinationId, destinationName: name }, operation)] : [];
}

function beginning(owner: Owner, { operationId, kind, requestedBy, startedAt }: Operation): TimelineItem {
  return {
    entryId: `${operationId}.began`,
    at: startedAt,
    actor: requestedBy,
    kind: 'operation_began',
    code: null,
    detail: `${kind} began`,
    operationId,
    ...owner,
  };
}

function operationItems(owner: Owner, operation: Operation): TimelineItem[] {
  const { operationId, kind, startedAt, endedAt, outcome, supersededBy, error } = operation;
  if (!endedAt || !outcome) return [beginning(owner, operation)];
  const why = error ? `: ${error.detail}` : '';
  const isLong = Date.parse(endedAt) - Date.parse(startedAt) > LOOK_AHEAD_MS;
  const end: TimelineItem = {
    entryId: `${operationId}.ended`,
    at: endedAt,
    actor: supersededBy ?? 'workflow',
    kind: 'operation_ended',
    code: error?.code ?? null,
    detail: `${kind} ${outcome}${why}${isLong ? `; it began at ${startedAt}` : ''}`,
    operationId,
    ...owner,
  };
  return isLong ? [end] : [end, beginning(owner, operation)];
}

/** A place in the timeline; `entryId` distinguishes entries of the same instant. */
export type Position = Pick<TimelineItem, 'at' | 'entryId'>;

/** Compares for newest first. All times have the same format, so their text sorts like the times. */
export function newestFirst(one: Position, other: Position): number {
  return other.at === one.at ? compare(other.entryId, one.entryId) : compare(other.at, one.at);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/**
 * Sorts entries while rows arrive, newest row first, and yields each as soon as nothing newer can follow.
 * @param inFlight entries that are in no row, read before the rows
 */
export async function* inOrder(
  pages: AsyncIterable<readonly HistoryLike[]>,
  inFlight: readonly TimelineItem[],
  nameOf: (row: HistoryLike) => string,
): AsyncGenerator<TimelineItem> {
  // Keyed by id, because an operation that ends during the read is both in flight and in a row.
  const waiting = new Map(inFlight.map((item) => [item.entryId, item]));
  for await (const rows of pages) {
    for (const row of rows) {
      yield* take(waiting, row.at);
      for (const item of toTimelineItems(row, nameOf(row))) waiting.set(item.entryId, item);
    }
  }
  yield* take(waiting, '');
}

/** Removes and returns the entries that are newer than an instant. */
function take(waiting: Map<string, TimelineItem>, than: string): TimelineItem[] {
  const due = [...waiting.values()].filter(({ at }) => at > than).toSorted(newestFirst);
  for (const { entryId } of due) waiting.delete(entryId);
  return due;
}
