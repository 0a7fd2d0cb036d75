import { getPrices } from '../../presets/prices.ts';
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
import type { ApiDeps } from './api-deps.ts';
import type { CostNow } from './cost-schemas.ts';
import { startOfDay } from './window.ts';

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
  const { prices, shown } = provenanceOf(deps);
  // A show that goes on past midnight began before today; the records tell, so they come with the runs of today first.
  const [today, flow, orphans] = await Promise.all([
    readRuns(deps, startOfDay(now), now),
    observeFlow(deps),
    listOrphans(deps),
  ]);
  const since = sinceOf(today.records);
  const isOverMidnight = since !== null && since < startOfDay(now);
  const { runs, records } = isOverMidnight ? await readRuns(deps, since, now) : today;

  // Runs of what is deleted by now are among them.
  const spent = (which: readonly LedgerRun[], from: Date): Money =>
    makeLedger(which, spanOf(from, now), { prices, groupBy: 'destination' }).total.cost;
  const primary = records.filter(isPrimary);
  const others = records.filter((record) => !isPrimary(record));
  const channels = (part: 'destinations' | 'primary', some: Destination[], theirs: LedgerRun[]) => ({
    part,
    count: some.filter(({ held }) => holdsAnything(held)).length,
    now: sum(some.map((record) => priceOfHeld(prices, record))),
    today: spent(theirs, startOfDay(now)),
  });
  const parts = [
    channels(
      'destinations',
      others,
      runs.filter((run) => !isPrimary(run)),
    ),
    channels('primary', primary, runs.filter(isPrimary)),
    { part: 'flow' as const, count: flow ? 1 : 0, now: flow ? priceOfFlow(prices, flow.status) : NOTHING, today: null },
    {
      part: 'leftovers' as const,
      count: orphans.length,
      now: sum(orphans.map((orphan) => priceOfLeftover(prices, orphan))),
      today: null,
    },
  ];
  const perHour = sum(parts.map((part) => part.now));
  const soFar = spent(runs, startOfDay(now));
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
    parts: parts.map(({ part, count, now: price, today: cost }) => ({
      part,
      count,
      perHourNow: toUsd(price),
      soFarToday: cost && toUsd(cost),
      isComplete: isComplete(price) && (cost === null || isComplete(cost)),
    })),
  };
}

/** When the oldest run of a destination that is still going began; null when none is on air. */
function sinceOf(records: readonly Destination[]): Date | null {
  const starts = records.flatMap((record) => (isPrimary(record) ? [] : (record.held.channelRun?.startedAt ?? [])));
  return starts.length === 0 ? null : new Date(Math.min(...starts.map(Date.parse)));
}

function spanOf(from: Date, to: Date): Span {
  return { startMs: from.getTime(), endMs: to.getTime() };
}
