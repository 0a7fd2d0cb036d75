import { readRuns } from '../../aws/channel-runs.ts';
import { observeFlow } from '../../aws/flow.ts';
import { metricsPerLook } from '../../aws/metrics.ts';
import { listOrphans } from '../../aws/orphan-table.ts';
import { pricingOf } from '../../aws/pricing-of.ts';
import type { Span } from '../../domain/billed-time.ts';
import {
  priceOfFlow,
  priceOfHeld,
  priceOfLeftover,
  priceOfRunning,
  priceOfViewer,
  settingsOf,
  totalOf,
} from '../../domain/cost.ts';
import { createLedger, type LedgerRun } from '../../domain/cost-ledger.ts';
import {
  beganAt,
  costOfFixedWithin,
  FIXED_PARTS,
  NOT_RECORDED,
  priceOfFixed,
  priceOfMetricReads,
  resourcesOf,
} from '../../domain/deployment-cost.ts';
import { runInProgress, type Destination } from '../../domain/destination.ts';
import { holdsAnything, isPrimary } from '../../domain/lifecycle.ts';
import { isComplete, NOTHING, sum, toUsd, type Money } from '../../domain/money.ts';
import type { Pricing } from '../../domain/pricing.ts';
import { startOfDay } from '../../domain/utc-day.ts';
import type { ApiDeps } from '../api-deps.ts';
import { toAmount } from './amount.ts';
import type { CostNow } from '../schemas/costs.ts';

/** On AWS the monitor polls metrics once a minute. */
const LOOKS_PER_HOUR = 60;

/** Costs that the amounts never include. */
const NOT_COUNTED =
  'Not included: Lambda, Step Functions, DynamoDB, S3, logs, e-mails and the requests of dashboards and scripts.';

/** Returns the source of an answer's prices. */
export function provenanceOf(deps: Pick<ApiDeps, 'deployment' | 'embedded'>) {
  const pricing = pricingOf(deps);
  const { prices, region } = pricing;
  const shown = { currency: 'USD' as const, region, priceDate: prices?.seenOn ?? null, isBilled: !deps.embedded };
  return { pricing, shown, notes: [...(prices?.notes ?? []), NOT_COUNTED] };
}

/** Returns the present costs, and the costs of today and of this show. */
export async function observeCosts(deps: ApiDeps): Promise<CostNow> {
  const now = deps.now();
  const midnight = startOfDay(now);
  const { pricing, shown, notes } = provenanceOf(deps);
  // A show may have begun before midnight.
  const [{ runs, records }, flow, orphans] = await Promise.all([
    readRuns(deps, (all) => earlier(beginOfShow(all), midnight), now),
    observeFlow(deps),
    listOrphans(deps),
  ]);
  // Includes runs of deleted destinations.
  const spent = (which: readonly LedgerRun[], from: Date): Money =>
    createLedger(which, spanOf(from, now), { pricing, groupBy: 'destination' }).total.cost;
  const spentToday = (which: readonly LedgerRun[]) => spent(which, midnight);
  const parts: PartNow[] = [
    ...partsOfChannels(pricing, records, runs, spentToday),
    { part: 'flow', count: flow ? 1 : 0, now: flow ? priceOfFlow(pricing, flow.status) : NOTHING, today: null },
    {
      part: 'leftovers',
      count: orphans.length,
      now: sum(orphans.map((orphan) => priceOfLeftover(pricing, orphan))),
      today: null,
    },
    ...fixedParts(pricing, records, spanOf(midnight, now)),
  ];
  const perHour = sum(parts.map((part) => part.now));
  const soFar = sum([...parts.flatMap((part) => part.today ?? []), NOT_RECORDED]);
  const since = beginOfShow(records);
  const ofShow = since && spent(runs, since);
  return {
    ...shown,
    observedAt: now.toISOString(),
    perHourNow: toUsd(perHour) ?? 0,
    isComplete: isComplete(perHour),
    isAbout: perHour.isAbout,
    unknownParts: [...perHour.unknownParts],
    soFarToday: toUsd(soFar) ?? 0,
    isSoFarComplete: isComplete(soFar),
    soFarUnknownParts: [...soFar.unknownParts],
    show: since && ofShow && { since: since.toISOString(), soFar: toUsd(ofShow) ?? 0, isComplete: isComplete(ofShow) },
    parts: parts.map(toShown),
    whenRunning: whenRunning(pricing, records),
    notes,
  };
}

/** One part of the costs; `today` is null where running times are not recorded. */
interface PartNow {
  part: CostNow['parts'][number]['part'];
  count: number;
  now: Money;
  today: Money | null;
}

/** Returns the destinations and, separately, the primary. */
function partsOfChannels(
  pricing: Pricing,
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
      now: sum(concerned.map((record) => priceOfHeld(pricing, record))),
      today: spentToday(runs.filter(isOfPart)),
    };
  });
}

/** Returns the fixed costs and the metrics the monitor reads while channels run. */
function fixedParts(pricing: Pricing, records: readonly Destination[], today: Span): PartNow[] {
  const running = records.filter(({ held }) => runInProgress(held));
  const pipelines = running.reduce((count, { held }) => count + (held.channel?.channelClass === 'STANDARD' ? 2 : 1), 0);
  const reads = priceOfMetricReads(pricing, metricsPerLook(pipelines, pricing) * LOOKS_PER_HOUR);
  const spent = new Map(costOfFixedWithin(pricing, today, beganAt(records)).map(({ part, cost }) => [part, cost]));
  return FIXED_PARTS.map((part) => {
    const perHour = priceOfFixed(pricing, part);
    const now = part === 'monitoring' ? sum([perHour, reads]) : perHour;
    return { part, count: resourcesOf(part, pricing), now, today: spent.get(part) ?? NOTHING };
  });
}

/** Returns the price of flow and primary while they run, shown before they are started. */
function whenRunning(pricing: Pricing, records: readonly Destination[]): CostNow['whenRunning'] {
  const primary = records.find(isPrimary);
  return {
    flow: toAmount(priceOfFlow(pricing, 'ACTIVE')),
    primary: primary ? toAmount(totalOf(priceOfRunning(pricing, settingsOf(primary)))) : null,
    viewer: primary ? toAmount(priceOfViewer(pricing, settingsOf(primary))) : null,
  };
}

function toShown({ part, count, now, today }: PartNow): CostNow['parts'][number] {
  return {
    part,
    count,
    perHourNow: toUsd(now),
    isComplete: isComplete(now),
    isAbout: now.isAbout,
    soFarToday: today && toUsd(today),
    isSoFarComplete: today !== null && isComplete(today),
  };
}

/** Returns the start of the oldest running destination; null when none is on air. */
function beginOfShow(records: readonly Destination[]): Date | null {
  const starts = records.flatMap((record) => (isPrimary(record) ? [] : (runInProgress(record.held)?.startedAt ?? [])));
  return starts.length === 0 ? null : new Date(Math.min(...starts.map(Date.parse)));
}

function earlier(one: Date | null, other: Date): Date {
  return one !== null && one < other ? one : other;
}

function spanOf(from: Date, to: Date): Span {
  return { startMs: from.getTime(), endMs: to.getTime() };
}
