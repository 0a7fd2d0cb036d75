import { billedMinutesBefore, type Span } from './billed-time.ts';
import { CHANNEL_PARTS, costWithin, priceOfRunning, type ChannelPart } from './cost.ts';
import type { Destination, RecordedRun } from './destination.ts';
import { isComplete, NOTHING, sum, toUsd, type Money } from './money.ts';
import type { Pricing } from './pricing.ts';
import { runOf } from './recorded-run.ts';
import { DAY_MS, dayOf, startOfDay } from './utc-day.ts';

/**
 * The ledger: what channel runs cost within a period, by destination, day or platform. Ended runs come from the
 * history, runs in progress from the records. Everything is computed from scratch, so the same history and prices give
 * the same figures.
 */

/** One run, assembled from the history or a record. */
export interface LedgerRun extends RecordedRun {
  destinationId: string;
  name: string;
  /** False when no end was recorded; the run then counts until its last mention. */
  isEndKnown: boolean;
}

/** What one row of the history records about a run. */
export interface RunMention {
  destinationId: string;
  name: string;
  at: string;
  run: RecordedRun;
}

/**
 * Assembles the runs, each once however often the history mentions it.
 * @param mentions in any order; all since the earliest instant of interest
 * @param records read before the history, so that a run that ends in between is in at least one of them
 * @param now end of the runs in progress
 */
export function collectRuns(mentions: readonly RunMention[], records: readonly Destination[], now: Date): LedgerRun[] {
  const runs = new Map<string, LedgerRun>();
  for (const { destinationId, name, at, run } of mentions) {
    const key = `${destinationId} ${run.startedAt}`;
    const known = runs.get(key);
    const isEndKnown = run.endedAt !== undefined;
    const endedAt = run.endedAt ?? at;
    // The first confirmed end wins; without one, the last mention.
    const isBetter =
      !known ||
      (isEndKnown && (!known.isEndKnown || endedAt < known.endedAt!)) ||
      (!isEndKnown && !known.isEndKnown && endedAt > known.endedAt!);
    if (isBetter) runs.set(key, { ...run, destinationId, name, endedAt, isEndKnown });
  }
  for (const record of records) {
    const run = runOf(record);
    if (!run) continue;
    const key = `${record.destinationId} ${run.startedAt}`;
    if (runs.get(key)?.isEndKnown) continue;
    const { destinationId, name } = record;
    runs.set(key, { ...run, destinationId, name, endedAt: now.toISOString(), isEndKnown: true });
  }
  return [...runs.values()].toSorted(
    (one, other) =>
      one.startedAt.localeCompare(other.startedAt) || one.destinationId.localeCompare(other.destinationId),
  );
}

export type LedgerGroupBy = 'destination' | 'day' | 'platform';

/** Sums over the runs of one group within the window. */
export interface LedgerUsage {
  /** Runs that started in the window. */
  runs: number;
  runningMs: number;
  billedMinutes: number;
  cost: Money;
  /** The parts of the cost; a part that no run has is absent. */
  parts: Partial<Record<ChannelPart, Money>>;
}

export interface LedgerRow extends LedgerUsage {
  key: string;
  name: string;
  platform: string | null;
}

export interface Ledger {
  rows: LedgerRow[];
  total: LedgerUsage;
}

/** Formats a sum for answers and reports: minutes to the hundredth, and dollars. */
export function toFigures({ runs, runningMs, billedMinutes, cost }: LedgerUsage) {
  return {
    runs,
    minutes: Math.round(runningMs / 600) / 100,
    billedMinutes,
    costUsd: toUsd(cost),
    isComplete: isComplete(cost),
    isAbout: cost.isAbout,
    unknownParts: [...cost.unknownParts],
  };
}

const END_UNKNOWN = 'the rest of a run whose end was not recorded';

/** Sums up runs within a window. The rows add up to the same total for every grouping. */
export function createLedger(
  runs: readonly LedgerRun[],
  window: Span,
  { pricing, groupBy }: { pricing: Pricing; groupBy: LedgerGroupBy },
): Ledger {
  const groups = new Map<string, { name: string; platform: string | null; uses: LedgerUsage[] }>();
  const add = (key: string, name: string, platform: string | null, use: LedgerUsage) => {
    const { uses = [] } = groups.get(key) ?? {};
    uses.push(use);
    // Runs come oldest first, so a destination gets its newest name.
    groups.set(key, { name, platform, uses });
  };
  for (const run of runs) {
    for (const [day, span] of groupBy === 'day' ? daysOf(run, window) : [['', window] as const]) {
      const use = usageWithin(run, span, pricing);
      if (!use) continue;
      if (groupBy === 'day') add(day, day, null, use);
      else if (groupBy === 'platform') add(run.platform, run.platform, run.platform, use);
      else add(run.destinationId, run.name, run.platform, use);
    }
  }
  const rows = [...groups]
    .map(([key, { name, platform, uses }]) => ({ key, name, platform, ...addUp(uses) }))
    .toSorted((one, other) => one.key.localeCompare(other.key));
  return { rows, total: addUp(rows) };
}

/** Returns the UTC days on which a run lasts within a window. */
function daysOf(run: LedgerRun, window: Span): [string, Span][] {
  const span = spanOf(run);
  const from = Math.max(window.startMs, span.startMs);
  const until = Math.min(window.endMs, Math.max(span.endMs, span.startMs + 1));
  const days: [string, Span][] = [];
  for (let start = startOfDay(new Date(from)).getTime(); start < until; start += DAY_MS) {
    const day = dayOf(new Date(start));
    const endMs = Math.min(start + DAY_MS, window.endMs);
    days.push([day, { startMs: Math.max(start, window.startMs), endMs }]);
  }
  return days;
}

/** Returns the run as a span. A run that ends before it starts, because clocks differ, gets no length. */
function spanOf(run: LedgerRun): Span {
  const startMs = Date.parse(run.startedAt);
  return { startMs, endMs: Math.max(startMs, Date.parse(run.endedAt ?? run.startedAt)) };
}

/** Returns null when the run does not overlap the window. */
function usageWithin(run: LedgerRun, window: Span, pricing: Pricing): LedgerUsage | null {
  const span = spanOf(run);
  const minutes = billedMinutesBefore(span, window.endMs) - billedMinutesBefore(span, window.startMs);
  const runningMs = Math.max(0, Math.min(span.endMs, window.endMs) - Math.max(span.startMs, window.startMs));
  if (minutes === 0 && runningMs === 0) return null;
  const costs = costWithin(priceOfRunning(pricing, { ...run, isRun: true }), span, window);
  const cost = sum(costs.map((part) => part.cost));
  return {
    runs: span.startMs >= window.startMs && span.startMs < window.endMs ? 1 : 0,
    runningMs,
    billedMinutes: minutes,
    cost: run.isEndKnown ? cost : { ...cost, unknownParts: [...cost.unknownParts, END_UNKNOWN] },
    parts: Object.fromEntries(costs.map((part) => [part.part, part.cost])),
  };
}

function addUp(uses: readonly LedgerUsage[]): LedgerUsage {
  return {
    runs: uses.reduce((total, { runs }) => total + runs, 0),
    runningMs: uses.reduce((total, { runningMs }) => total + runningMs, 0),
    billedMinutes: uses.reduce((total, use) => total + use.billedMinutes, 0),
    cost: uses.length === 0 ? NOTHING : sum(uses.map(({ cost }) => cost)),
    parts: Object.fromEntries(
      CHANNEL_PARTS.flatMap((part) => {
        const costs = uses.flatMap(({ parts }) => parts[part] ?? []);
        return costs.length === 0 ? [] : [[part, sum(costs)]];
      }),
    ),
  };
}
