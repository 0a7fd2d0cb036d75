import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeCeiling, makeSpending } from '../../test/support/make-ceiling.ts';
import {
  answerCeiling,
  ceilingMinimum,
  courseOf,
  decideCeilingStop,
  evaluateCeiling,
  holdOn,
  isSameCeiling,
  limitOf,
  needWithin,
  periodSpan,
  type AtLimit,
  type Ceiling,
} from './ceiling.ts';
import type { Destination } from './destination.ts';
import { newDestination } from './new-destination.ts';

const START = Date.parse('2026-11-21T18:00:00Z');
const at = (minutes: number) => new Date(START + minutes * 60_000);
const ASK: AtLimit = { action: 'ask', countdownMinutes: 10, defaultAnswer: 'stop' };

/** Evaluates once a minute against a spending of 0.60 USD an hour, which is a cent a minute. */
function evaluate(ceiling: Ceiling, spentUsd: number, minutes: number, usdPerHour = 0.6): Ceiling {
  return evaluateCeiling(ceiling, makeSpending(spentUsd, usdPerHour, at(minutes)), at(minutes), 60);
}

describe('a period', () => {
  it('is a UTC day or month, to the millisecond, over the ends of months and years', () => {
    const spanOf = (period: 'day' | 'month', time: string) => {
      const { startMs, endMs } = periodSpan(period, new Date(time));
      return [new Date(startMs).toISOString(), new Date(endMs).toISOString()];
    };
    expect(spanOf('day', '2026-11-30T23:59:59.999Z')).toEqual(['2026-11-30T00:00:00.000Z', '2026-12-01T00:00:00.000Z']);
    expect(spanOf('day', '2026-12-01T00:00:00.000Z')).toEqual(['2026-12-01T00:00:00.000Z', '2026-12-02T00:00:00.000Z']);
    expect(spanOf('month', '2026-12-31T23:59:59.999Z')).toEqual([
      '2026-12-01T00:00:00.000Z',
      '2027-01-01T00:00:00.000Z',
    ]);
    expect(spanOf('month', '2027-01-01T00:00:00.000Z')).toEqual([
      '2027-01-01T00:00:00.000Z',
      '2027-02-01T00:00:00.000Z',
    ]);
    expect(spanOf('month', '2028-02-29T12:00:00.000Z')).toEqual([
      '2028-02-01T00:00:00.000Z',
      '2028-03-01T00:00:00.000Z',
    ]);
  });

  it('begins without what the ceiling decided in the one before', () => {
    const stopped = evaluate(makeCeiling(), 2, 0);
    expect(courseOf(stopped, at(0))?.state).toBe('stopped');
    expect(courseOf(stopped, new Date('2026-11-22T00:00:00.000Z'))).toBeNull();
    expect(holdOn([stopped], 'dst_1', new Date('2026-11-21T23:59:59.999Z'))).toBe(stopped);
    expect(holdOn([stopped], 'dst_1', new Date('2026-11-22T00:00:00.000Z'))).toBeNull();
  });
});

describe('a ceiling that stops', () => {
  it('decides when waiting for the next evaluation would lead above the amount, and not before', () => {
    const ceiling = makeCeiling();
    expect(evaluate(ceiling, 0.99, 0)).toBe(ceiling);
    expect(evaluate(ceiling, 0.990001, 0).course).toMatchObject({ state: 'stopped', by: 'ceiling', answerDueAt: null });
  });

  it('decides once', () => {
    const stopped = evaluate(makeCeiling(), 2, 0);
    expect(evaluate(stopped, 3, 1)).toBe(stopped);
  });

  it('stops nothing after a person keeps everything running', () => {
    const kept = answerCeiling(makeCeiling(), { answer: 'keep', keptUntilMicroUsd: null, by: 'Anna' }, at(0));
    expect(evaluate(kept, 50, 1)).toBe(kept);
    expect(limitOf(kept, at(1))).toBeNull();
  });

  it('stops at the amount up to which a person keeps everything running', () => {
    const kept = answerCeiling(makeCeiling(), { answer: 'keep', keptUntilMicroUsd: 2_000_000, by: 'Anna' }, at(0));
    expect(evaluate(kept, 1.99, 1)).toBe(kept);
    expect(evaluate(kept, 1.991, 1).course?.state).toBe('stopped');
  });
});

it('a ceiling that warns decides nothing', () => {
  const ceiling = makeCeiling({ atLimit: { action: 'warn' } });
  expect(evaluate(ceiling, 50, 0)).toBe(ceiling);
});

describe('a ceiling that asks', () => {
  const ceiling = makeCeiling({ atLimit: ASK });

  it('asks so early that a stop at the end of the countdown comes in time', () => {
    expect(evaluate(ceiling, 0.89, 0)).toBe(ceiling);
    const asked = evaluate(ceiling, 0.891, 0);
    expect(asked.course).toMatchObject({ state: 'asked', answerDueAt: at(10).toISOString() });
    expect(evaluate(asked, 0.981, 9)).toBe(asked);
    const stopped = evaluate(asked, 0.991, 10);
    expect(stopped.course).toMatchObject({ state: 'stopped', by: 'ceiling' });
  });

  it('keeps everything running when that is the default answer', () => {
    const gentle = makeCeiling({ atLimit: { ...ASK, defaultAnswer: 'keep' } });
    const asked = evaluate(gentle, 0.95, 0);
    expect(evaluate(asked, 1.05, 10).course).toMatchObject({ state: 'kept', by: 'ceiling', keptUntilMicroUsd: null });
  });

  it('takes its question back when enough was stopped meanwhile', () => {
    const asked = evaluate(ceiling, 0.95, 0);
    expect(evaluate(asked, 0.96, 1, 0.06).course).toBeNull();
  });

  it('stays open while too little was stopped to ask again in time, and is due when the amount is', () => {
    const asked = evaluate(ceiling, 0.95, 0);
    // Without its question, the next one would be due eleven minutes later, at 1.01 USD.
    expect(evaluate(asked, 0.96, 9, 0.24)).toBe(asked);
    const extended = evaluate(asked, 0.964, 10, 0.24);
    expect(extended.course).toEqual({ ...asked.course, answerDueAt: at(18).toISOString() });
    expect(evaluate(extended, 0.992, 17, 0.24)).toBe(extended);
    expect(evaluate(extended, 0.9961, 18, 0.24).course?.state).toBe('stopped');
  });

  it('does not count the default answer after a person has answered', () => {
    const asked = evaluate(ceiling, 0.95, 0);
    const kept = answerCeiling(asked, { answer: 'keep', keptUntilMicroUsd: null, by: 'Anna' }, at(5));
    expect(evaluate(kept, 1.1, 11)).toBe(kept);
    expect(answerCeiling(kept, { answer: 'keep', keptUntilMicroUsd: null, by: 'Ben' }, at(6))).toBe(kept);
  });

  it('asks again at the amount up to which a person keeps everything running', () => {
    const kept = answerCeiling(ceiling, { answer: 'keep', keptUntilMicroUsd: 2_000_000, by: 'Anna' }, at(0));
    const asked = evaluate(kept, 1.9, 1);
    expect(asked.course?.state).toBe('asked');
    expect(limitOf(asked, at(1))).toBe(2_000_000);
    expect(evaluate(asked, 1.7, 2).course).toMatchObject({ state: 'kept', keptUntilMicroUsd: 2_000_000 });
  });
});

describe('a stop by a ceiling', () => {
  const chosen = { destinationId: 'primary', name: 'x', platform: 'twitch', rtmpUrl: '', preset: '1080p30' };
  const record = newDestination({ ...chosen, standby: 'cold', desired: 'running', status: 'running' }, at(0));

  it('stops what is on air, the preview too, and cancels a restart', () => {
    const { record: after, begins } = decideCeilingStop({ ...record, restartRequested: true });
    expect([after.desired, after.restartRequested, begins]).toEqual(['idle', false, 'stop']);
  });

  it('leaves alone what is off air, on its way there, or being deleted', () => {
    for (const desired of ['idle', 'deleted'] as const) {
      const resting = { ...record, desired };
      expect(decideCeilingStop(resting)).toEqual({ record: resting, begins: null });
    }
  });

  it('keeps what it concerns off air, and neither what is spared nor the source', () => {
    const stopped = evaluate(makeCeiling({ spared: ['dst_1'] }), 2, 0);
    expect(holdOn([stopped], 'dst_2', at(1))).toBe(stopped);
    expect(holdOn([stopped], 'dst_1', at(1))).toBeNull();
    expect(needWithin([stopped], record, 'run', at(1))).toBe('stop');
    expect(needWithin([stopped], record, 'as-is', at(1))).toBe('as-is');
    expect(needWithin([{ ...stopped, spared: ['primary'] }], record, 'run', at(1))).toBe('run');
  });

  it('starts a preview that was stopped only after the next evaluation, and not during a question', () => {
    const watching = makeCeiling();
    const stoppedAt = { ...record, generation: 2, desired: 'idle', desiredAt: at(5).toISOString() } as const;
    const needOf = (one: Ceiling, minutes: number, primary: Destination = stoppedAt) =>
      needWithin([one], primary, 'run', at(minutes));
    expect([needOf(watching, 5), needOf(watching, 6), needOf(watching, 6.1)]).toEqual(['as-is', 'as-is', 'run']);
    // A sweep that stops it notes no request.
    const bySweep = { ...stoppedAt, desiredAt: undefined, lastModified: at(7).toISOString() };
    expect([needOf(watching, 7.5, bySweep as never), needOf(watching, 8.1, bySweep as never)]).toEqual([
      'as-is',
      'run',
    ]);
    // The clock was set back, or nothing has run yet.
    expect([needOf(watching, 4), needOf(watching, 5, { ...stoppedAt, generation: 0 })]).toEqual(['run', 'run']);
    expect([needOf({ ...watching, spared: ['primary'] }, 5), needWithin([], stoppedAt, 'run', at(5))]).toEqual([
      'run',
      'run',
    ]);
    const asked = evaluate(makeCeiling({ atLimit: ASK }), 0.999, 5);
    expect(needOf(asked, 8)).toBe('as-is');
    const kept = answerCeiling(asked, { answer: 'keep', keptUntilMicroUsd: null, by: 'Anna' }, at(5));
    expect(needOf(kept, 5)).toBe('run');
  });
});

it('the least amount of a ceiling is what cannot be avoided, rounded up to the cent', () => {
  const minimumOf = (usd: number) => ceilingMinimum(makeSpending(usd), { action: 'stop' }, at(0));
  expect([minimumOf(0), minimumOf(0.01), minimumOf(0.010001), minimumOf(1.239)]).toEqual([
    10_000, 10_000, 20_000, 1_240_000,
  ]);
});

it('two ceilings are the same whatever the order of what they spare', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string()), (spared) => {
      expect(isSameCeiling(makeCeiling({ spared }), makeCeiling({ spared: spared.toReversed() }))).toBe(true);
      expect(isSameCeiling(makeCeiling({ spared }), makeCeiling({ spared: [...spared, 'one more'] }))).toBe(false);
    }),
  );
});
