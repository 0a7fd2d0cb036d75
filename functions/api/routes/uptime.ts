import { createRoute } from '@hono/zod-openapi';
import { computeUptime, firstOpenDay } from '../../aws/compute-uptime.ts';
import { listUptimeDays, UPTIME_DAYS, type UptimeDay } from '../../aws/uptime-table.ts';
import { UPTIME_STATES, type UptimeState } from '../../domain/uptime.ts';
import { addDays, dayOf } from '../../domain/utc-day.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answerCsv, wantsCsv } from '../http/csv-answer.ts';
import { invalidFields } from '../http/validation.ts';
import { answersOrFile, problems } from '../schemas/openapi-parts.ts';
import { UptimeList, UptimeQuery } from '../schemas/uptime.ts';

/** Days shown when none are asked for. */
const DEFAULT_DAYS = 30;

const get = createRoute({
  method: 'get',
  path: '/api/uptime',
  tags: ['Operations'],
  summary: 'Get the uptime per destination and UTC day',
  description:
    'How long each destination was wanted on air, and what it did in that time. The states of a day add up exactly to the time wanted. Kept for 13 months; today is computed up to now.',
  request: { query: UptimeQuery },
  responses: {
    200: answersOrFile(UptimeList, 'The days on which something was wanted on air, newest first'),
    ...problems(503),
  },
});

/** For the typed client. */
export type UptimeRoutes = typeof get;

/** `GET /api/uptime`. */
export function registerUptime(api: Api, deps: ApiDeps): void {
  api.openapi(get, async (context) => {
    const { format, destinationId, ...query } = context.req.valid('query');
    const window = readDays(query, deps.now());
    const days = (await readUptime(deps, window)).filter(
      (row) => destinationId === undefined || row.destinationId === destinationId,
    );
    const data = days.toReversed().map(({ carried: _carried, ...row }) => row);
    if (wantsCsv(context, format)) {
      const columns = ['day', 'destinationId', 'name', 'wantedSeconds', ...UPTIME_STATES, 'reasons'];
      const cells = data.map((row) => [
        row.day,
        row.destinationId,
        row.destinationName,
        row.wantedSeconds,
        ...UPTIME_STATES.map((state) => row.seconds[state]),
        row.reasons.map(({ reason, seconds }) => `${reason} ${seconds}`).join('; '),
      ]);
      return answerCsv(context, `uptime-${window.from}-${window.to}.csv`, columns, cells);
    }
    return context.json({ ...window, data, total: totalOf(data) }, 200);
  });
}

function readDays({ from, to }: { from?: string | undefined; to?: string | undefined }, now: Date) {
  const today = dayOf(now);
  const last = to ?? today;
  const first = from ?? addDays(last, 1 - DEFAULT_DAYS);
  const oldest = addDays(today, -UPTIME_DAYS);
  if (last > today)
    throw invalidFields([{ field: 'to', message: `must not be after today, which is ${today} in UTC` }]);
  if (first > last) throw invalidFields([{ field: 'from', message: `must not be after to, which is ${last}` }]);
  if (first < oldest)
    throw invalidFields([{ field: 'from', message: `must not be before ${oldest}: older days are deleted` }]);
  return { from: first, to: last };
}

/** Reads the stored days and computes those that are not stored yet, today included; oldest first. */
async function readUptime(deps: ApiDeps, { from, to }: { from: string; to: string }): Promise<UptimeDay[]> {
  const now = deps.now();
  const [stored, firstOpen] = await Promise.all([listUptimeDays(deps, { from, to }), firstOpenDay(deps, now)]);
  if (to < firstOpen) return stored;
  const open = await computeUptime(deps, { from: firstOpen, now });
  return [...stored, ...open.filter(({ day }) => day >= from && day <= to).flatMap(({ rows }) => rows)];
}

function totalOf(rows: readonly Pick<UptimeDay, 'wantedSeconds' | 'seconds'>[]) {
  const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + of(row), 0);
  const seconds = Object.fromEntries(UPTIME_STATES.map((state) => [state, sum((row) => row.seconds[state])])) as Record<
    UptimeState,
    number
  >;
  return { wantedSeconds: sum((row) => row.wantedSeconds), seconds };
}
