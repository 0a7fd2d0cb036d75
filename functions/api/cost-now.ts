import { getPrices, type Prices } from '../../presets/prices.ts';
import { readRuns } from '../aws/channel-runs.ts';
import { observeFlow } from '../aws/flow.ts';
import { regionOf } from '../aws/names.ts';
import { listOrphans } from '../aws/orphan-table.ts';
import {
  isComplete,
  NOTHING,
  priceOfFlow,
  priceOfHeld,
  priceOfLeftover,
  sum,
  toUsd,
  type Money,
  type Span,
} from '../domain/cost.ts';
import { makeLedger, type LedgerRun } from '../domain/cost-ledger.ts';
import type { Destination } from '../domain/destination.ts';
import { holdsAnything, isPrimary } from '../domain/lifecycle.ts';
import { startOfDay } from '../domain/utc-day.ts';
import type { ApiDeps } from './api-deps.ts';
import type { CostNow } from './cost-schemas.ts';

/** Where the prices of an answer come from. */
export function provenanceOf(deps: Pick<ApiDeps, 'deployment' | 'embedded'>) {
  const region = regionOf(deps.deployment);
  const prices = getPrices(region);
  const shown = { currency: 'USD' as const, region, priceDate: prices?.seenOn ?? null, isBilled: !deps.embedded };
  return { prices, shown };
}

/** What everything costs at this moment, and what it has cost today and in this show. */
export async function lookAtCosts(deps: ApiDeps): Promise<CostNow> {
  const now = deps.now();
  const midnight = startOfDay(now);
  const { prices, shown } = provenanceOf(deps);
  // A show that goes on past midnight began before today.
  const [{ runs, records }, flow, orphans] = await Promise.all([
    readRuns(deps, (all) => earlier(beginOfShow(all), midnight), now),
    observeFlow(deps),
    listOrphans(deps),
  ]);
  // Runs of what is deleted by now are among them.
  const spent = (which: readonly LedgerRun[], from: Date): Money =>
    makeLedger(which, spanOf(from, now), { prices, groupBy: 'destination' }).total.cost;
  const spentToday = (which: readonly LedgerRun[]) => spent(which, midnight);
  const parts = [
    ...partsOfChannels(prices, records, runs, spentToday),
    { part: 'flow' as const, count: flow ? 1 : 0, now: flow ? priceOfFlow(prices, flow.status) : NOTHING, today: null },
    {
      part: 'leftovers' as const,
      count: orphans.length,
      now: sum(orphans.map((orphan) => priceOfLeftover(prices, orphan))),
      today: null,
    },
  ];
  const perHour = sum(parts.map((part) => part.now));
  const soFar = spentToday(runs);
  const since = beginOfShow(records);
  const show = since && { since: since.toISOString(), soFar: spent(runs, since) };
  const everything = sum([perHour, soFar, ...(show ? [show.soFar] : [])]);
  return {
    ...shown,
    observedAt: now.toISOString(),
    perHourNow: toUsd(perHour) ?? 0,
    soFarToday: toUsd(soFar) ?? 0,
    show: show && { since: show.since, soFar: toUsd(show.soFar) ?? 0 },
    isComplete: isComplete(everything),
    unknownParts: [...everything.unknownParts],
    parts: parts.map(toShown),
  };
}

/** One part of it; `today` null where running times are not recorded. */
interface PartNow {
  part: CostNow['parts'][number]['part'];
  count: number;
  now: Money;
  today: Money | null;
}

/** The destinations, and the always-on one by itself. */
function partsOfChannels(
  prices: Prices | undefined,
  records: readonly Destination[],
  runs: readonly LedgerRun[],
  spentToday: (which: readonly LedgerRun[]) => Money,
): PartNow[] {
  return (['destinations', 'primary'] as const).map((part) => {
    const isOfPart = (one: Pick<Destination, 'destinationId'>) => isPrimary(one) === (part === 'primary');
    const concerned = records.filter(isOfPart);
    return {
      part,
      count: concerned.filter(({ held }) => holdsAnything(held)).length,
      now: sum(concerned.map((record) => priceOfHeld(prices, record))),
      today: spentToday(runs.filter(isOfPart)),
    };
  });
}

function toShown({ part, count, now, today }: PartNow): CostNow['parts'][number] {
  return {
    part,
    count,
    perHourNow: toUsd(now),
    soFarToday: today && toUsd(today),
    isComplete: isComplete(now) && (today === null || isComplete(today)),
  };
}

/** When the oldest run of a destination that is still going began; null when none is on air. */
function beginOfShow(records: readonly Destination[]): Date | null {
  const starts = records.flatMap((record) => (isPrimary(record) ? [] : (record.held.channelRun?.startedAt ?? [])));
  return starts.length === 0 ? null : new Date(Math.min(...starts.map(Date.parse)));
}

function earlier(one: Date | null, other: Date): Date {
  return one !== null && one < other ? one : other;
}

function spanOf(from: Date, to: Date): Span {
  return { startMs: from.getTime(), endMs: to.getTime() };
}
