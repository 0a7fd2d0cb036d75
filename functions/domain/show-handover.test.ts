import { describe, expect, it } from 'vitest';
import { makeRecord } from '../../test/support/api.ts';
import { makeShow, makeShowDestination } from '../../test/support/make-show.ts';
import { claimsOf, decideShowStop, partingOf, showActorOf, starterOf } from './show-handover.ts';

const NOW = new Date('2026-12-06T11:00:00Z');
const BEFORE = '2026-12-06T09:57:00.000Z';
const mine = { showId: 'shw_1', title: 'A "quoted" (title): start' };
const next = { showId: 'shw_2', title: 'Next' };
const onAir = (show: typeof mine, desiredAt = BEFORE) =>
  makeRecord({
    status: 'running',
    desired: 'running',
    operation: null,
    desiredBy: showActorOf(show, 'start'),
    desiredAt,
  });

describe('the show that has a destination', () => {
  it('is named by the record, whatever its title contains', () => {
    expect(starterOf(onAir(mine))).toEqual(mine);
    expect(starterOf({ ...onAir(mine), desiredBy: 'operator' })).toBeNull();
    expect(starterOf({ ...onAir(mine), desired: 'idle' })).toBeNull();
  });

  it('is claimed by shows that run and have not stopped it', () => {
    const destinations = [makeShowDestination('a', { startRequestedAt: BEFORE })];
    const claimsIn = (state: 'live' | 'ending', changes = {}) =>
      claimsOf(mine, [makeShow({ ...next, state, destinations: [{ ...destinations[0]!, ...changes }] })]).get('a');
    expect(claimsIn('live')).toEqual([{ ...next, hasProblem: false }]);
    expect([claimsIn('ending'), claimsIn('live', { isStopConfirmed: true })]).toEqual([undefined, undefined]);
  });

  it('leaves it to the show that has it, and hands it to one that will be on air there', () => {
    const claim = { ...next, hasProblem: false };
    expect(partingOf(onAir(next), [claim])).toMatchObject({ kind: 'leave' });
    expect(partingOf(onAir(next), [{ ...claim, hasProblem: true }])).toMatchObject({ kind: 'leave' });
    expect(partingOf(onAir(mine), [claim])).toMatchObject({ kind: 'hand-over' });
    expect(partingOf(onAir(mine), [{ ...claim, hasProblem: true }])).toEqual({ kind: 'stop' });
    expect(partingOf(onAir(next), [])).toEqual({ kind: 'stop' });
  });
});

describe('a stop that a show requests', () => {
  const request = { showId: mine.showId, seenDesiredAt: BEFORE, to: null, now: NOW };

  it('stops what has not changed since the decision', () => {
    expect(decideShowStop(onAir(mine), request).record.desired).toBe('idle');
    expect(decideShowStop(onAir(next), request).record.desired).toBe('idle');
  });

  it('is decided again when another show has taken the destination since', () => {
    const taken = onAir(next, '2026-12-06T10:59:59.000Z');
    for (const to of [null, { showId: 'shw_3', title: 'Third' }]) {
      expect(() => decideShowStop(taken, { ...request, to })).toThrow('the show "Next" has just taken');
    }
  });

  it('hands the destination over without a new operation', () => {
    const { record, begins } = decideShowStop(onAir(mine), { ...request, to: next });
    expect([record.desired, starterOf(record), record.desiredAt, begins]).toEqual([
      'running',
      next,
      NOW.toISOString(),
      null,
    ]);
  });
});
