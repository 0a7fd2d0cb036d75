import { courseOf, isConcerned, knownMicroUsd, limitOf, type Ceiling } from '../../domain/ceiling.ts';
import type { Destination } from '../../domain/destination.ts';
import { isComplete } from '../../domain/money.ts';
import type { Spending } from '../../domain/spending.ts';
import type { CeilingResource } from '../schemas/ceilings.ts';

const toUsd = (microUsd: number) => microUsd / 1e6;

/** Returns a ceiling with its spending in its form in the API. */
export function presentCeiling(
  ceiling: Ceiling,
  spending: Spending,
  records: readonly Destination[],
  now: Date,
): CeilingResource {
  const { period, microUsd, atLimit, spared, revision, changedBy, changedAt } = ceiling;
  const course = courseOf(ceiling, now);
  const limit = limitOf(ceiling, now);
  const ifStopped = spending.ifStoppedAt(now);
  const isAsking = atLimit.action === 'ask';
  const isOnAir = ({ desired, destinationId }: Destination) =>
    desired === 'running' && isConcerned(ceiling, destinationId);
  return {
    period,
    amount: toUsd(microUsd),
    action: atLimit.action,
    countdownMinutes: isAsking ? atLimit.countdownMinutes : null,
    defaultAnswer: isAsking ? atLimit.defaultAnswer : null,
    spared: [...spared],
    from: new Date(spending.span.startMs).toISOString(),
    until: new Date(spending.span.endMs).toISOString(),
    limit: limit === null ? null : toUsd(limit),
    spent: toUsd(knownMicroUsd(spending.spent)),
    committed: toUsd(knownMicroUsd(ifStopped) - knownMicroUsd(spending.spent)),
    isComplete: isComplete(ifStopped),
    isAbout: ifStopped.isAbout,
    unknownParts: [...ifStopped.unknownParts],
    state: course?.state ?? 'watching',
    since: course?.since ?? null,
    decidedBy: course?.by ?? null,
    answerDueAt: course?.answerDueAt ?? null,
    concerned: records.filter(isOnAir).length,
    revision,
    changedBy,
    changedAt,
  };
}
