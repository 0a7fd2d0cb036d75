import { formatMicroUsd, isStartAbove, knownMicroUsd, limitOf, periodSpan, type Ceiling } from './ceiling.ts';
import { forHours, priceOfRunning, settingsOf } from './cost.ts';
import type { Destination } from './destination.ts';
import { sum, type Money } from './money.ts';
import { failed, passed, warning, type Finding } from './preflight.ts';
import type { Pricing } from './pricing.ts';
import type { Spending } from './spending.ts';

/** The check of a ceiling: whether it lets the destinations start, and what the show is estimated to cost. */

/** When the destinations run. @see Show */
export interface PlannedTime {
  startsAt: Date;
  hours: number;
}

/** Returns what the destinations cost for the planned time. */
export function estimateOf(pricing: Pricing, chosen: readonly Destination[], hours: number): Money {
  return sum(chosen.map((record) => forHours(priceOfRunning(pricing, settingsOf(record)), hours)));
}

/**
 * Compares one ceiling with what is spent and what is planned.
 * @param planned null without a plan: only the starts themselves are checked
 */
export function checkCeiling(
  ceiling: Ceiling,
  {
    chosen,
    now,
    planned,
    spending,
  }: {
    chosen: readonly Destination[];
    now: Date;
    planned: (PlannedTime & { estimate: Money }) | null;
    spending: Spending;
  },
): Finding {
  const remedy = `Raise the ceiling with PUT /api/ceilings/${ceiling.period}, or leave destinations out.`;
  const name = `The ${ceiling.period} ceiling of ${formatMicroUsd(ceiling.microUsd)}`;
  const refused = chosen.find((record) => record.desired !== 'running' && isStartAbove(ceiling, spending, record, now));
  if (refused) return failed(`${name} does not allow ${refused.name} to start.`, remedy);
  const limit = limitOf(ceiling, now);
  if (planned === null || limit === null) return passed(`${name} allows the starts.`);
  const isThisPeriod = planned.startsAt.getTime() < periodSpan(ceiling.period, now).endMs;
  const spent = isThisPeriod ? knownMicroUsd(spending.spent) : 0;
  const estimate = knownMicroUsd(planned.estimate);
  const words = `about ${formatMicroUsd(estimate)} for the show${isThisPeriod ? `, and ${formatMicroUsd(spent)} are spent` : ''}`;
  const unknown =
    planned.estimate.unknownParts.length > 0 ? ` Without a price: ${planned.estimate.unknownParts.join(', ')}.` : '';
  if (spent + estimate <= limit) return passed(`${name} has room: ${words}.${unknown}`);
  const isStopped = ceiling.atLimit.action !== 'warn';
  return (isStopped ? failed : warning)(`${name} will be reached: ${words}.${unknown}`, remedy);
}
