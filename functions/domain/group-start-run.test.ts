import { describe, expect, it } from 'vitest';
import { makeRecord, makeRunning } from '../../test/support/api.ts';
import type { Destination } from './destination.ts';
import { groupActorOf, newGroupStart, requestGroupStop, type GroupStart } from './group-start.ts';
import { advanceGroupStart, confirmGroupRequests, decideGroupItemStart } from './group-start-run.ts';
import { withOperation } from './lifecycle.ts';

const NOW = new Date('2026-12-06T10:00:00.000Z');
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const PACE = { atOnceMax: 20, intervalMs: 0 };
const ID = 'gst_01k8m3v0s5n2q8w4x6y7z9a1bc';
const ACTOR = groupActorOf({ groupStartId: ID }, 'ann');

const off = (destinationId: string): Destination => makeRecord({ destinationId });
/** A destination whose start this group start has begun. */
const begun = (destinationId: string): Destination =>
  withOperation(
    { ...off(destinationId), desired: 'running', desiredBy: ACTOR, desiredAt: NOW.toISOString() },
    'start',
    {
      now: NOW,
      requestedBy: ACTOR,
    },
  );
const onAir = (destinationId: string, by = ACTOR): Destination =>
  makeRunning({ destinationId, desiredBy: by, desiredAt: NOW.toISOString() });
const broken = (destinationId: string): Destination => ({
  ...begun(destinationId),
  ...{ status: 'error', operation: null },
  lastError: { code: 'aws_refused', detail: 'the key was refused', remedy: 'check it', at: NOW.toISOString() },
});

const plan = (required: string[] = [], onFailure: GroupStart['onFailure'] = 'continue') =>
  newGroupStart(
    ['one', 'two', 'three'].map((id) => ({ destinationId: id, name: id, isRequired: required.includes(id) })),
    { groupStartId: ID, onFailure, requestedBy: 'ann', requestedAt: NOW.toISOString() },
  );
const made = (...ids: string[]) => ids.map((destinationId) => ({ destinationId, refusal: null }));
const decide = (groupStart: GroupStart, records: Destination[], now = NOW, pace = PACE) =>
  advanceGroupStart(groupStart, { records, pace }, now);
const statesOf = ({ destinations }: GroupStart) => destinations.map(({ state }) => state);

/** All three were begun. */
const underWay = (required: string[] = [], onFailure: GroupStart['onFailure'] = 'continue') => {
  const { groupStart, starts } = decide(plan(required, onFailure), ['one', 'two', 'three'].map(off));
  return confirmGroupRequests(groupStart, { starts: made(...starts), stops: [] });
};

describe('a group start', () => {
  it('starts in the order of the plan, as many at once as the pace allows', () => {
    const pace = { atOnceMax: 2, intervalMs: 0 };
    const first = decide(plan(), ['one', 'two', 'three'].map(off), NOW, pace);
    expect(first.starts).toEqual(['one', 'two']);
    expect(statesOf(first.groupStart)).toEqual(['starting', 'starting', 'waiting']);
    const confirmed = confirmGroupRequests(first.groupStart, { starts: made('one', 'two'), stops: [] });
    expect(decide(confirmed, [begun('one'), begun('two'), off('three')], later(2), pace).starts).toEqual([]);
    expect(decide(confirmed, [onAir('one'), begun('two'), off('three')], later(80), pace).starts).toEqual(['three']);
  });

  it('starts one per interval and names the instant of the next', () => {
    const pace = { atOnceMax: 20, intervalMs: 1_500 };
    const first = decide(plan(), ['one', 'two', 'three'].map(off), NOW, pace);
    expect([first.starts, first.wakeAt]).toEqual([['one'], later(1.5)]);
    const confirmed = confirmGroupRequests(first.groupStart, { starts: made('one'), stops: [] });
    const early = decide(confirmed, [begun('one'), off('two'), off('three')], later(1), pace);
    expect([early.starts, early.wakeAt]).toEqual([[], later(1.5)]);
    expect(decide(confirmed, [begun('one'), off('two'), off('three')], later(1.5), pace).starts).toEqual(['two']);
  });

  it('requests a start again that is not confirmed, and nothing else twice', () => {
    const { groupStart } = decide(plan(), ['one', 'two', 'three'].map(off));
    const confirmed = confirmGroupRequests(groupStart, { starts: made('one'), stops: [] });
    expect(decide(confirmed, [begun('one'), off('two'), off('three')], later(2)).starts).toEqual(['two', 'three']);
  });

  it('skips what is on air already and refuses what was deleted meanwhile', () => {
    const { groupStart, starts } = decide(plan(), [onAir('one', 'bob'), off('two')]);
    expect(starts).toEqual(['two']);
    expect(groupStart.destinations.map(({ state, detail }) => [state, detail])).toEqual([
      ['skipped', 'it is on air already, by bob'],
      ['starting', null],
      ['refused', 'it was deleted'],
    ]);
  });

  it('ends when each destination has its result', () => {
    const { groupStart, wakeAt } = decide(underWay(), [onAir('one'), broken('two'), onAir('three')], later(90));
    expect(statesOf(groupStart)).toEqual(['started', 'failed', 'started']);
    expect(groupStart.destinations[1]!.detail).toBe('the key was refused');
    expect([groupStart.endReason, groupStart.endedAt, wakeAt]).toEqual(['done', later(90).toISOString(), null]);
  });

  it('reports a destination that a person stopped before it was on air, which ends nothing', () => {
    const stopped = { ...off('two'), desiredBy: 'bob' };
    const { groupStart } = decide(underWay(['two'], 'stop-all'), [begun('one'), stopped, begun('three')], later(9));
    expect(groupStart.destinations[1]).toMatchObject({ state: 'stopped', detail: expect.stringContaining('by bob') });
    expect(groupStart.endReason).toBeNull();
  });
});

describe('a destination that does not start', () => {
  it('ends nothing unless it is required', () => {
    const { groupStart, stops } = decide(underWay(['one'], 'stop-all'), [begun('one'), broken('two'), begun('three')]);
    expect([groupStart.endReason, stops]).toEqual([null, []]);
  });

  it('ends the group start when it is required, and leaves on air what has begun', () => {
    const pace = { atOnceMax: 2, intervalMs: 0 };
    const first = decide(plan(['one']), ['one', 'two', 'three'].map(off), NOW, pace);
    const confirmed = confirmGroupRequests(first.groupStart, { starts: made('one', 'two'), stops: [] });
    const { groupStart, starts, stops } = decide(
      confirmed,
      [broken('one'), begun('two'), off('three')],
      later(9),
      pace,
    );
    expect([starts, stops, groupStart.endReason]).toEqual([[], [], 'required_failed']);
    expect(groupStart.destinations.map(({ state, detail }) => [state, detail])).toEqual([
      ['failed', 'the key was refused'],
      ['starting', null],
      ['skipped', 'one, which is required, did not start'],
    ]);
    expect(groupStart.endedAt).toBeNull();
    expect(decide(groupStart, [broken('one'), onAir('two'), off('three')], later(90), pace)).toMatchObject({
      groupStart: { endedAt: later(90).toISOString() },
      stops: [],
    });
  });

  it('stops with stop-all what this group start began, but nothing that was on air before or is another person’s', () => {
    const first = decide(plan(['two'], 'stop-all'), [onAir('one', 'bob'), off('two'), off('three')]);
    const confirmed = confirmGroupRequests(first.groupStart, { starts: made('two', 'three'), stops: [] });
    const records = [onAir('one', 'bob'), broken('two'), begun('three')];
    const { groupStart, stops } = decide(confirmed, records, later(9));
    expect(stops).toEqual(['three']);
    const stopped = confirmGroupRequests(groupStart, { starts: [], stops: made('three') });
    expect(stopped.destinations.map(({ state }) => state)).toEqual(['skipped', 'failed', 'stopped']);
    expect(stopped.destinations[2]!.detail).toBe('stopped: two, which is required, did not start');
    const restarted = [onAir('one', 'bob'), broken('two'), onAir('three', 'bob')];
    expect(decide(confirmed, restarted, later(9)).stops).toEqual([]);
  });
});

describe('stopping a group start', () => {
  const stop = (groupStart: GroupStart, stopsBegun = false) =>
    requestGroupStop(groupStart, { by: 'bob', now: later(5), stopsBegun });

  it('starts nothing more and keeps what has begun', () => {
    const pace = { atOnceMax: 1, intervalMs: 0 };
    const first = decide(plan(), ['one', 'two', 'three'].map(off), NOW, pace);
    const stopped = stop(confirmGroupRequests(first.groupStart, { starts: made('one'), stops: [] }));
    const { groupStart, starts, stops } = decide(stopped, [onAir('one'), off('two'), off('three')], later(90));
    expect([starts, stops]).toEqual([[], []]);
    expect(statesOf(groupStart)).toEqual(['started', 'skipped', 'skipped']);
    expect(groupStart.endedAt).not.toBeNull();
  });

  it('waits for a start that may still be on its way, and stops it when it arrives', () => {
    const { groupStart } = decide(plan(), ['one', 'two', 'three'].map(off));
    const stopped = stop(groupStart, true);
    const waiting = decide(stopped, ['one', 'two', 'three'].map(off), later(60));
    expect([waiting.starts, waiting.groupStart.endedAt]).toEqual([[], null]);
    const arrived = decide(waiting.groupStart, [begun('one'), off('two'), off('three')], later(61));
    expect(arrived.stops).toEqual(['one']);
    const over = decide(waiting.groupStart, ['one', 'two', 'three'].map(off), later(96));
    expect(statesOf(over.groupStart)).toEqual(['skipped', 'skipped', 'skipped']);
  });

  it('is refused once the group start has ended', () => {
    const { groupStart } = decide(
      underWay(),
      ['one', 'two', 'three'].map((id) => onAir(id)),
      later(90),
    );
    expect(() => stop(groupStart)).toThrow(/cannot stop: the group start has ended \(3 started\)/);
  });
});

describe('a request that is repeated', () => {
  const item = underWay().destinations[0]!;
  const request = (record: Destination, now = NOW) =>
    decideGroupItemStart(record, { actor: ACTOR, decidedAt: NOW, item: { ...item, desiredAtDecision: null }, now });

  it('begins a failed start again only once', () => {
    const failed = { ...broken('one'), desiredBy: 'bob', desiredAt: undefined } as unknown as Destination;
    const { record, begins } = request(failed);
    expect([begins, record.desiredBy]).toEqual(['start', ACTOR]);
    expect(request({ ...record, status: 'error' }).begins).toBeNull();
  });

  it('has no effect after others stopped the destination, nor a minute late', () => {
    expect(() => request({ ...off('one'), desiredAt: later(1).toISOString(), desiredBy: 'bob' })).toThrow(/stopped/);
    expect(() => request(off('one'), later(61))).toThrow(/more than a minute/);
  });
});
