import { runInProgress, type Destination } from '../domain/destination.ts';
import {
  changeAt,
  mentionsOf,
  mentionsOfOperation,
  toUptimeChanges,
  uptimeWithin,
  type UptimeChange,
  type UptimeMention,
} from '../domain/uptime.ts';
import { addDays, DAY_MS, dayOf } from '../domain/utc-day.ts';
import type { TableDeps } from './clients.ts';
import { listAllDestinations } from './destination-table.ts';
import { HISTORY_DAYS, readHistory } from './history-table.ts';
import { getNewestUptimeDay, listUptimeDays, type UptimeDay } from './uptime-table.ts';

/** One destination while its days are computed. */
interface Subject {
  name: string;
  mentions: UptimeMention[];
  before: UptimeChange | null;
}

/** Returns the first day that is not stored yet, within the time that the history covers. */
export async function firstOpenDay(deps: TableDeps, now: Date): Promise<string> {
  const today = dayOf(now);
  const newest = await getNewestUptimeDay(deps);
  const next = newest === null ? addDays(today, -1) : addDays(newest, 1);
  const oldest = addDays(today, 1 - HISTORY_DAYS);
  return next < oldest ? oldest : next;
}

/**
 * Computes the uptime of days that are not stored yet from the history and from what the day before has left.
 * @param from the first day
 * @returns each day up to now, oldest first; the last one ends now
 */
export async function computeUptime(
  deps: TableDeps,
  { from, now }: { from: string; now: Date },
): Promise<{ day: string; rows: UptimeDay[] }[]> {
  const start = new Date(from);
  // Read before the history: an operation that ends in between is then in both places instead of in neither.
  const records = await listAllDestinations(deps);
  const subjects = await readSubjects(deps, records, { start, now });
  const days: { day: string; rows: UptimeDay[] }[] = [];
  for (let startMs = start.getTime(); startMs < now.getTime(); startMs += DAY_MS) {
    const window = { from: new Date(startMs), to: new Date(Math.min(startMs + DAY_MS, now.getTime())) };
    const day = dayOf(window.from);
    const rows = [...subjects].flatMap(([destinationId, { name, mentions, before }]): UptimeDay[] => {
      const changes = toUptimeChanges(mentions, before);
      const uptime = uptimeWithin(changes, window);
      if (uptime.wantedSeconds === 0) return [];
      return [{ day, destinationId, destinationName: name, ...uptime, carried: changeAt(changes, window.to) }];
    });
    days.push({ day, rows });
  }
  return days;
}

async function readSubjects(
  deps: TableDeps,
  records: readonly Destination[],
  { start, now }: { start: Date; now: Date },
): Promise<Map<string, Subject>> {
  const subjects = new Map<string, Subject>();
  const subjectOf = (destinationId: string, name: string): Subject => {
    const subject = subjects.get(destinationId) ?? { name, mentions: [], before: null };
    subjects.set(destinationId, subject);
    return subject;
  };
  const dayBefore = addDays(dayOf(start), -1);
  for (const stored of await listUptimeDays(deps, { from: dayBefore, to: dayBefore })) {
    subjectOf(stored.destinationId, stored.destinationName).before = stored.carried;
  }
  for (const record of records) {
    const subject = subjectOf(record.destinationId, record.name);
    if (record.operation) subject.mentions.push(...mentionsOfOperation(record.operation));
    // On air since before anything was stored.
    const startedAt = runInProgress(record.held)?.startedAt;
    if (startedAt !== undefined && startedAt < start.toISOString() && subject.before === null) {
      subject.mentions.push({ at: startedAt, kind: 'requested' });
    }
  }
  for await (const rows of readHistory(deps, { from: start, to: now })) {
    for (const row of rows) {
      const name = row.destinationName ?? row.destinationId;
      subjectOf(row.destinationId, name).mentions.push(...mentionsOf(row));
    }
  }
  return subjects;
}
