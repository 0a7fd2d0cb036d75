import {
  CEILING_PERIODS,
  courseOf,
  formatMicroUsd,
  isConcerned,
  knownMicroUsd,
  limitOf,
  type Ceiling,
  type CeilingPeriod,
} from './ceiling.ts';
import type { Destination } from './destination.ts';
import type { SubjectObservation } from './incident-observe.ts';
import type { Incident } from './incident.ts';
import type { Spending } from './spending.ts';

/** Turns a ceiling and the spending it is compared with into the signal that the rules of money watch. Pure. */

const NAMES: Record<CeilingPeriod, string> = { day: 'Ceiling of the day', month: 'Ceiling of the month' };

const subjectOf = (period: CeilingPeriod) => ({ kind: 'money', id: period, name: NAMES[period], group: null }) as const;

/** Returns the signal of a ceiling. It counts as spent as soon as what stopping now still costs is above it. */
export function ceilingSignals(
  ceiling: Ceiling,
  spending: Spending,
  records: readonly Destination[],
  now: Date,
): SubjectObservation {
  const limit = limitOf(ceiling, now) ?? ceiling.microUsd;
  const ifStopped = spending.ifStoppedAt(now);
  const percent = (knownMicroUsd(spending.spent) / limit) * 100;
  const state = courseOf(ceiling, now)?.state;
  const isReached = state === 'asked' || state === 'stopped' || knownMicroUsd(ifStopped) > limit;
  const parts = [
    `${formatMicroUsd(knownMicroUsd(spending.spent))} of ${formatMicroUsd(limit)} are spent`,
    `stopping everything now would still cost ${formatMicroUsd(knownMicroUsd(ifStopped) - knownMicroUsd(spending.spent))}`,
    ...(state ? [TEXTS[state](ceiling, now)] : []),
    ...(ifStopped.unknownParts.length > 0 ? [`not counted: ${ifStopped.unknownParts.join(', ')}`] : []),
  ];
  return {
    subject: subjectOf(ceiling.period),
    signals: { spentPercent: isReached ? Math.max(percent, 100) : percent },
    details: { spentPercent: parts.join('; ') },
    affected: records
      .filter(({ desired, destinationId }) => desired === 'running' && isConcerned(ceiling, destinationId))
      .map(({ destinationId, name }) => ({ destinationId, name })),
  };
}

const TEXTS: Record<'asked' | 'kept' | 'stopped', (ceiling: Ceiling, now: Date) => string> = {
  asked(ceiling, now) {
    const isStop = ceiling.atLimit.action === 'ask' && ceiling.atLimit.defaultAnswer === 'stop';
    const otherwise = isStop ? 'everything that is not spared stops' : 'everything keeps running';
    return `answer keep or stop until ${courseOf(ceiling, now)?.answerDueAt}, otherwise ${otherwise}`;
  },
  kept: () => 'everything keeps running',
  stopped: () => 'everything that is not spared was stopped',
};

/** Returns signals that resolve the incidents of ceilings that were removed. */
export function removedCeilings(incidents: readonly Incident[], ceilings: readonly Ceiling[]): SubjectObservation[] {
  const set = new Set(ceilings.map(({ period }) => period));
  const standing = new Set(
    incidents.filter(({ subject }) => subject.kind === 'money').map(({ subject }) => subject.id),
  );
  return CEILING_PERIODS.filter((period) => standing.has(period) && !set.has(period)).map((period) => ({
    subject: subjectOf(period),
    signals: { spentPercent: 0 },
  }));
}
