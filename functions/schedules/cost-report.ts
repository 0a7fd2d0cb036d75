import { getPrices } from '../../presets/prices.ts';
import { readRuns } from '../aws/channel-runs.ts';
import type { AwsDeps } from '../aws/clients.ts';
import { HISTORY_DAYS } from '../aws/history-table.ts';
import { regionOf } from '../aws/names.ts';
import { listReports, putReport } from '../aws/report-store.ts';
import { isComplete, toUsd } from '../domain/cost.ts';
import { makeLedger, toFigures, type Ledger, type LedgerRun, type LedgerUsage } from '../domain/cost-ledger.ts';
import { toCsv } from '../domain/csv.ts';
import { DAY_MS, dayOf } from '../domain/utc-day.ts';

/**
 * The daily cost report: what every destination's channel has cost yesterday (UTC) and in the month up to then. It is
 * made of the recorded runs alone, so the same history gives the same bytes, and it is made once a day is over. Days
 * that were missed after the newest report are caught up, a week at most; a day that has its report is left alone.
 */
export interface CostReportDeps extends AwsDeps<
  's3' | 'table',
  'declaredInput' | 'flowArn' | 'reportBucket' | 'tableName'
> {
  now: () => Date;
  logger: { info(message: string, details?: Record<string, unknown>): void };
  /** False on one machine: what it would have cost on AWS. */
  isBilled: boolean;
}

const DAYS_MAX = 7;

/** Makes the reports that are due. @returns their days, oldest first; empty when all are there */
export async function reportCosts(deps: CostReportDeps): Promise<string[]> {
  const now = deps.now();
  const due = await findDueDays(deps, now);
  const [first] = due;
  if (first === undefined) return [];
  const { runs } = await readRuns(deps, startOfMonth(first), now);
  for (const day of due) {
    const { json, csv, line } = makeReport(deps, runs, day);
    await putReport(deps, { day, format: 'json' }, json);
    // Last: a day counts as reported once this one is there.
    await putReport(deps, { day, format: 'csv' }, csv);
    deps.logger.info('cost report', line);
  }
  return due;
}

/** Yesterday, and the days before it that come after the newest report. */
async function findDueDays(deps: CostReportDeps, now: Date): Promise<string[]> {
  const dayBefore = (days: number) => dayOf(new Date(now.getTime() - days * DAY_MS));
  // Before that there is no history to report of.
  const stored = await listReports(deps, { after: dayBefore(HISTORY_DAYS) });
  const newest = stored.findLast(({ format }) => format === 'csv')?.day;
  const week = Array.from({ length: DAYS_MAX }, (_, index) => dayBefore(DAYS_MAX - index));
  return newest === undefined ? week.slice(-1) : week.filter((day) => day > newest);
}

function startOfMonth(day: string): Date {
  return new Date(`${day.slice(0, 7)}-01`);
}

function makeReport(deps: CostReportDeps, runs: readonly LedgerRun[], day: string) {
  const region = regionOf(deps.deployment);
  const prices = getPrices(region);
  const endMs = Date.parse(day) + DAY_MS;
  const ledgerSince = (startMs: number) => makeLedger(runs, { startMs, endMs }, { prices, groupBy: 'destination' });
  const ofDay = ledgerSince(Date.parse(day));
  const ofMonth = ledgerSince(startOfMonth(day).getTime());
  const report = {
    day,
    region,
    currency: 'USD',
    priceDate: prices?.seenOn ?? null,
    isBilled: deps.isBilled,
    ofDay: toShown(ofDay),
    ofMonth: { from: dayOf(startOfMonth(day)), ...toShown(ofMonth) },
    unknownParts: ofMonth.total.cost.unknownParts,
    notes: prices?.notes ?? [],
  };
  return {
    json: `${JSON.stringify(report, null, 2)}\n`,
    csv: toCsv(COLUMNS, [...toRows('day', ofDay), ...toRows('month to date', ofMonth)]),
    line: {
      day,
      costUsd: toUsd(ofDay.total.cost),
      monthToDateUsd: toUsd(ofMonth.total.cost),
      isComplete: isComplete(ofMonth.total.cost),
    },
  };
}

function toShown({ rows, total }: Ledger) {
  const destinations = rows.map((row) => ({
    destinationId: row.key,
    name: row.name,
    platform: row.platform,
    ...toFigures(row),
  }));
  return { destinations, total: toFigures(total) };
}

const COLUMNS = [
  'period',
  'destinationId',
  'name',
  'platform',
  'runs',
  'minutes',
  'billedMinutes',
  'costUsd',
  'isComplete',
  'unknownParts',
];

/** One line per destination, then the total. */
function toRows(period: string, { rows, total }: Ledger) {
  const cells = (use: LedgerUsage) => {
    const { runs, minutes, billedMinutes, costUsd, isComplete: isWhole, unknownParts } = toFigures(use);
    return [runs, minutes, billedMinutes, costUsd, isWhole, unknownParts.join('; ')];
  };
  return [
    ...rows.map((row) => [period, row.key, row.name, row.platform, ...cells(row)]),
    [period, null, 'Total', null, ...cells(total)],
  ];
}
