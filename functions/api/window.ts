import type { AppError } from '../domain/errors.ts';
import { invalidFields } from './validation.ts';

const DAY_MS = 86_400_000;
/** As long as the history is kept. */
const DAYS_MAX = 90;

/** A time from which is included, to which is not. */
export interface Window {
  from: Date;
  to: Date;
}

/**
 * Reads `from` and `to` of a query; the schema has checked that each is a time or a day.
 * @param defaultFrom what `from` is when it is left out
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
  if (to.getTime() - from.getTime() > DAYS_MAX * DAY_MS) throw refuse(`must be at most ${DAYS_MAX} days before to`);
  return { from, to };
}

/** Refuses what lies before the history begins. @throws {AppError} `validation_failed` */
export function requireKept({ from }: Window, now: Date): void {
  if (now.getTime() - from.getTime() <= DAYS_MAX * DAY_MS) return;
  throw refuse(`must be at most ${DAYS_MAX} days ago: the history is not kept for longer`);
}

function refuse(message: string): AppError {
  return invalidFields([{ field: 'from', message }]);
}

/** Midnight UTC of an instant's day. */
export function startOfDay(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / DAY_MS) * DAY_MS);
}
