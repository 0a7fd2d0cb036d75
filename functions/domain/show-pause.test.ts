import { describe, expect, it } from 'vitest';
import { makeShow, makeShowDestination } from '../../test/support/make-show.ts';
import type { OutputPause } from './destination.ts';
import { advanceShow, confirmRequests } from './show-run.ts';
import type { DestinationFacts } from './show-start-plan.ts';
import { requestShowAction, type Show } from './show.ts';

const BY = 'operator';
const at = (time: string) => new Date(`2026-12-06T${time}Z`);
const iso = (time: string) => at(time).toISOString();
const TEN = iso('10:00:00');

const IDLE: DestinationFacts = {
  platform: 'youtube',
  status: 'idle',
  desired: 'idle',
  runningSince: null,
  lastError: null,
  held: {},
  observation: null,
  tookMs: { EnsureChannelRun: 60_000 },
};
const PAUSE: OutputPause = { until: TEN, state: 'paused', plannedFor: TEN, endedAt: null };
const ready = (changes: Partial<OutputPause> = {}, rest: Partial<DestinationFacts> = {}): DestinationFacts => ({
  ...IDLE,
  status: 'running',
  desired: 'running',
  runningSince: iso('09:59:20'),
  outputPause: { ...PAUSE, ...changes },
  ...rest,
});
const decide = (show: Show, time: string, known: DestinationFacts, pausesOutputs = true) =>
  advanceShow(
    show,
    { destinations: new Map([['a', known]]), startSeconds: 180, pausesOutputs, pace: { atOnceMax: 20, intervalMs: 0 } },
    at(time),
  );

const plan = (changes: Partial<Show> = {}) => makeShow({ destinations: [makeShowDestination('a')], ...changes });

/** A show whose destination is ready and paused. */
function waiting(known = ready()): Show {
  const { show } = decide(plan(), '09:58:20', IDLE);
  const started = confirmRequests(show, { starts: [{ destinationId: 'a', refusal: null }], stops: [] }, at('09:58:20'));
  return decide(started, '09:59:30', known).show;
}

describe('a destination whose output is paused', () => {
  it('is started a quarter of its time and 25 seconds earlier, and paused until its second', () => {
    expect(decide(plan(), '09:00:00', IDLE).wakeAt).toEqual(at('09:58:20'));
    expect(decide(plan(), '09:58:20', IDLE).starts).toEqual([{ destinationId: 'a', pauseUntil: TEN }]);
    const offset = plan({ destinations: [makeShowDestination('a', { offsetSeconds: 30 })] });
    expect(decide(offset, '09:59:00', IDLE).starts).toEqual([{ destinationId: 'a', pauseUntil: iso('10:00:30') }]);
  });

  it('is due at a whole millisecond, so that a wake-up at that time starts it', () => {
    const odd = { ...IDLE, tookMs: { EnsureChannelRun: 60_001 } };
    const { wakeAt } = decide(plan(), '09:00:00', odd);
    expect(decide(plan(), wakeAt!.toISOString().slice(11, 23), odd).starts).toHaveLength(1);
  });

  it('without the setting, and without a channel, is started as before', () => {
    expect(decide(plan(), '09:00:00', IDLE, false).wakeAt).toEqual(at('09:59:00'));
    expect(decide(plan(), '09:59:00', IDLE, false).starts).toEqual([{ destinationId: 'a', pauseUntil: null }]);
    expect(decide(plan(), '09:00:00', { ...IDLE, platform: 'srt' }).wakeAt).toEqual(at('09:59:00'));
  });

  it('is ready, and not on air, until its second; then it is let go', () => {
    const show = waiting();
    expect(show.destinations[0]).toMatchObject({ readyAt: iso('09:59:30'), onAirAt: null });
    expect(decide(show, '09:59:59', ready())).toMatchObject({ letGo: [], pauses: [], wakeAt: at('10:00:00') });
    const due = decide(show, '10:00:00', ready());
    expect([due.letGo, due.show.state, due.wakeAt]).toEqual([['a'], 'live', at('10:00:02')]);
    expect(decide(due.show, '10:00:02', ready({ state: 'ending' })).letGo).toEqual(['a']);
    const over = decide(due.show, '10:00:02', ready({ state: 'ended', endedAt: TEN }));
    expect([over.letGo, over.show.destinations[0]!.onAirAt]).toEqual([[], TEN]);
  });

  it('that ran only after its second is on air since then', () => {
    const known = ready({ state: 'ended', endedAt: TEN }, { runningSince: iso('10:01:00') });
    expect(decide(waiting(), '10:01:01', known).show.destinations[0]!.onAirAt).toBe(iso('10:01:00'));
  });
});

describe('what people do', () => {
  const act = (show: Show, action: 'go-live' | 'hold' | 'resume' | 'take-over' | 'cancel', time: string) =>
    requestShowAction(show, action, { by: BY, now: at(time) });

  it('go live now lets the output go at once', () => {
    expect(decide(act(waiting(), 'go-live', '09:59:40'), '09:59:40', ready()).letGo).toEqual(['a']);
  });

  it.each(['hold', 'take-over'] as const)(
    '%s keeps it paused without an end, and then waits for a person',
    (action) => {
      const held = act(waiting(), action, '09:59:35');
      const decision = decide(held, '09:59:35', ready());
      expect([decision.pauses, decision.letGo]).toEqual([[{ destinationId: 'a', until: null }], []]);
      const kept = decide(decision.show, '10:30:00', ready({ until: null, plannedFor: null }));
      expect([kept.pauses, kept.letGo, kept.wakeAt, kept.show.state]).toEqual([[], [], null, 'starting']);
      expect(decide(act(kept.show, 'go-live', '10:30:01'), '10:30:01', ready({ until: null })).letGo).toEqual(['a']);
    },
  );

  it('a hold in the last 15 seconds says that MediaLive goes live all the same', () => {
    const held = act(waiting(), 'hold', '09:59:50');
    const decision = decide(held, '09:59:50', ready());
    expect([decision.pauses, decision.letGo]).toEqual([[], []]);
    expect(decision.show.log.at(-1)!.detail).toBe(
      'a goes live all the same: MediaLive takes nothing back in the last 15 seconds',
    );
    expect(decide(decision.show, '09:59:52', ready()).show.log).toHaveLength(decision.show.log.length);
    expect(decide(decision.show, '10:00:01', ready()).letGo).toEqual(['a']);
  });

  it('resume plans the second again, and asks when it has passed', () => {
    const held = decide(act(waiting(), 'hold', '09:59:35'), '09:59:35', ready()).show;
    const kept = ready({ until: null, plannedFor: null });
    expect(decide(act(held, 'resume', '09:59:40'), '09:59:40', kept).pauses).toEqual([
      { destinationId: 'a', until: TEN },
    ]);
    const late = decide(act(held, 'resume', '10:01:01'), '10:01:01', kept);
    expect([late.letGo, late.show.state, late.show.missedAt]).toEqual([[], 'starting', iso('10:01:01')]);
    const live = decide(act(late.show, 'go-live', '10:02:00'), '10:02:00', kept);
    expect([live.letGo, live.show.state]).toEqual([['a'], 'live']);
  });

  it('cancel stops it', () => {
    const decision = decide(act(waiting(), 'cancel', '09:59:40'), '09:59:40', ready());
    expect([decision.stops, decision.letGo]).toEqual([['a'], []]);
  });
});

describe('after an outage', () => {
  const seen = (alertType: string | null, observedAt = iso('10:04:59')): Partial<DestinationFacts> => ({
    observation: { observedAt, alerts: alertType === null ? [] : [{ alertType, message: '', setAt: observedAt }] },
  });

  it('of the run sheet, what MediaLive has let go by itself is live', () => {
    const decision = decide(waiting(), '10:05:00', ready({}, seen(null)));
    expect([decision.show.state, decision.letGo]).toEqual(['live', ['a']]);
  });

  it('of the whole machine, what is paused still is not let go late', () => {
    const decision = decide(waiting(), '10:05:00', ready({}, seen('Pipeline is Paused')));
    expect([decision.show.state, decision.letGo, decision.show.missedAt]).toEqual(['starting', [], iso('10:05:00')]);
  });

  it('in a live show, a destination that was not let go stays paused and says so', () => {
    const show = plan({ destinations: [makeShowDestination('a', { offsetSeconds: 60 }), makeShowDestination('b')] });
    const facts = new Map([
      ['a', ready({ plannedFor: null })],
      ['b', { ...ready(), outputPause: null }],
    ]);
    const started = {
      ...show,
      state: 'live' as const,
      destinations: show.destinations.map((each) => ({ ...each, startRequestedAt: TEN, isStartConfirmed: true })),
    };
    const decision = advanceShow(
      started,
      { destinations: facts, startSeconds: 180, pausesOutputs: true, pace: { atOnceMax: 20, intervalMs: 0 } },
      at('10:10:00'),
    );
    expect(decision.letGo).toEqual([]);
    expect(decision.show.destinations[0]!.problem).toContain('its go-live was missed');
  });
});
