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
import { invalidFields } from '../http/validation.ts';
import { isWithinHistory, type Window } from '../http/window.ts';

/** What of the timeline is wanted. */
export interface TimelineFilter {
  kind?: TimelineItem['kind'] | undefined;
  destinationId?: string | undefined;
}

/**
 * The timeline of all destinations, deleted ones included, newest first; whoever has seen enough stops reading.
 * @param after gives what comes after this position only
 */
export async function* readTimeline(
  deps: TableDeps & { now: () => Date },
  window: Window,
  filter: TimelineFilter,
  after: Position | null,
): AsyncGenerator<TimelineItem> {
  // Before the history: an operation that ends in between is then in both, and not in neither.
  const records = await listAllDestinations(deps);
  const names = new Map(records.map(({ destinationId, name }) => [destinationId, name]));
  const newest = after ? new Date(after.at) : window.to;
  // What is to come needs no reading, but clocks differ a little.
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
    if (after && newestFirst(after, item) >= 0) continue;
    if (filter.kind !== undefined && item.kind !== filter.kind) continue;
    if (filter.destinationId !== undefined && item.destinationId !== filter.destinationId) continue;
    yield item;
  }
}

const instant = z.iso.datetime();
const Cursor = z.tuple([z.string(), instant, instant, instant, z.string()]);

/** Of what was asked for, as it was written: a cursor is good for the same question only. */
function digestOf(query: object): string {
  return createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 12);
}

/** Opaque cursor: the question, the window it stood for, and the last entry that was handed out. */
export function toTimelineCursor(query: object, { from, to }: Window, { at, entryId }: Position): string {
  const parts = [digestOf(query), from.toISOString(), to.toISOString(), at, entryId];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/**
 * Reads a cursor.
 * @throws {AppError} `validation_failed` when it is not one of ours, or belongs to another question
 */
export function fromTimelineCursor(query: object, cursor: string): { window: Window; after: Position } {
  const parsed = Cursor.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()));
  if (!parsed.success || parsed.data[0] !== digestOf(query)) throw notOurs();
  const [, from, to, at, entryId] = parsed.data;
  const window = { from: new Date(from), to: new Date(to) };
  const last = new Date(at);
  // Anybody can write one: it must not make us read more than a question may.
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
