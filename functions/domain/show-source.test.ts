import { describe, expect, it } from 'vitest';
import { makeShow, makeShowDestination } from '../../test/support/make-show.ts';
import { advanceShow } from './show-run.ts';
import {
  confirmSourceRelease,
  confirmSourceStart,
  isSourceToStart,
  keepsSource,
  needsSource,
  sourceDueMs,
  type ShowSourceState,
} from './show-source.ts';
import { requestShowAction, type Show } from './show.ts';

const at = (time: string) => new Date(`2026-12-06T${time}Z`);
const plan = (changes: Partial<Show> = {}) => makeShow({ startsSource: true, ...changes });
const facts = {
  destinations: new Map(),
  startSeconds: 180,
  pausesOutputs: false,
  pace: { atOnceMax: 9, intervalMs: 0 },
};
const advance = (show: Show, time: string) => advanceShow(show, facts, at(time));
const details = ({ log }: Show) => log.map(({ detail }) => detail);

/** A show that has started the source, 15 minutes before its start. */
const begun = (state: ShowSourceState = 'started', changes: Partial<Show> = {}) => {
  const begunAt = at('09:45:00').toISOString();
  const times = { startRequestedAt: begunAt, plannedFor: begunAt, changedAt: begunAt };
  return plan({ source: { ...times, state, problem: null }, ...changes });
};

describe('the start of the source', () => {
  it('comes 15 minutes before the show, or before the destination that is on air first', () => {
    expect(new Date(sourceDueMs(plan()))).toEqual(at('09:45:00'));
    const early = [makeShowDestination('a'), makeShowDestination('b', { offsetSeconds: -1800 })];
    expect(new Date(sourceDueMs(plan({ destinations: early })))).toEqual(at('09:15:00'));
  });

  it('comes before the first of many destinations, which start one after the other, and is kept until then', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const known = {
      platform: 'youtube',
      observation: null,
      status: 'idle',
      desired: 'idle',
      runningSince: null,
    } as const;
    const destinations = new Map(ids.map((id) => [id, { ...known, lastError: null, held: {} }]));
    const slow = { ...facts, destinations, startSeconds: 600, pace: { atOnceMax: 1, intervalMs: 0 }, records: [] };
    const many = plan({ destinations: ids.map((id) => makeShowDestination(id)) });
    const { wakeAt } = advanceShow(many, slow, at('08:00:00'));
    expect(wakeAt).toEqual(at('08:59:00'));
    const { show, startsSource } = advanceShow(many, slow, wakeAt!);
    expect([startsSource, keepsSource(show, wakeAt!)]).toEqual([true, true]);
  });

  it('is requested once, and the show stays scheduled, so that it can be edited and checked', () => {
    const before = advance(plan(), '09:44:00');
    expect([before.startsSource, before.wakeAt]).toEqual([false, at('09:45:00')]);
    const { show, startsSource, wakeAt } = advance(before.show, '09:45:00');
    expect([startsSource, show.state, show.source?.state, wakeAt]).toEqual([
      true,
      'scheduled',
      'requested',
      at('09:45:15'),
    ]);
    const done = confirmSourceStart(show, { state: 'started', problem: null }, at('09:45:01'));
    const later = advance(done, '09:46:00');
    expect([later.startsSource, later.releasesSource, later.wakeAt]).toEqual([false, false, at('10:00:00')]);
    expect(details(later.show)).toEqual(['starts the source']);
  });

  it('is requested again until it is known what came of it, and given up a minute after the start of the show', () => {
    const { show } = advance(plan(), '09:45:00');
    const refused = confirmSourceStart(show, { state: 'requested', problem: 'the flow is STOPPING' }, at('09:45:01'));
    const again = advance(refused, '09:45:05');
    expect([again.startsSource, details(again.show)]).toEqual([
      true,
      ['starts the source', 'could not start the source yet: the flow is STOPPING'],
    ]);
    expect(again.wakeAt).toEqual(at('09:45:20'));
    expect(advance(again.show, '09:59:00').wakeAt).toEqual(at('09:59:05'));
    const live = advance(again.show, '10:00:00');
    expect([live.startsSource, live.show.state]).toEqual([true, 'live']);
    const late = advance(live.show, '10:01:01');
    expect([late.startsSource, late.show.source]).toMatchObject([
      false,
      { state: 'failed', problem: 'the flow is STOPPING' },
    ]);
  });

  it('does not come by itself when the show is late, held or planned without it', () => {
    expect(advance(plan(), '10:01:01').startsSource).toBe(false);
    expect(advance(plan({ automation: 'held' }), '09:50:00').startsSource).toBe(false);
    expect(advance(plan({ startsSource: false }), '09:50:00').startsSource).toBe(false);
  });

  it('comes at once when a person goes live', () => {
    const show = requestShowAction(plan(), 'go-live', { by: 'operator', now: at('08:00:00') });
    expect(advance(show, '08:00:00').startsSource).toBe(true);
  });
});

describe('the end of the source', () => {
  it('comes last, after what is on its way, and then the show has ended', () => {
    const ending = begun('started', { state: 'live', liveAt: at('10:00:00').toISOString() });
    const stopping = advance(ending, '11:00:00');
    expect([stopping.show.state, stopping.releasesSource]).toEqual(['ending', true]);
    const stopped = confirmSourceRelease(stopping.show, { state: 'stopped', problem: null }, at('11:00:01'));
    const over = advance(stopped, '11:00:02');
    expect([over.show.state, over.releasesSource, over.wakeAt]).toEqual(['ended', false, null]);
    expect(details(over.show)).toContain('stopped the source');
  });

  it('is cleared up when the show is cancelled, and not before its start can be on its way no more', () => {
    const requested = requestShowAction(begun('requested'), 'cancel', { by: 'operator', now: at('09:46:00') });
    expect(requested.state).toBe('ending');
    const waiting = advance(requested, '09:46:10');
    expect([waiting.releasesSource, waiting.wakeAt]).toEqual([false, at('09:47:30')]);
    expect(advance(requested, '09:47:30').releasesSource).toBe(true);
  });

  it('comes early when the show is moved, which then starts it again', () => {
    const moved = begun('started', { startsAt: at('20:00:00').toISOString(), endsAt: at('21:00:00').toISOString() });
    const { releasesSource, show } = advance(moved, '09:50:00');
    expect(releasesSource).toBe(true);
    const released = confirmSourceRelease(show, { state: 'stopped', problem: null }, at('09:50:01'));
    expect(released.source).toBeUndefined();
    expect(advance(released, '19:45:00').startsSource).toBe(true);
  });

  it('does not come when a person takes over', () => {
    const show = begun('started', { state: 'live', liveAt: at('10:00:00').toISOString(), automation: 'off' });
    expect(advance(show, '11:30:00')).toMatchObject({ releasesSource: false, wakeAt: null });
  });

  it('says why the source stays on', () => {
    const show = begun('started', { state: 'ending' });
    const left = confirmSourceRelease(show, { state: 'left_on', problem: 'YouTube needs it' }, at('11:00:01'));
    expect(left.source).toMatchObject({ state: 'left_on', problem: 'YouTube needs it' });
    expect(details(left)).toEqual(['did not stop the source: YouTube needs it']);
  });
});

describe('who needs the source', () => {
  it('a show is to start it until the time has come', () => {
    expect([plan(), plan({ state: 'draft' })].map((show) => isSourceToStart(show, at('09:44:59')))).toEqual([
      true,
      true,
    ]);
    expect(isSourceToStart(plan(), at('09:45:00'))).toBe(false);
    expect(isSourceToStart(begun(), at('09:44:59'))).toBe(false);
    expect(isSourceToStart(plan({ startsSource: false }), at('09:00:00'))).toBe(false);
  });

  it.each([
    ['a show on air', {}, 'live', '10:30:00', true],
    ['one that starts it in a quarter of an hour', {}, 'scheduled', '09:30:00', true],
    ['one that starts it later', {}, 'scheduled', '09:29:00', false],
    ['one that has missed its start', { missedAt: '2026-12-06T10:01:00.000Z' }, 'scheduled', '10:30:00', false],
    ['one that has ended', {}, 'ended', '10:30:00', false],
    ['a draft', {}, 'draft', '09:50:00', false],
  ] as const)('%s', (_, changes, state, time, needed) => {
    expect(needsSource(plan({ state, ...changes }), at(time))).toBe(needed);
  });

  it('a show keeps it as long as it may still begin or end', () => {
    const keeps = (changes: Partial<Show>) => keepsSource(plan(changes), at('10:30:00'));
    expect([keeps({ missedAt: at('10:01:00').toISOString() }), keeps({ state: 'ending' })]).toEqual([true, true]);
    expect([keeps({ state: 'ended' }), keeps({ state: 'live', startsSource: false })]).toEqual([false, false]);
  });
});
