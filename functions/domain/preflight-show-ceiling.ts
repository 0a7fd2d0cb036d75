import {
  ceilingMinimum,
  countdownMinutesOf,
  courseOf,
  EVALUATED_EVERY_SECONDS,
  formatMicroUsd,
  isConcerned,
  knownMicroUsd,
  limitOf,
  type ShowCeiling,
} from './ceiling.ts';
import { nameOfCeiling } from './ceiling-words.ts';
import { forHours, priceOfRunning, settingsOf } from './cost.ts';
import type { Destination } from './destination.ts';
import { NOTHING, sum, type Money } from './money.ts';
import { failed, notPossible, passed, warning, type Finding } from './preflight.ts';
import type { Pricing } from './pricing.ts';
import { endMsOf, lengthSeconds, plannedMsOf } from './show-plan.ts';
import { isStillToStart, type Show } from './show.ts';
import { STOP_SECONDS, type Spending } from './spending.ts';

/** The check of a show's own ceiling: whether it has room for what is planned. Pure. */

type Planned = Pick<Show, 'destinations' | 'startsAt' | 'endsAt' | 'goLiveAt'>;

interface CeilingFacts {
  /** The show's destinations that exist. */
  chosen: readonly Destination[];
  now: Date;
  pricing: Pricing;
  /** By the show until now. */
  spending: Spending;
}

const REMEDY = 'Raise the ceiling of the show, plan an earlier end, or leave destinations out.';
const HOUR_MS = 3_600_000;

/** Compares the ceiling with what the show has cost and still costs by its plan. */
export function checkShowCeiling(show: Planned & { ceiling: ShowCeiling }, facts: CeilingFacts): Finding {
  const { ceiling } = show;
  const { chosen, now, spending } = facts;
  const name = `The ${nameOfCeiling(ceiling)}`;
  const limit = limitOf(ceiling, now);
  if (limit === null) return passed(`${name} stops nothing: a person has let the show run until it ends.`);
  const isStopping = chosen.some(({ destinationId }) => isConcerned(ceiling, destinationId));
  const refuse = isStopping ? failed : warning;
  if (courseOf(ceiling, now)?.state === 'stopped') {
    return refuse(`${name} is reached and lets nothing start that it does not spare.`, REMEDY);
  }
  const toStart = new Set(show.destinations.filter(isStillToStart).map(({ destinationId }) => destinationId));
  const starting = chosen.filter(({ destinationId }) => toStart.has(destinationId));
  const least = ceilingMinimum(spending, ceiling.atLimit, now, starting);
  if (least > limit) {
    const detail = `${name} is below ${formatMicroUsd(least)}, which the show costs before anything can be stopped.`;
    return refuse(detail, REMEDY);
  }
  const remaining = remainingCost(show, facts);
  if (remaining.microUsd === null) {
    const parts = remaining.unknownParts.join(', ');
    return notPossible(
      `What the show costs is not known. Without a price: ${parts}.`,
      'Fetch the prices of the Region.',
    );
  }
  return compare(show, { name, limit, refuse, remaining }, facts);
}

function compare(
  show: Planned & { ceiling: ShowCeiling },
  found: { name: string; limit: number; refuse: typeof failed; remaining: Money },
  facts: CeilingFacts,
): Finding {
  const { limit, name, refuse, remaining } = found;
  const spent = knownMicroUsd(facts.spending.spent);
  const words = [
    `about ${formatMicroUsd(knownMicroUsd(remaining))} for what is planned`,
    spent > 0 && `${formatMicroUsd(spent)} are spent`,
    show.endsAt === null && `without a planned end, ${lengthSeconds(show) / 3600} hours are counted`,
    remaining.unknownParts.length > 0 && `not counted: ${remaining.unknownParts.join(', ')}`,
  ];
  const figures = words.filter((part) => part !== false).join('; ');
  if (spent + knownMicroUsd(remaining) > limit) return refuse(`${name} will be reached: ${figures}.`, REMEDY);
  const early = earlySeconds(show.ceiling);
  const withEarlyStop = knownMicroUsd(remainingCost(show, facts, early));
  if (spent + withEarlyStop > limit) {
    return warning(`${name} may act in the last ${Math.ceil(early / 60)} minutes: ${figures}.`, REMEDY);
  }
  return passed(`${name} has room: ${figures}.`);
}

/** A ceiling acts so much earlier than it is reached: at an evaluation, after a question, and before stops are confirmed. */
function earlySeconds({ atLimit }: ShowCeiling): number {
  if (atLimit.action === 'warn') return 0;
  return EVALUATED_EVERY_SECONDS + countdownMinutesOf(atLimit) * 60 + STOP_SECONDS;
}

/** Returns what the destinations that are on air or still to start cost until some seconds after the planned end. */
function remainingCost(show: Planned, { chosen, now, pricing }: CeilingFacts, laterSeconds = 0): Money {
  const records = new Map(chosen.map((record) => [record.destinationId, record]));
  const endMs = endMsOf(show) + laterSeconds * 1000;
  const costs = show.destinations.flatMap((each) => {
    const record = records.get(each.destinationId);
    if (!record || each.problem !== null || each.stopRequestedAt !== null || each.offAirAt !== null) return [];
    const hours = (endMs - Math.max(now.getTime(), plannedMsOf(show, each))) / HOUR_MS;
    return hours <= 0 ? [] : [forHours(priceOfRunning(pricing, settingsOf(record)), hours)];
  });
  // A sum without a known part stays unknown.
  return costs.length === 0 ? NOTHING : sum(costs);
}
