import {
  courseOf,
  formatMicroUsd,
  isConcerned,
  knownMicroUsd,
  limitOf,
  type AnyCeiling,
  type CeilingPeriod,
} from './ceiling.ts';
import type { Destination } from './destination.ts';
import type { SubjectObservation } from './incident-observe.ts';
import type { Incident, IncidentSubject } from './incident.ts';
import type { Show } from './show.ts';
import type { Spending } from './spending.ts';

/** Turns a ceiling and the spending it is compared with into the signal that the rules of money watch. Pure. */

const NAMES: Record<CeilingPeriod, string> = { day: 'Ceiling of the day', month: 'Ceiling of the month' };

/** Returns the subject of the incidents of a deployment's ceiling. */
export function moneySubjectOf(period: CeilingPeriod): IncidentSubject {
  return { kind: 'money', id: period, name: NAMES[period], group: null };
}

/** Returns the subject of the incidents of a show's ceiling. */
export function showMoneySubjectOf({ showId, title }: Pick<Show, 'showId' | 'title'>): IncidentSubject {
  return { kind: 'money', id: showId, name: `Ceiling of the show "${title}"`, group: null };
}

/** A ceiling as it was evaluated. */
export interface CeilingReport {
  ceiling: AnyCeiling;
  spending: Spending;
  subject: IncidentSubject;
  /** Destinations whose runs it counts; absent for all. */
  counted?: ReadonlySet<string>;
}

/** Returns the signal of a ceiling. It counts as spent as soon as what stopping now still costs is above it. */
export function ceilingSignals(
  { ceiling, spending, subject, counted }: CeilingReport,
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
    subject,
    signals: { spentPercent: isReached ? Math.max(percent, 100) : percent },
    details: { spentPercent: parts.join('; ') },
    affected: records
      .filter(({ desired, destinationId }) => desired === 'running' && isConcerned(ceiling, destinationId))
      .filter(({ destinationId }) => counted?.has(destinationId) ?? true)
      .map(({ destinationId, name }) => ({ destinationId, name })),
  };
}

const TEXTS: Record<'asked' | 'kept' | 'stopped', (ceiling: AnyCeiling, now: Date) => string> = {
  asked(ceiling, now) {
    const isStop = ceiling.atLimit.action === 'ask' && ceiling.atLimit.defaultAnswer === 'stop';
    const otherwise = isStop ? 'everything that is not spared stops' : 'everything keeps running';
    return `answer keep or stop until ${courseOf(ceiling, now)?.answerDueAt}, otherwise ${otherwise}`;
  },
  kept: () => 'everything keeps running',
  stopped: () => 'everything that is not spared was stopped',
};

/** Returns signals that resolve the incidents of ceilings that are watched no more. */
export function removedCeilings(
  incidents: readonly Incident[],
  watched: readonly Pick<CeilingReport, 'subject'>[],
): SubjectObservation[] {
  const ids = new Set(watched.map(({ subject }) => subject.id));
  const gone = incidents.filter(({ subject }) => subject.kind === 'money' && !ids.has(subject.id));
  const subjects = new Map(gone.map(({ subject }) => [subject.id, subject]));
  return [...subjects.values()].map((subject) => ({ subject, signals: { spentPercent: 0 } }));
}
