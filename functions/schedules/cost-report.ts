import { readRuns } from '../aws/channel-runs.ts';
import type { AwsDeps } from '../aws/clients.ts';
import { HISTORY_DAYS } from '../aws/history-table.ts';
import { pricingOf } from '../aws/pricing-of.ts';
import { listReports, putReport } from '../aws/report-store.ts';
import { CHANNEL_PARTS } from '../domain/cost.ts';
import type { Span } from '../domain/billed-time.ts';
import { createLedger, toFigures, type Ledger, type LedgerRun, type LedgerUsage } from '../domain/cost-ledger.ts';
import { toCsv } from '../domain/csv.ts';
import { beganAt, costOfFixedWithin, NOT_RECORDED, type FixedPart } from '../domain/deployment-cost.ts';
import { isComplete, sum, toUsd, type Money } from '../domain/money.ts';
import type { Pricing } from '../domain/pricing.ts';
import { DAY_MS, dayOf } from '../domain/utc-day.ts';
import { ABOUT_NOTHING, eventIdOf, type SluiceEvent } from '../domain/webhook-events.ts';
import { publishQuietly, type PublishDeps } from '../notify/publish-event.ts';

/**
 * The daily cost report: what each destination's channel and the fixed parts of the deployment cost yesterday (UTC) and
 * in the month to date. It is computed only from the recorded runs and the deployment's age, so the same history gives
 * the same bytes. It is written once a day is over. It catches up on the days since the newest report, a week at most,
 * and leaves days that have a report alone.
 */
export interface CostReportDeps
  extends
    AwsDeps<
      's3' | 'sfn' | 'table',
      'deliveryMachineArn' | 'flowArn' | 'hasBackupSource' | 'pricedInput' | 'reportBucket' | 'tableName'
    >,
    Pick<PublishDeps, 'now'> {
  logger: PublishDeps['logger'] & { info(message: string, details?: Record<string, unknown>): void };
  /** False on one machine, where the amounts are what AWS would have charged. */
  isBilled: boolean;
}

const DAYS_MAX = 7;

/** Writes the reports that are due. @returns their days, oldest first; empty when none is missing */
export async function reportCosts(deps: CostReportDeps): Promise<string[]> {
  const now = deps.now();
  const due = await findDueDays(deps, now);
  const [first] = due;
  if (first === undefined) return [];
  const { runs, records } = await readRuns(deps, startOfMonth(first), now);
  for (const day of due) {
    const { json, csv, line } = makeReport(deps, { runs, since: beganAt(records) }, day);
    await putReport(deps, { day, format: 'json' }, json);
    // Written last, because a day counts as reported once its CSV exists.
    await putReport(deps, { day, format: 'csv' }, csv);
    deps.logger.info('cost report', line);
    await publishQuietly(deps, [reportReady(day)]);
  }
  return due;
}

/** The end of the day it covers is its time, so that a report that is made once more has the same message. */
function reportReady(day: string): SluiceEvent {
  return {
    eventId: eventIdOf('report.ready', 'cost', day),
    type: 'report.ready',
    at: new Date(Date.parse(day) + DAY_MS).toISOString(),
    about: ABOUT_NOTHING,
    title: `The cost report of ${day} is ready`,
    lines: ['Download it on the page Costs.'],
    data: { report: 'cost', day },
  };
}

/** Returns yesterday and the missed days before it, back to the newest report. */
async function findDueDays(deps: CostReportDeps, now: Date): Promise<string[]> {
  const dayBefore = (days: number) => dayOf(new Date(now.getTime() - days * DAY_MS));
  // The history reaches no further back.
  const stored = await listReports(deps, { after: dayBefore(HISTORY_DAYS) });
  const newest = stored.findLast(({ format }) => format === 'csv')?.day;
  const week = Array.from({ length: DAYS_MAX }, (_, index) => dayBefore(DAYS_MAX - index));
  return newest === undefined ? week.slice(-1) : week.filter((day) => day > newest);
}

function startOfMonth(day: string): Date {
  return new Date(`${day.slice(0, 7)}-01`);
}

/** The data that a report is computed from. */
interface Recorded {
  runs: readonly LedgerRun[];
  /** When the deployment began; null when that is unknown. */
  since: number | null;
}

function makeReport(deps: CostReportDeps, recorded: Recorded, day: string) {
  const pricing = pricingOf(deps);
  const { prices, region } = pricing;
  const endMs = Date.parse(day) + DAY_MS;
  const ofDay = makePeriod(pricing, recorded, { startMs: Date.parse(day), endMs });
  const ofMonth = makePeriod(pricing, recorded, { startMs: startOfMonth(day).getTime(), endMs });
  const report = {
    day,
    region,
    currency: 'USD',
    priceDate: prices?.seenOn ?? null,
    isBilled: deps.isBilled,
    ofDay: toShown(ofDay),
    ofMonth: { from: dayOf(startOfMonth(day)), ...toShown(ofMonth) },
    unknownParts: ofMonth.cost.unknownParts,
    notes: prices?.notes ?? [],
  };
  return {
    json: `${JSON.stringify(report, null, 2)}\n`,
    csv: toCsv(COLUMNS, [...toRows('day', ofDay), ...toRows('month to date', ofMonth)]),
    line: {
      day,
      costUsd: toUsd(ofDay.cost),
      monthToDateUsd: toUsd(ofMonth.cost),
      isComplete: isComplete(ofMonth.cost),
    },
  };
}

/** The channels' ledger of a period, the fixed costs, and their sum. */
interface Period {
  ledger: Ledger;
  fixed: { part: FixedPart; cost: Money }[];
  cost: Money;
}

function makePeriod(pricing: Pricing, { runs, since }: Recorded, window: Span): Period {
  const ledger = createLedger(runs, window, { pricing, groupBy: 'destination' });
  const fixed = costOfFixedWithin(pricing, window, since);
  return { ledger, fixed, cost: sum([ledger.total.cost, ...fixed.map(({ cost }) => cost), NOT_RECORDED]) };
}

function toShown({ ledger, fixed, cost }: Period) {
  const destinations = ledger.rows.map((row) => ({
    destinationId: row.key,
    name: row.name,
    platform: row.platform,
    ...toFigures(row),
    parts: toAmounts(row),
  }));
  return {
    destinations,
    fixed: fixed.map((each) => ({ part: each.part, costUsd: toUsd(each.cost), isComplete: isComplete(each.cost) })),
    total: { ...toFigures({ ...ledger.total, cost }), parts: toAmounts(ledger.total) },
  };
}

/** Returns dollars per part of the channels' cost. Leaves out parts that no run has. */
function toAmounts({ parts }: LedgerUsage): Record<string, number | null> {
  return Object.fromEntries(
    CHANNEL_PARTS.flatMap((part) => {
      const money = parts[part];
      return money ? [[part, toUsd(money)]] : [];
    }),
  );
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
  ...CHANNEL_PARTS.map((part) => `${part}Usd`),
];

const FIXED_NAMES: Record<FixedPart, string> = {
  monitoring: 'Monitoring, around the clock',
  keysAndSecrets: 'Keys and secrets, around the clock',
};

/** Returns one row per destination and fixed part, then the total. */
function toRows(period: string, { ledger, fixed, cost }: Period) {
  const cells = (use: LedgerUsage) => {
    const { runs, minutes, billedMinutes, costUsd, isComplete: isWhole, unknownParts } = toFigures(use);
    const amounts = toAmounts(use);
    const parts = CHANNEL_PARTS.map((part) => amounts[part] ?? null);
    return [runs, minutes, billedMinutes, costUsd, isWhole, unknownParts.join('; '), ...parts];
  };
  return [
    ...ledger.rows.map((row) => [period, row.key, row.name, row.platform, ...cells(row)]),
    ...fixed.map((each) => [
      ...[period, null, FIXED_NAMES[each.part], null, null, null, null],
      ...[toUsd(each.cost), isComplete(each.cost), each.cost.unknownParts.join('; ')],
      ...CHANNEL_PARTS.map(() => null),
    ]),
    [period, null, 'Total', null, ...cells({ ...ledger.total, cost })],
  ];
}
