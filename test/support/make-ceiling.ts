import type { CeilingResource } from '../../functions/api/schemas/ceilings.ts';
import { periodSpan, type Ceiling } from '../../functions/domain/ceiling.ts';
import { known } from '../../functions/domain/money.ts';
import type { Spending } from '../../functions/domain/spending.ts';

/** Makes a ceiling of a dollar for the day that stops everything. */
export function makeCeiling(change: Partial<Ceiling> = {}): Ceiling {
  return {
    period: 'day',
    microUsd: 1_000_000,
    atLimit: { action: 'stop' },
    spared: [],
    course: null,
    revision: 1,
    changedBy: 'a person',
    changedAt: '2026-11-21T18:00:00.000Z',
    ...change,
  };
}

/** Makes the spending of a day. @param usdPerHour what runs in progress add from now on */
export function makeSpending(spentUsd: number, usdPerHour = 0, now = new Date('2026-11-21T18:00:00Z')): Spending {
  return {
    span: periodSpan('day', now),
    spent: known(spentUsd),
    ifStoppedAt: (at) => known(spentUsd + (usdPerHour * (at.getTime() - now.getTime())) / 3_600_000),
  };
}

/** Makes a ceiling in the API's form that only watches. */
export function makeCeilingResource(change: Partial<CeilingResource> = {}): CeilingResource {
  return {
    ...{ period: 'day', amount: 10, action: 'stop', countdownMinutes: null, defaultAnswer: null, spared: [] },
    ...{ from: '2026-11-21T00:00:00.000Z', until: '2026-11-22T00:00:00.000Z', limit: 10, spent: 4, committed: 1 },
    ...{ isComplete: true, isAbout: false, unknownParts: [], state: 'watching', since: null, decidedBy: null },
    ...{ answerDueAt: null, concerned: 0, revision: 1, changedBy: 'a person', changedAt: '2026-11-21T18:00:00.000Z' },
    ...change,
  };
}
