import type { TableDeps } from '../aws/clients.ts';
import { computeUptime, firstOpenDay } from '../aws/compute-uptime.ts';
import { putUptimeDay } from '../aws/uptime-table.ts';
import { dayOf } from '../domain/utc-day.ts';

/**
 * Stores the uptime of each UTC day once it is over, because the history it is computed from is deleted after 90 days.
 * Catches up on days that were missed. Running it twice writes the same.
 * @returns the days it stored, oldest first
 */
export async function recordUptime(deps: TableDeps & { now: () => Date }): Promise<string[]> {
  const now = deps.now();
  const today = dayOf(now);
  const from = await firstOpenDay(deps, now);
  if (from >= today) return [];
  const due = (await computeUptime(deps, { from, now })).filter(({ day }) => day < today);
  for (const { day, rows } of due) await putUptimeDay(deps, day, rows);
  return due.map(({ day }) => day);
}
