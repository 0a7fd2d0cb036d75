import { describe, expect, it } from 'vitest';
import { makeRecord } from '../../test/support/api.ts';
import { makeShow, makeShowDestination } from '../../test/support/make-show.ts';
import type { ShowCeiling } from './ceiling.ts';
import type { Destination } from './destination.ts';
import { withOperation } from './lifecycle.ts';
import { showReportReady } from './show-events.ts';
import { advanceShow, confirmRequests } from './show-run.ts';
import type { DestinationFacts } from './show-start-plan.ts';
import { showActorOf } from './show-handover.ts';
import { leadMsOf } from './start-duration.ts';
import { requestShowAction, type Show } from './show.ts';

const BY = 'operator';
const at = (time: string) => new Date(`2026-12-06T${time}Z`);

/** Two destinations: one that takes 90 s to start, and one without a history, which counts as 180 s. */
const NEVER_STARTED: DestinationFacts = {
  platform: 'youtube',
  observation: null,
  status: 'idle',
  desired: 'idle',
  runningSince: null,
  lastError: null,
  held: {},
};
const KNOWN = new Map<string, DestinationFacts>([
  ['a', { ...NEVER_STARTED, tookMs: { EnsureChannelRun: 60_000, EnsureChannel: 30_000 } }],
  ['b', NEVER_STARTED],
]);
const facts = (changes: Record<string, Partial<DestinationFacts>> = {}) => ({
  destinations: new Map([...KNOWN].map(([id, record]) => [id, { ...record, ...changes[id] }])),
  startSeconds: 180,
  pausesOutputs: false,
  pace: { atOnceMax: 20, intervalMs: 0 },
});
const plan = (changes: Partial<Show> = {}) =>
  makeShow({ destinations: [makeShowDestination('a'), makeShowDestination('b', { isRequired: true })], ...changes });
const running: Partial<DestinationFacts> = {
  status: 'running',
  desired: 'running',
  runningSince: '2026-12-06T09:59:58.000Z',
};
const idle: Partial<DestinationFacts> = { status: 'idle', desired: 'idle', runningSince: null };

const accepted = (destinationId: string) => ({ destinationId, refusal: null });

/** Plays passes, each of which makes its requests. */
function play(show: Show, ...passes: [string, Record<string, Partial<DestinationFacts>>?][]) {
  let decision = { show, starts: [] as string[], stops: [] as string[], wakeAt: null as Date | null };
  for (const [time, changes] of passes) {
    const decided = advanceShow(decision.show, facts(changes), at(time));
    decision = { ...decided, starts: decided.starts.map(({ destinationId }) => destinationId) };
    const made = { starts: decision.starts.map(accepted), stops: decision.stops.map(accepted) };
    decision.show = confirmRequests(decision.show, made, at(time));
  }
  return decision;
}

const starting: Partial<DestinationFacts> = { status: 'starting', desired: 'running' };

const started = () => play(plan(), ['09:57:00'], ['09:58:30', { b: starting }]).show;
const live = () => play(started(), ['10:00:00', { a: running, b: running }]).show;

describe('before the start', () => {
  it('waits until the first destination has to start, however early it is called', () => {
    const { show, starts, wakeAt } = play(plan(), ['08:00:00']);
    expect([show.state, starts, wakeAt]).toEqual(['scheduled', [], at('09:57:00')]);
  });

  it('starts each destination as long before its second as its last start took', () => {
    const first = play(plan(), ['09:57:00']);
    expect([first.show.state, first.starts]).toEqual(['starting', ['b']]);
    const second = play(first.show, ['09:58:30']);
    expect(second.starts).toEqual(['a']);
  });

  it('one that keeps its channel needs only the start itself', () => {
    const took = { tookMs: { EnsureChannelRun: 60_000, EnsureChannel: 30_000 } };
    const channel = { channelId: '1', channelArn: 'arn', configurationHash: 'x' };
    expect(leadMsOf({ ...took, held: { channel } }, { startSeconds: 180 })).toBe(60_000);
    expect(leadMsOf({ ...took, held: {} }, { startSeconds: 180 })).toBe(90_000);
    expect(leadMsOf(null, { startSeconds: 180 })).toBe(180_000);
  });

  it('an offset moves a destination', () => {
    const show = plan({
      destinations: [
        makeShowDestination('b', { offsetSeconds: -60 }),
        makeShowDestination('a', { offsetSeconds: 600 }),
      ],
    });
    expect(play(show, ['09:55:59']).wakeAt).toEqual(at('09:56:00'));
    expect(play(show, ['09:56:00']).starts).toEqual(['b']);
    expect(play(show, ['09:56:00'], ['10:00:00'], ['10:08:30']).starts).toEqual(['a']);
  });

  it('a draft does nothing', () => {
    const { show, starts, wakeAt } = play(plan({ state: 'draft' }), ['10:00:00']);
    expect([show.state, starts, wakeAt]).toEqual(['draft', [], null]);
  });
});

describe('the pace of starts', () => {
  const PACE = { atOnceMax: 2, intervalMs: 5_000 };
  const many = ['c', 'd', 'e'];
  const crowd = (records: readonly Destination[] = [], changes: Partial<DestinationFacts> = {}) => ({
    ...facts(),
    destinations: new Map(many.map((id) => [id, { ...NEVER_STARTED, ...changes }])),
    pace: PACE,
    records,
  });
  const show = () => plan({ destinations: many.map((id) => makeShowDestination(id)) });
  const requested = (found: Show) => found.destinations.map(({ startRequestedAt }) => startRequestedAt?.slice(11, 19));

  it('begins earlier when another show has the same second, and the newest show begins first', () => {
    const shows = ['a', 'b'].map((suffix, index) =>
      makeShow({ showId: `shw_${suffix}`, destinations: [makeShowDestination(many[index]!)] }),
    );
    const records = many.map((id) => makeRecord({ destinationId: id }));
    const [older, newer] = shows.map((each) => advanceShow(each, { ...crowd(records), shows }, at('08:00:00')).wakeAt);
    expect([older, newer]).toEqual([at('09:57:00'), at('09:56:55')]);
    const without = (changes: Partial<Show>) => [shows[1]!, { ...shows[0]!, ...changes }];
    const wakeAfter = (changes: Partial<Show>) =>
      advanceShow(shows[1]!, { ...crowd(records), shows: without(changes) }, at('08:00:00')).wakeAt;
    // What does not start by itself, or not near, takes no room.
    for (const changes of [
      { automation: 'held' as const },
      { state: 'draft' as const },
      { missedAt: '2026-12-06T07:00:00.000Z' },
      { startsAt: '2026-12-06T18:00:00.000Z' },
    ]) {
      expect(wakeAfter(changes)).toEqual(at('09:57:00'));
    }
  });

  it('is not late while starts of another show take turns with it', () => {
    const busy = withOperation(makeRecord({ desired: 'running' }), 'start', { now: at('10:01:58'), requestedBy: BY });
    const going = { ...show(), state: 'live', liveAt: '2026-12-06T10:00:00.000Z' } as const;
    const { show: after, starts } = advanceShow(going, crowd([busy]), at('10:02:00'));
    expect([starts, after.destinations.map(({ problem }) => problem)]).toEqual([[], [null, null, null]]);
  });

  it('begins earlier with more destinations, in their order', () => {
    // The first has to have arrived before the third begins: only two may start at once.
    expect(advanceShow(show(), crowd(), at('08:00:00')).wakeAt).toEqual(at('09:54:00'));
    const first = advanceShow(show(), crowd(), at('09:54:00'));
    expect([first.starts.map(({ destinationId }) => destinationId), first.wakeAt]).toEqual([['c'], at('09:54:02')]);
    expect(requested(first.show)).toEqual(['09:54:00', undefined, undefined]);
    const confirmed = confirmRequests(first.show, { starts: [accepted('c')], stops: [] }, at('09:54:00'));
    expect(advanceShow(confirmed, crowd(), at('09:56:54')).starts).toEqual([]);
    const second = advanceShow(confirmed, crowd(), at('09:56:55'));
    expect(second.starts.map(({ destinationId }) => destinationId)).toEqual(['d']);
  });

  it('starts what a person wants at once one after the other, and misses none of it', () => {
    let current = requestShowAction(show(), 'go-live', { by: BY, now: at('09:00:00') });
    const records: Destination[] = [];
    const starts: string[] = [];
    for (let now = at('09:00:00'); now < at('09:10:00') && starts.length < 3;) {
      const decided = advanceShow(current, crowd(records), now);
      for (const { destinationId } of decided.starts) {
        starts.push(`${destinationId} ${now.toISOString().slice(14, 19)}`);
        const begun = { now, requestedBy: BY };
        records.push({
          ...withOperation(makeRecord({ destinationId, desired: 'running' }), 'start', begun),
          desiredAt: now.toISOString(),
        });
      }
      const made = { starts: decided.starts.map(({ destinationId }) => accepted(destinationId)), stops: [] };
      current = confirmRequests(decided.show, made, now);
      const isThere = now >= at('09:02:30') && records[0]!.runningSince === null;
      if (isThere) records[0] = { ...records[0]!, operation: null, status: 'running', runningSince: now.toISOString() };
      now = decided.wakeAt!;
    }
    expect(starts.map((each) => each.slice(0, 7))).toEqual(['c 00:00', 'd 00:05', expect.stringMatching(/^e 02:3/)]);
    expect(current.log.filter(({ detail }) => detail.includes('did not start'))).toEqual([]);
  });

  it('takes what is on air without waiting for its turn', () => {
    const busy = withOperation(makeRecord({ desired: 'running' }), 'start', { now: at('09:59:59'), requestedBy: BY });
    const onAir = crowd([busy, busy], { ...running, desiredBy: BY });
    expect(advanceShow(show(), onAir, at('10:00:00')).starts).toHaveLength(3);
  });
});

describe('at the start', () => {
  it('is live at the planned second, and requests nothing twice', () => {
    const { show, starts } = play(started(), ['10:00:00', { a: running, b: running }]);
    expect([show.state, show.liveAt, starts]).toEqual(['live', at('10:00:00').toISOString(), []]);
    expect(show.destinations.map(({ onAirAt }) => onAirAt)).toEqual([running.runningSince, running.runningSince]);
  });

  it('requests a start again that is not known to be requested', () => {
    const decided = advanceShow(plan(), facts(), at('09:57:00'));
    const again = advanceShow(decided.show, facts(), at('09:57:05'));
    const starts = [{ destinationId: 'b', pauseUntil: null }];
    expect([decided.starts, again.starts]).toEqual([starts, starts]);
    expect(again.show.destinations[1]!.startRequestedAt).toBe(at('09:57:00').toISOString());
  });

  it('a machine that was off asks instead of starting late', () => {
    const { show, starts, wakeAt } = play(plan(), ['10:20:00']);
    expect([show.state, starts, show.missedAt]).toEqual(['scheduled', [], at('10:20:00').toISOString()]);
    expect(wakeAt).toEqual(at('11:00:00'));
    expect(play(show, ['10:21:00']).show.log).toHaveLength(1);
  });

  it('a machine that was off for some of the starts does not make them late', () => {
    const half = play(plan(), ['09:57:00']).show;
    const { show, starts } = play(half, ['10:02:00', { b: running }]);
    expect([show.state, starts]).toEqual(['live', []]);
    expect(show.destinations[0]!.problem).toContain('missed');
  });

  it('a start that was interrupted by a long outage is not repeated late', () => {
    const decided = advanceShow(plan(), facts(), at('09:57:00'));
    const { starts, show } = play(decided.show, ['10:30:00']);
    expect([starts, show.destinations[1]!.problem]).toEqual([[], expect.stringContaining('missed')]);
  });

  it('names a required destination that failed', () => {
    const failed: Partial<DestinationFacts> = {
      status: 'error',
      lastError: { code: 'x', detail: 'the platform refused the key', remedy: '', at: '' },
    };
    const { show } = play(started(), ['09:59:00', { a: starting, b: failed }]);
    expect(show.log.at(-1)!.detail).toBe('b, which is required: it failed: the platform refused the key');
    expect(play(show, ['10:00:30', { b: running }]).show.destinations[1]).toMatchObject({ problem: null });
  });

  it('names who stopped a destination before it was on air, and does not wait for it', () => {
    const stopped = { ...idle, desiredBy: BY };
    const { show, wakeAt } = play(started(), ['09:59:00', { a: stopped, b: running }]);
    expect(show.destinations[0]!.problem).toBe('it was stopped before it was on air, by operator');
    expect(wakeAt).toEqual(at('10:00:00'));
  });

  it('does not wait for a start that a person has prevented', () => {
    const decided = advanceShow(plan(), facts(), at('09:57:00')).show;
    const taken = requestShowAction(decided, 'take-over', { by: BY, now: at('09:57:01') });
    expect(play(taken, ['09:57:02']).wakeAt).toBeNull();
  });

  it('does not repeat a start that was refused', () => {
    const decided = advanceShow(plan(), facts(), at('09:57:00')).show;
    const refused = { destinationId: 'b', refusal: 'the day ceiling does not allow another start' };
    const show = confirmRequests(decided, { starts: [refused], stops: [] }, at('09:57:00'));
    expect(show.log.at(-1)!.detail).toBe(
      'b, which is required: its start was refused: the day ceiling does not allow another start',
    );
    expect(play(show, ['09:57:02']).starts).toEqual([]);
  });

  it('leaves out a destination that was deleted', () => {
    const { show, starts } = play(plan(), ['09:57:00', { b: { desired: 'deleted' } }]);
    expect([starts, show.destinations[1]!.problem]).toEqual([[], 'it was deleted']);
  });

  it('gives up a show that was to go live by hand while the machine was off', () => {
    const requested = requestShowAction(plan(), 'go-live', { by: BY, now: at('10:50:00') });
    expect(play(requested, ['10:50:30']).show.state).toBe('live');
    expect(play(requested, ['11:05:00']).show).toMatchObject({ state: 'cancelled', endReason: 'missed' });
  });

  it('gives up a show whose whole time has passed', () => {
    const { show, starts } = play(plan(), ['11:00:00']);
    expect([show.state, show.endReason, starts]).toEqual(['cancelled', 'missed', []]);
  });
});

describe('a required destination that fails', () => {
  const failed: Partial<DestinationFacts> = { status: 'error', desired: 'running', runningSince: null };
  const both = { a: running, b: running };

  it.each([
    ['before the planned second', { a: starting, b: failed }, '09:59:00'],
    ['on air', { a: running, b: failed }, '10:20:00'],
  ])('ends the show in order, %s, when its rule says so', (_when, changes, time) => {
    const show = play(plan({ onFailure: 'stop-all' }), ['09:57:00'], ['09:58:30', { b: starting }]).show;
    const before = time > '10:00:00' ? play(show, ['10:00:00', both], ['10:00:02', both]).show : show;
    const ended = play(before, [time, changes]);
    expect([ended.show.state, ended.show.endReason]).toEqual(['ending', 'required_failed']);
    expect(ended.stops).toEqual(['a', 'b']);
    expect(ended.show.log.map(({ detail }) => detail)).toContain('ends the show: b failed, which it requires');
  });

  it('ends the show when its start is refused, at the next look', () => {
    const decided = advanceShow(plan({ onFailure: 'stop-all' }), facts(), at('09:57:00'));
    const made = { starts: [{ destinationId: 'b', refusal: 'no channel is left' }], stops: [] };
    const next = advanceShow(confirmRequests(decided.show, made, at('09:57:00')), facts(), at('09:57:02'));
    expect([next.show.endReason, decided.wakeAt]).toEqual(['required_failed', at('09:57:02')]);
  });

  it.each([
    ['the rule is absent', {}, { b: failed }],
    ['it is not required', { onFailure: 'stop-all' as const, destinations: [makeShowDestination('b')] }, { b: failed }],
    ['a person stopped it', { onFailure: 'stop-all' as const }, { b: { ...idle, desiredBy: BY } }],
    ['its state is not known', { onFailure: 'stop-all' as const }, { b: { ...running, observation: null } }],
  ])('leaves the show on air when %s', (_case, changes, seen) => {
    const show = play(plan(changes), ['09:57:00'], ['09:58:30', { b: starting }]).show;
    const { show: after } = play(show, ['10:00:00', { a: running, ...seen }], ['10:00:02', { a: running, ...seen }]);
    expect([after.state, after.endReason]).toEqual(['live', null]);
  });

  it('does not end a show that a person has taken over, nor one whose destination was started again', () => {
    const show = play(plan({ onFailure: 'stop-all' }), ['09:57:00'], ['09:58:30', { b: starting }]).show;
    const taken = { ...show, automation: 'off' as const };
    const seen = play(taken, ['09:59:00', { a: starting, b: failed }]).show;
    expect([seen.endReason, seen.destinations[1]!.hasFailed]).toEqual([null, true]);
    const again = play({ ...seen, automation: 'on' }, ['09:59:30', { a: starting, b: starting }]).show;
    expect(again.endReason).toBeNull();
  });
});

describe('by hand', () => {
  const request = (show: Show, action: Parameters<typeof requestShowAction>[1], time: string) =>
    requestShowAction(show, action, { by: BY, now: at(time) });

  it('going live starts everything at once, also what was to be early', () => {
    const show = plan({
      destinations: [
        makeShowDestination('b', { offsetSeconds: -1800 }),
        makeShowDestination('a', { offsetSeconds: 120 }),
      ],
    });
    const now = play(request(show, 'go-live', '09:00:00'), ['09:00:00']);
    expect([now.show.state, now.starts, now.wakeAt]).toEqual(['live', ['b'], at('09:00:02')]);
    expect(play(now.show, ['09:00:30']).starts).toEqual(['a']);
  });

  it('a missed show goes live when a person says so', () => {
    const missed = play(plan(), ['10:20:00']).show;
    const { show, starts } = play(request(missed, 'go-live', '10:21:00'), ['10:21:00']);
    expect([show.state, starts]).toEqual(['live', ['a', 'b']]);
  });

  it('a held show starts nothing, and asks when it is resumed too late', () => {
    const held = request(plan(), 'hold', '09:50:00');
    expect(play(held, ['10:00:00']).starts).toEqual([]);
    const resumed = play(request(held, 'resume', '10:05:00'), ['10:05:00']);
    expect([resumed.starts, resumed.show.missedAt]).toEqual([[], at('10:05:00').toISOString()]);
  });

  it('a held or taken over show does not end by the clock', () => {
    for (const action of ['hold', 'take-over'] as const) {
      const { show, stops } = play(request(live(), action, '10:30:00'), ['11:00:01', { a: running, b: running }]);
      expect([show.state, stops], action).toEqual(['live', []]);
    }
  });

  it('refuses what the state does not allow, and says what is possible', () => {
    const refuse = () => request(plan(), 'end', '09:00:00');
    expect(refuse).toThrow(
      expect.objectContaining({ code: 'illegal_transition', allowedActions: expect.arrayContaining(['cancel']) }),
    );
    expect(() => request(live(), 'unschedule', '10:10:00')).toThrow('cannot unschedule: the show is live');
  });

  it('cancelling before anything was started is over at once; afterwards it stops what was started', () => {
    expect(request(plan(), 'cancel', '09:00:00').state).toBe('cancelled');
    const { show, stops } = play(request(started(), 'cancel', '09:59:00'), ['09:59:00']);
    expect([show.state, stops]).toEqual(['ending', ['a', 'b']]);
  });
});

describe('at the end', () => {
  it('stops the destinations in their order and ends once they are off air', () => {
    const ending = play(live(), ['11:00:00', { a: running, b: running }]);
    expect([ending.show.state, ending.stops]).toEqual(['ending', ['a', 'b']]);
    const waiting = play(ending.show, ['11:00:02', { a: idle, b: { status: 'stopping', desired: 'idle' } }]);
    expect([waiting.show.state, waiting.stops]).toEqual(['ending', []]);
    const { show } = play(waiting.show, ['11:00:20', { a: idle, b: idle }]);
    expect([show.state, show.endReason, show.endedAt]).toEqual(['ended', 'clock', at('11:00:20').toISOString()]);
    expect(show.destinations.map(({ offAirAt }) => offAirAt)).toEqual([
      at('11:00:02').toISOString(),
      at('11:00:20').toISOString(),
    ]);
  });

  it('requests a stop again that is not known to be requested', () => {
    const ending = advanceShow(live(), facts({ a: running, b: running }), at('11:00:00'));
    expect(advanceShow(ending.show, facts({ a: running, b: running }), at('11:00:02')).stops).toEqual(['a', 'b']);
  });

  it('stops what a start of the show that arrived late has put on air', () => {
    const isOnItsWay = advanceShow(play(plan(), ['09:57:00']).show, facts({ b: starting }), at('09:58:30')).show;
    const cancelled = requestShowAction(isOnItsWay, 'cancel', { by: BY, now: at('09:59:00') });
    const stopped = play(cancelled, ['09:59:00'], ['09:59:05', { a: idle, b: idle }]);
    expect(stopped.show.state).toBe('ending');
    const late = { ...running, desiredBy: showActorOf(cancelled, 'start') };
    expect(play(stopped.show, ['09:59:30', { a: late, b: idle }]).stops).toEqual(['a']);
    expect(play(stopped.show, ['10:01:00', { a: idle, b: idle }]).show.state).toBe('cancelled');
  });

  it('leaves alone what a person has started again after the stop', () => {
    const ending = play(live(), ['11:00:00', { a: running, b: running }]).show;
    const { show, stops } = play(ending, ['11:00:30', { a: { ...running, desiredBy: BY }, b: idle }]);
    expect([show.state, stops]).toEqual(['ended', []]);
  });

  it('has ended, with a report, when its ceiling stops it before its second although it has sent', () => {
    const ceiling: ShowCeiling = {
      period: 'show',
      microUsd: 1_000_000,
      atLimit: { action: 'stop' },
      spared: [],
      course: {
        ...{ periodStart: 'show', state: 'stopped', since: at('09:59:00').toISOString(), by: 'ceiling' },
        ...{ answerDueAt: null, keptUntilMicroUsd: null },
      },
    };
    const early = play(plan({ sendsReport: true }), ['09:57:00'], ['09:58:30', { a: running, b: starting }]).show;
    const stopped = play({ ...early, ceiling }, ['09:59:00', { a: running, b: starting }]).show;
    expect([stopped.state, stopped.liveAt, stopped.endReason]).toEqual(['ending', null, 'ceiling']);
    const { show } = play(stopped, ['09:59:20', { a: idle, b: idle }], ['10:01:00', { a: idle, b: idle }]);
    expect([show.state, show.log.at(-1)!.detail]).toEqual([
      'ended',
      'the show has ended before its planned start; its destinations are off air',
    ]);
    expect(showReportReady(show)?.type).toBe('report.ready');
    // Without anything on air there was no show.
    const silent = play(plan(), ['09:57:00'], ['09:58:30', { a: starting, b: starting }]).show;
    const given = play({ ...silent, ceiling }, ['09:59:00', { a: starting, b: starting }]).show;
    expect(play(given, ['10:01:00', { a: idle, b: idle }]).show.state).toBe('cancelled');
  });

  it('is over at once when every start is known to have arrived', () => {
    const cancelled = requestShowAction(started(), 'cancel', { by: BY, now: at('09:59:00') });
    expect(play(cancelled, ['09:59:00'], ['09:59:05', { a: idle, b: idle }]).show.state).toBe('cancelled');
  });

  it('hands over what another show wants, and leaves it once the record says so', () => {
    const next = { showId: 'shw_2', title: 'Late show' };
    const claims = new Map([['a', [{ ...next, hasProblem: false }]]]);
    const handing = advanceShow(live(), { ...facts({ a: running, b: running }), claims }, at('11:00:00'));
    expect([handing.stops, handing.handOvers]).toEqual([
      ['b'],
      [{ destinationId: 'a', to: { ...next, hasProblem: false } }],
    ]);
    const stopped = confirmRequests(handing.show, { starts: [], stops: [accepted('b')] }, at('11:00:01'));
    const taken = { ...running, desiredBy: showActorOf(next, 'start') };
    const leaving = advanceShow(stopped, { ...facts({ a: taken, b: idle }), claims }, at('11:00:02'));
    expect([leaving.show.state, leaving.stops, leaving.handOvers]).toEqual(['ending', [], []]);
    expect(leaving.show.log.at(-1)?.detail).toBe('leaves a on air for the show "Late show"');
    const { show } = advanceShow(leaving.show, { ...facts({ a: taken, b: idle }), claims }, at('11:00:04'));
    expect([show.state, show.log.at(-1)?.detail]).toEqual([
      'ended',
      'the show has ended; its destinations are off air, except those of another show',
    ]);
  });

  it('stops what another show had taken and does not want any more', () => {
    const taken = { ...running, desiredBy: showActorOf({ showId: 'shw_2', title: 'Late show' }, 'start') };
    const { stops } = advanceShow(live(), { ...facts({ a: taken, b: idle }), claims: new Map() }, at('11:00:00'));
    expect(stops).toContain('a');
  });

  it('a show that ends by hand stays live', () => {
    const show = { ...live(), endRule: 'hand' as const };
    expect(play(show, ['11:30:00', { a: running, b: running }]).show.state).toBe('live');
    const ended = requestShowAction(show, 'end', { by: BY, now: at('11:31:00') });
    expect(play(ended, ['11:31:00', { a: running, b: running }]).stops).toEqual(['a', 'b']);
  });

  it('a machine that was off at the end stops the show when it is back', () => {
    expect(play(live(), ['13:00:00', { a: running, b: running }]).stops).toEqual(['a', 'b']);
  });
});
