import type { Destination, Operation, TimelineEntry } from './destination.ts';

/**
 * The timeline: what happened, one entry per instant, newest first. A row of the history is written when an operation
 * ends and tells of two instants, its beginning and its end, so rows in the order of their writing are not yet entries
 * in the order of their happening. They are put in order while they are read: a beginning waits until the rows have gone
 * past it. A beginning that lies further back than that is told in the words of its end only.
 */

/** How far before its end an operation's beginning is looked for: longer than all deadlines of a start together. */
export const LOOK_AHEAD_MS = 2 * 3_600_000;

/** One entry of the timeline. */
export interface TimelineItem {
  entryId: string;
  at: string;
  actor: string;
  kind: 'operation_began' | 'operation_ended' | TimelineEntry['kind'];
  detail: string;
  operationId: string | null;
  destinationId: string;
  destinationName: string;
}

/** A row of the history, as far as it matters here. */
export interface HistoryLike {
  destinationId: string;
  /** Null in rows of a version that did not keep it. */
  destinationName: string | null;
  /** Tells rows of one destination apart. */
  key: string;
  at: string;
  operation: Operation | null;
  entry: TimelineEntry | null;
}

type Owner = Pick<TimelineItem, 'destinationId' | 'destinationName'>;

/** The entries of one row, newest first. */
export function toTimelineItems(row: HistoryLike, destinationName: string): TimelineItem[] {
  const owner = { destinationId: row.destinationId, destinationName };
  if (row.operation) return operationItems(owner, row.operation);
  if (!row.entry) return [];
  const { at, actor, kind, detail } = row.entry;
  return [{ entryId: `${row.destinationId}.${row.key}`, at, actor, kind, detail, operationId: null, ...owner }];
}

/** The beginning of the operation in flight, which is not in the history yet. */
export function itemsInFlight({ destinationId, name, operation }: Destination): TimelineItem[] {
  return operation ? [beginning({ destinationId, destinationName: name }, operation)] : [];
}

function beginning(owner: Owner, { operationId, kind, requestedBy, startedAt }: Operation): TimelineItem {
  return {
    entryId: `${operationId}.began`,
    at: startedAt,
    actor: requestedBy,
    kind: 'operation_began',
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
    detail: `${kind} ${outcome}${why}${isLong ? `; it began at ${startedAt}` : ''}`,
    operationId,
    ...owner,
  };
  return isLong ? [end] : [end, beginning(owner, operation)];
}

/** Where in the timeline something is; `entryId` tells entries of one instant apart. */
export type Position = Pick<TimelineItem, 'at' | 'entryId'>;

/** Order of the timeline: newest first. Times are all written alike, so that their text sorts as they do. */
export function newestFirst(one: Position, other: Position): number {
  return other.at === one.at ? compare(other.entryId, one.entryId) : compare(other.at, one.at);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/**
 * Puts entries in order while the rows come in, newest row first, and gives each as soon as nothing newer can follow.
 * @param inFlight entries that are in no row, read before the rows
 */
export async function* inOrder(
  pages: AsyncIterable<readonly HistoryLike[]>,
  inFlight: readonly TimelineItem[],
  nameOf: (row: HistoryLike) => string,
): AsyncGenerator<TimelineItem> {
  // By id: an operation that ends while we read is in flight and in a row.
  const waiting = new Map(inFlight.map((item) => [item.entryId, item]));
  for await (const rows of pages) {
    for (const row of rows) {
      yield* take(waiting, row.at);
      for (const item of toTimelineItems(row, nameOf(row))) waiting.set(item.entryId, item);
    }
  }
  yield* take(waiting, '');
}

/** Takes out what is newer than an instant. */
function take(waiting: Map<string, TimelineItem>, than: string): TimelineItem[] {
  const due = [...waiting.values()].filter(({ at }) => at > than).toSorted(newestFirst);
  for (const { entryId } of due) waiting.delete(entryId);
  return due;
}
