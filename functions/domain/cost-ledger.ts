import { billedMinutesBefore, type Span } from './billed-time.ts';
import { CHANNEL_PARTS, costWithin, priceOfRunning, type ChannelPart } from './cost.ts';
import type { Destination, RecordedRun } from './destination.ts';
import { isComplete, NOTHING, sum, toUsd, type Money } from './money.ts';
import type { Pricing } from './pricing.ts';
import { runOf } from './recorded-run.ts';
import { DAY_MS, dayOf, startOfDay } from './utc-day.ts';

/**
 * The ledger: what the channel runs of some time have cost, by destination, day or platform. A run is taken from the
 * operation in the history that ended it, and the runs that go on from the records. Everything is derived from scratch,
 * so the same history and the same prices give the same figures.
 */

/** One run, put together from the history or from a record. */
export interface LedgerRun extends RecordedRun {
  destinationId: string;
  name: string;
  /** False when nobody saw it end: it then counts until the last that was heard of it. */
  isEndKnown: boolean;
}

/** What the history says of a run at one moment. */
export interface RunMention {
  destinationId: string;
  name: string;
  at: string;
  run: RecordedRun;
}

/**
 * Puts the runs together: each once, however often the history mentions it.
 * @param mentions newest or oldest first, all since the earliest instant of interest
 * @param records read before the history, so that a run that ends meanwhile is in at least one of the two
 * @param now end of the runs that go on
 */
export function collectRuns(mentions: readonly RunMention[], records: readonly Destination[], now: Date): LedgerRun[] {
  const runs = new Map<string, LedgerRun>();
  for (const { destinationId, name, at, run } of mentions) {
    const key = `${destinationId} ${run.startedAt}`;
    const known = runs.get(key);
    const isEndKnown = run.endedAt !== undefined;
    const endedAt = run.endedAt ?? at;
    // The first confirmed stop counts; without one, the last that was heard of it.
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
  /** Runs that began in the window. */
  runs: number;
  runningMs: number;
  billedMinutes: number;
  cost: Money;
  /** What the cost is made of; a part that no run has is missing. */
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

/** A sum as answers and reports show it: minutes to the hundredth, dollars. */
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

/** Sums up runs within a window. Whatever it is grouped by, the rows add up to the same total. */
export function makeLedger(
  runs: readonly LedgerRun[],
  window: Span,
  { pricing, groupBy }: { pricing: Pricing; groupBy: LedgerGroupBy },
): Ledger {
  const groups = new Map<string, { name: string; platform: string | null; uses: LedgerUsage[] }>();
  const add = (key: string, name: string, platform: string | null, use: LedgerUsage) => {
    const { uses = [] } = groups.get(key) ?? {};
    uses.push(use);
    // Runs come oldest first: a destination goes by its last name.
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

/** UTC days a run touches within a window. */
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

/** The run as a span; one whose end is in the past of its start, by clocks that differ, has no length. */
function spanOf(run: LedgerRun): Span {
  const startMs = Date.parse(run.startedAt);
  return { startMs, endMs: Math.max(startMs, Date.parse(run.endedAt ?? run.startedAt)) };
}

/** Null when nothing of the run lies in the window. */
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
