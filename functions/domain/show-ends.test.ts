import { describe, expect, it } from 'vitest';
import { makeSpending } from '../../test/support/make-ceiling.ts';
import { makeShow, makeShowDestination } from '../../test/support/make-show.ts';
import { answerCeiling, type AtLimit, type ShowCeiling } from './ceiling.ts';
import type { EndFacts } from './show-ends.ts';
import { lostSinceOf, stopRuleOf } from './show-ends.ts';
import { advanceShow, confirmRequests } from './show-run.ts';
import type { DestinationFacts } from './show-start-plan.ts';
import type { Show } from './show.ts';

const at = (time: string) => new Date(`2026-12-06T${time}Z`);
const running: DestinationFacts = {
  platform: 'youtube',
  status: 'running',
  desired: 'running',
  runningSince: '2026-12-06T09:59:58.000Z',
  lastError: null,
  held: {},
  observation: null,
};
const idle: DestinationFacts = { ...running, status: 'idle', desired: 'idle', runningSince: null };
const onAir = { startRequestedAt: '2026-12-06T09:57:00.000Z', isStartConfirmed: true, onAirAt: running.runningSince };

const ceiling = (atLimit: AtLimit, spared: string[] = []): ShowCeiling => ({
  ...{ period: 'show', microUsd: 5_000_000, atLimit, spared, course: null },
});
/** A live show with two destinations on air, and one that is to start at 10:20. */
const live = (changes: Partial<Show> = {}) =>
  makeShow({
    state: 'live',
    liveAt: at('10:00:00').toISOString(),
    destinations: [
      makeShowDestination('a', onAir),
      makeShowDestination('b', onAir),
      makeShowDestination('c', { offsetSeconds: 1200 }),
    ],
    ...changes,
  });

function pass(show: Show, time: string, rules: EndFacts, changes: Record<string, DestinationFacts> = {}) {
  const known = { a: running, b: running, c: idle, ...changes };
  const facts = {
    destinations: new Map(Object.entries(known)),
    startSeconds: 60,
    pausesOutputs: false,
    pace: { atOnceMax: 20, intervalMs: 0 },
    ...rules,
  };
  const decision = advanceShow(show, facts, at(time));
  const made = (ids: string[]) => ids.map((destinationId) => ({ destinationId, refusal: null }));
  const starts = decision.starts.map(({ destinationId }) => destinationId);
  const confirmed = { starts: made(starts), stops: made(decision.stops) };
  return { ...decision, starts, show: confirmRequests(decision.show, confirmed, at(time)) };
}

describe('a lost source', () => {
  const rule = { sourceLostMinutes: 5 };
  const lost = { sourceLostSince: at('10:10:00').toISOString() };

  it('ends the show after the minutes of its rule, and names the rule', () => {
    expect(pass(live(rule), '10:14:59', lost)).toMatchObject({ stops: [], wakeAt: at('10:15:00') });
    const { show, stops } = pass(live(rule), '10:15:00', lost);
    expect([show.state, show.endReason, stops]).toEqual(['ending', 'source_lost', ['a', 'b']]);
    expect(show.log[0]!.detail).toBe('ends the show: no source for 5 min, as its rule says');
    expect(stopRuleOf(show)).toBe('end by source loss');
  });

  it('ends nothing without a rule, while it delivers, while nothing is known, or while the run sheet is held', () => {
    expect(pass(live(), '10:40:00', lost).show.state).toBe('live');
    expect(pass(live(rule), '10:40:00', { sourceLostSince: null }).show.state).toBe('live');
    expect(pass(live(rule), '10:40:00', {}).show.state).toBe('live');
    expect(pass(live({ ...rule, automation: 'held' }), '10:40:00', lost).show.state).toBe('live');
  });

  it('counts from going live when the source has never come', () => {
    const never = { sourceLostSince: at('08:00:00').toISOString() };
    expect(pass(live(rule), '10:04:59', never).show.state).toBe('live');
    expect(pass(live(rule), '10:05:00', never).show.endReason).toBe('source_lost');
  });

  it('is known only from an observation of the last five minutes, or from a flow that was stopped', () => {
    const seen = { observedAt: at('10:10:00').toISOString(), lostSince: at('10:09:00').toISOString() };
    expect(lostSinceOf(seen, at('10:15:00'))).toBe(seen.lostSince);
    expect(lostSinceOf(seen, at('10:15:01'))).toBeNull();
    expect(lostSinceOf({ ...seen, lostSince: null, flowStoppedAt: seen.observedAt }, at('11:00:00'))).toBe(
      seen.observedAt,
    );
    expect(lostSinceOf(null, at('10:00:00'))).toBeNull();
  });
});

describe('the ceiling of a show', () => {
  /** 4.95 USD are spent, and a minute costs ten cents. */
  const near = (time: string) => ({ spending: makeSpending(4.95, 6, at(time)) });
  const far = (time: string) => ({ spending: makeSpending(1, 6, at(time)) });

  it('ends the show before another minute would lead above it', () => {
    expect(pass(live({ ceiling: ceiling({ action: 'stop' }) }), '10:05:00', far('10:05:00'))).toMatchObject({
      stops: [],
      wakeAt: at('10:06:00'),
    });
    const { show, stops } = pass(live({ ceiling: ceiling({ action: 'stop' }) }), '10:05:00', near('10:05:00'));
    expect([show.state, show.endReason, stops]).toEqual(['ending', 'ceiling', ['a', 'b']]);
    expect(show.log.map(({ detail }) => detail)).toEqual([
      'show ceiling of 5.00 USD is reached: everything that is not spared stops',
      'ends the show: its ceiling has stopped everything',
      'stops a',
      'stops b',
    ]);
  });

  it('spares what it names: the show continues with it, and starts nothing else', () => {
    const first = pass(live({ ceiling: ceiling({ action: 'stop' }, ['a']) }), '10:05:00', near('10:05:00'));
    expect([first.show.state, first.stops, stopRuleOf(first.show)]).toEqual(['live', ['b'], 'ceiling']);
    const later = pass(first.show, '10:19:00', near('10:19:00'), { b: idle });
    expect([later.stops, later.starts, later.show.destinations[2]!.problem]).toEqual([
      [],
      [],
      'the ceiling of the show is reached',
    ]);
    expect(pass(later.show, '11:00:00', near('11:00:00'), { b: idle })).toMatchObject({
      show: { state: 'ending', endReason: 'clock' },
      stops: ['a'],
    });
  });

  it('asks first: without an answer the default counts, with one the answer', () => {
    const asking = ceiling({ action: 'ask', countdownMinutes: 10, defaultAnswer: 'stop' });
    const asked = pass(live({ ceiling: asking }), '10:05:00', near('10:05:00'));
    expect(asked.show).toMatchObject({ state: 'live', ceiling: { course: { state: 'asked' } } });
    expect(asked.stops).toEqual([]);
    expect(pass(asked.show, '10:14:59', near('10:14:59')).wakeAt).toEqual(at('10:15:00'));
    expect(pass(asked.show, '10:15:00', near('10:15:00')).show.endReason).toBe('ceiling');
    const keep = { answer: 'keep', keptUntilMicroUsd: null, by: 'operator' } as const;
    const kept = { ...asked.show, ceiling: answerCeiling(asked.show.ceiling!, keep, at('10:10:00')) };
    expect(pass(kept, '10:40:00', near('10:40:00')).show.state).toBe('live');
  });

  it('only warns when that is its action, and stops nothing while the run sheet is held', () => {
    expect(pass(live({ ceiling: ceiling({ action: 'warn' }) }), '10:05:00', near('10:05:00')).stops).toEqual([]);
    const held = live({ ceiling: ceiling({ action: 'stop' }), automation: 'held' });
    expect(pass(held, '10:05:00', near('10:05:00')).stops).toEqual([]);
  });

  it('is watched while the show is starting, too', () => {
    const starting = live({ state: 'starting', liveAt: null, ceiling: ceiling({ action: 'stop' }) });
    expect(pass(starting, '09:58:00', near('09:58:00')).show.endReason).toBe('ceiling');
  });
});
