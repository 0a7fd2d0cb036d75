import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import type { TableDeps } from '../../aws/clients.ts';
import { listAllDestinations } from '../../aws/destination-table.ts';
import { readHistory } from '../../aws/history-table.ts';
import type { AppError } from '../../domain/errors.ts';
import {
  inOrder,
  itemsInFlight,
  LOOK_AHEAD_MS,
  newestFirst,
  type Position,
  type TimelineItem,
} from '../../domain/timeline.ts';
import { joinSeconds, type JoinedItem } from '../../domain/timeline-seconds.ts';
import { invalidFields } from '../http/validation.ts';
import { isWithinHistory, type Window } from '../http/time-window.ts';

/** Filters of the timeline. */
export interface TimelineFilter {
  kind?: TimelineItem['kind'] | undefined;
  destinationId?: string | undefined;
}

/**
 * Yields the timeline of all destinations, including deleted ones, newest first. It reads only as far as the caller
 * iterates.
 * @param near reads from two hours after this position on; the window's end when null
 */
export async function* readTimeline(
  deps: TableDeps & { now: () => Date },
  window: Window,
  filter: TimelineFilter,
  near: Position | null,
): AsyncGenerator<TimelineItem> {
  // Reads the records before the history, so that an operation ending in between is in both instead of in neither.
  const records = await listAllDestinations(deps);
  const names = new Map(records.map(({ destinationId, name }) => [destinationId, name]));
  const newest = near ? new Date(near.at) : window.to;
  // The future needs no read, but clocks differ slightly.
  const lastMs = Math.min(newest.getTime() + LOOK_AHEAD_MS, deps.now().getTime() + LOOK_AHEAD_MS);
  const rows = readHistory(deps, { from: window.from, to: new Date(lastMs) });
  const from = window.from.toISOString();
  const to = window.to.toISOString();
  const items = inOrder(
    rows,
    records.flatMap(itemsInFlight),
    ({ destinationId, destinationName }) => destinationName ?? names.get(destinationId) ?? destinationId,
  );
  for await (const item of items) {
    if (item.at < from || item.at >= to) continue;
    if (filter.kind !== undefined && item.kind !== filter.kind) continue;
    if (filter.destinationId !== undefined && item.destinationId !== filter.destinationId) continue;
    yield item;
  }
}

/** Yields the timeline like `readTimeline`, with alike changes of health of one second joined, after a position. */
export async function* readJoinedTimeline(
  deps: TableDeps & { now: () => Date },
  window: Window,
  filter: TimelineFilter,
  after: Position | null,
): AsyncGenerator<JoinedItem> {
  for await (const item of joinSeconds(readTimeline(deps, window, filter, after))) {
    if (after === null || newestFirst(after, item) < 0) yield item;
  }
}

const instant = z.iso.datetime();
const Cursor = z.tuple([z.string(), instant, instant, instant, z.string()]);

/** Returns a digest of the filters, because a cursor is valid for the same filters only. */
function digestOf(query: object): string {
  return createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 12);
}

/** Returns an opaque cursor: the filters, their window, and the last returned entry. */
export function toTimelineCursor(query: object, { from, to }: Window, { at, entryId }: Position): string {
  const parts = [digestOf(query), from.toISOString(), to.toISOString(), at, entryId];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/**
 * Decodes a cursor.
 * @throws {AppError} `validation_failed` for an invalid cursor or one of other filters
 */
export function fromTimelineCursor(query: object, cursor: string): { window: Window; after: Position } {
  const parsed = Cursor.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()));
  if (!parsed.success || parsed.data[0] !== digestOf(query)) throw notOurs();
  const [, from, to, at, entryId] = parsed.data;
  const window = { from: new Date(from), to: new Date(to) };
  const last = new Date(at);
  // A caller can forge a cursor, so its window has the same limits as a request.
  if (last < window.from || last >= window.to || !isWithinHistory(window)) throw notOurs();
  return { window, after: { at, entryId } };
}

function notOurs(): AppError {
  return invalidFields([
    {
      field: 'cursor',
      message: 'is not a cursor of this list and these filters: leave it out, or send nextCursor unchanged',
    },
  ]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
