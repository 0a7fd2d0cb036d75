import { getSpendingSummary, putSpendingSummary } from '../aws/ceiling-table.ts';
import { readMentions } from '../aws/channel-runs.ts';
import type { AwsDeps } from '../aws/clients.ts';
import { pricingOf } from '../aws/pricing-of.ts';
import { periodSpan, type CeilingPeriod } from '../domain/ceiling.ts';
import type { Destination } from '../domain/destination.ts';
import type { Pricing } from '../domain/pricing.ts';
import type { Show } from '../domain/show.ts';
import {
  basisOf,
  isAccountedFor,
  spendingOfShow,
  spendingWithin,
  summarize,
  type Recorded,
  type Spending,
} from '../domain/spending.ts';

/**
 * Reads what was spent in a period or by a show. Rows of the history are read since a stored summary, which is computed again from
 * the whole period every two hours. So a reading costs a few rows, however long the period is, and an error in a summary
 * does not last.
 */

export type SpendingDeps = AwsDeps<'table', 'flowArn' | 'hasBackupSource' | 'pricedInput' | 'tableName'> & {
  now: () => Date;
};

const MINUTE_MS = 60_000;
const SUMMARIZED_EVERY_MS = 120 * MINUTE_MS;
/** A row is in the index long before that. */
const SETTLED_AFTER_MS = 15 * MINUTE_MS;

/** Reads the spending of the present period. @param records read before this call */
export async function readSpending(
  deps: SpendingDeps,
  period: CeilingPeriod,
  records: readonly Destination[],
): Promise<Spending> {
  const pricing = pricingOf(deps);
  const now = deps.now();
  const recorded = await readRecorded(deps, { period, pricing, records, now });
  return spendingWithin(pricing, recorded, periodSpan(period, now), now);
}

/**
 * Reads what a show has cost since it started its first destination.
 * @param records of the show's destinations, read before this call
 */
export async function readShowSpending(
  deps: SpendingDeps,
  { destinations }: Pick<Show, 'destinations'>,
  records: readonly Destination[],
): Promise<Spending> {
  const now = deps.now();
  const since = new Map(
    destinations.flatMap(({ destinationId, startRequestedAt }) =>
      startRequestedAt === null ? [] : [[destinationId, Date.parse(startRequestedAt)] as const],
    ),
  );
  const mentions = since.size === 0 ? [] : await readMentions(deps, new Date(Math.min(...since.values())), now);
  return spendingOfShow(pricingOf(deps), { mentions, records }, since, now);
}

interface Reading {
  period: CeilingPeriod;
  pricing: Pricing;
  records: readonly Destination[];
  now: Date;
}

async function readRecorded(deps: SpendingDeps, reading: Reading): Promise<Recorded> {
  const { period, pricing, records, now } = reading;
  const { startMs } = periodSpan(period, now);
  const summary = await getSpendingSummary(deps, period, startMs);
  const untilMs = summary?.basis === basisOf(pricing) ? Date.parse(summary.until) : startMs - 1;
  // A summary lies in the future after the clock was set back.
  const isFresh = untilMs >= startMs && untilMs <= now.getTime() && now.getTime() - untilMs < SUMMARIZED_EVERY_MS;
  if (summary && isFresh) {
    const mentions = await readMentions(deps, new Date(untilMs + 1), now);
    const recorded = { mentions, records, summary };
    if (isAccountedFor(recorded)) return recorded;
  }
  const mentions = await readMentions(deps, new Date(startMs), now);
  const until = new Date(now.getTime() - SETTLED_AFTER_MS);
  const next =
    until.getTime() > startMs ? summarize(pricing, { mentions, records }, periodSpan(period, now), until) : null;
  if (next) await putSpendingSummary(deps, period, startMs, next);
  return { mentions, records, summary: null };
}
