import { HISTORY_DAYS } from '../../aws/history-table.ts';
import type { AppError } from '../../domain/errors.ts';
import { DAY_MS } from '../../domain/utc-day.ts';
import { invalidFields } from './validation.ts';

/** A time window: `from` is inclusive, `to` exclusive. */
export interface Window {
  from: Date;
  to: Date;
}

/**
 * Reads `from` and `to` of a query; the schema has checked their format.
 * @param defaultFrom default of `from`
 * @throws {AppError} `validation_failed` when they are in the wrong order or more than 90 days apart
 */
export function readWindow(
  query: { from?: string | undefined; to?: string | undefined },
  now: Date,
  defaultFrom: (to: Date) => Date,
): Window {
  const to = query.to === undefined ? now : new Date(query.to);
  const from = query.from === undefined ? defaultFrom(to) : new Date(query.from);
  if (from > to) throw refuse(`must not be after to, which is ${to.toISOString()}`);
  if (!isWithinHistory({ from, to })) throw refuse(`must be at most ${HISTORY_DAYS} days before to`);
  return { from, to };
}

/** Returns true when the window is no longer than the history, because each day costs a read. */
export function isWithinHistory({ from, to }: Window): boolean {
  return to.getTime() - from.getTime() <= HISTORY_DAYS * DAY_MS;
}

/** Refuses a window that starts before the history. @throws {AppError} `validation_failed` */
export function requireKept({ from }: Window, now: Date): void {
  if (now.getTime() - from.getTime() <= HISTORY_DAYS * DAY_MS) return;
  throw refuse(`must be at most ${HISTORY_DAYS} days ago: older history is deleted`);
}

function refuse(message: string): AppError {
  return invalidFields([{ field: 'from', message }]);
}
