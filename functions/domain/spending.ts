import type { Span } from './billed-time.ts';
import { collectRuns, createLedger, type RunMention } from './cost-ledger.ts';
import { costWithin, priceOfRunning, settingsOf } from './cost.ts';
import { beganAt, costOfFixedWithin, NOT_RECORDED } from './deployment-cost.ts';
import { runInProgress, type Destination } from './destination.ts';
import { isPrimary } from './lifecycle.ts';
import { NOTHING, sum, type Money } from './money.ts';
import type { Pricing } from './pricing.ts';
import { runOf } from './recorded-run.ts';

/**
 * What a deployment has spent in a period, or a show since its start, and what it will have spent at least if everything
 * is stopped at some instant. Both come from the ledger: recorded runs and, for a deployment, the parts that are billed
 * around the clock. Pure.
 */

/**
 * How long a stop may take until MediaLive confirms it: the patience of the SDK's waiter for a stopped channel.
 * @see https://docs.aws.amazon.com/medialive/latest/apireference/channels-channelid-stop.html
 */
export const STOP_SECONDS = 300;

/** Warm destinations cost an idle fee, whose price and time no record holds. */
const IDLE_NOT_RECORDED: Money = {
  microUsd: 0,
  unknownParts: ['channels and inputs of warm destinations at rest (not recorded)'],
  isAbout: false,
};

/** What the spending of a period is computed from. */
export interface Recorded {
  /** All mentions of runs since `summary.until`, or since the begin of the period without a summary. */
  mentions: readonly RunMention[];
  /** Read before the mentions. */
  records: readonly Destination[];
  summary: SpendingSummary | null;
}

/** The spending of one period. */
export interface Spending {
  span: Span;
  /** Until now. A run in progress counts as if it ended now, so its ten-minute minimum is included. */
  spent: Money;
  /**
   * What the whole period costs if everything is stopped at an instant: the runs until their stops are confirmed, runs
   * of starts that are in flight, and the fixed parts until the end of the period.
   * @param starting destinations that are started now
   */
  ifStoppedAt(at: Date, starting?: readonly Destination[]): Money;
}

/** Computes the spending of a period. */
export function spendingWithin(pricing: Pricing, recorded: Recorded, span: Span, now: Date): Spending {
  const { mentions, records, summary } = recorded;
  const since = beganAt(records);
  const runsUntil = (end: Date, endMs: number) =>
    createLedger(collectRuns(mentions, records, end), { ...span, endMs }, { pricing, groupBy: 'destination' }).total
      .cost;
  const fixedUntil = (endMs: number) =>
    costOfFixedWithin(pricing, { ...span, endMs: Math.max(endMs, span.startMs) }, since).map(({ cost }) => cost);
  const untilMs = Math.min(now.getTime(), span.endMs);
  const known = [
    NOT_RECORDED,
    ...(summary ? [summary.settled] : []),
    ...(records.some(isIdleButHeld) ? [IDLE_NOT_RECORDED] : []),
  ];
  return {
    span,
    spent: sum([runsUntil(now, untilMs), ...fixedUntil(untilMs), ...known]),
    ifStoppedAt(at, starting = []) {
      const stopped = confirmedAt(at);
      const starts = costOfStarts(pricing, { records, starting, now, stopped }, span);
      return sum([runsUntil(stopped, span.endMs), starts, ...fixedUntil(span.endMs), ...known]);
    },
  };
}

/**
 * Computes what the runs of a show's destinations have cost since the show started each of them.
 * @param since Unix time in milliseconds by destination
 */
export function spendingOfShow(
  pricing: Pricing,
  { mentions, records }: Omit<Recorded, 'summary'>,
  since: ReadonlyMap<string, number>,
  now: Date,
): Spending {
  const started = records.filter(({ destinationId }) => since.has(destinationId));
  const runsUntil = (end: Date) =>
    [...since].map(([destinationId, startMs]) => {
      const isOwn = (one: { destinationId: string }) => one.destinationId === destinationId;
      const runs = collectRuns(mentions.filter(isOwn), started.filter(isOwn), end);
      return createLedger(runs, { startMs, endMs: FOREVER_MS }, { pricing, groupBy: 'destination' }).total.cost;
    });
  const span = { startMs: Math.min(...since.values(), now.getTime()), endMs: FOREVER_MS };
  return {
    span,
    spent: sum([NOTHING, ...runsUntil(now)]),
    ifStoppedAt(at, starting = []) {
      const stopped = confirmedAt(at);
      return sum([...runsUntil(stopped), costOfStarts(pricing, { records: started, starting, now, stopped }, span)]);
    },
  };
}

/** A show has no end until it has ended. */
const FOREVER_MS = Number.MAX_SAFE_INTEGER;

function isIdleButHeld({ held }: Destination): boolean {
  return !runInProgress(held) && (held.channel !== undefined || held.input !== undefined);
}

/** Returns when a stop that is requested at an instant is confirmed at the latest. */
function confirmedAt(at: Date): Date {
  return new Date(at.getTime() + STOP_SECONDS * 1000);
}

/** What may be started, and when it would be stopped again. */
interface Starts {
  records: readonly Destination[];
  starting: readonly Destination[];
  now: Date;
  stopped: Date;
}

function costOfStarts(pricing: Pricing, { records, starting, now, stopped }: Starts, window: Span): Money {
  const starts = [...records.filter(mayStart), ...starting];
  // A start may be accepted at any moment from now on.
  const run = { startMs: now.getTime(), endMs: stopped.getTime() };
  return sum([
    NOTHING,
    ...starts.flatMap((record) =>
      costWithin(priceOfRunning(pricing, settingsOf(record)), run, window).map(({ cost }) => cost),
    ),
  ]);
}

/**
 * Returns true when a channel may be started without another request: its start is in flight or follows a stop. The
 * preview starts by itself.
 */
function mayStart(record: Destination): boolean {
  const { desired, status, operation, held, restartRequested } = record;
  const run = runInProgress(held);
  // A preview that is being stopped may be started again before the next evaluation.
  if (isPrimary(record) && (!run || desired !== 'running'))
    return record.primaryMode !== 'off' || desired === 'running';
  if (desired !== 'running') return false;
  if (run) return restartRequested || (operation !== null && operation.generation !== run.generation);
  return operation !== null || status !== 'error';
}

/** The cost of the runs that had ended by an instant, so that their rows need not be read again. */
export interface SpendingSummary {
  /** Rows of the history up to this instant are accounted for. */
  until: string;
  settled: Money;
  /** Runs that had not ended. Each must be in a record or in a later row. */
  open: string[];
  /** The prices it was computed with. */
  basis: string;
}

/** Names the prices, so that a summary of other prices is not used. */
export function basisOf({ prices, region, declaredInput }: Pricing): string {
  return JSON.stringify([region, prices?.seenOn ?? null, declaredInput]);
}

const runKey = (destinationId: string, startedAt: string) => `${destinationId} ${startedAt}`;

function openRuns(records: readonly Destination[]): Set<string> {
  return new Set(
    records.flatMap((record) => {
      const run = runOf(record);
      return run ? [runKey(record.destinationId, run.startedAt)] : [];
    }),
  );
}

/**
 * Sums up the runs that ended by an instant.
 * @param recorded all mentions since the begin of the period, without a summary
 * @returns null while a record still shows a run whose end the history has, because both would count it later
 */
export function summarize(
  pricing: Pricing,
  { mentions, records }: Omit<Recorded, 'summary'>,
  span: Span,
  until: Date,
): SpendingSummary | null {
  const inRecords = openRuns(records);
  const byRun = Map.groupBy(mentions, ({ destinationId, run }) => runKey(destinationId, run.startedAt));
  const settled: RunMention[] = [];
  const open = new Set(inRecords);
  for (const [key, of] of byRun) {
    const isEnded = of.some(({ run }) => run.endedAt !== undefined);
    if (isEnded && inRecords.has(key)) return null;
    if (inRecords.has(key)) continue;
    // A run whose end is in a later row is counted whole from there.
    if (of.every(({ at }) => Date.parse(at) <= until.getTime())) settled.push(...of);
    else open.add(key);
  }
  const { total } = createLedger(collectRuns(settled, [], until), span, { pricing, groupBy: 'destination' });
  return { until: until.toISOString(), settled: total.cost, open: [...open].toSorted(), basis: basisOf(pricing) };
}

/**
 * Returns true when a summary and what was read since then account for every run. One that has vanished from both was
 * recorded late, so the whole period has to be read.
 */
export function isAccountedFor({ mentions, records, summary }: Recorded): boolean {
  if (!summary) return true;
  const found = openRuns(records);
  for (const { destinationId, run } of mentions) found.add(runKey(destinationId, run.startedAt));
  return summary.open.every((key) => found.has(key));
}
