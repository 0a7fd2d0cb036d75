import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeShow, makeShowDestination } from '../../test/support/make-show.ts';
import type { AtLimit } from './ceiling.ts';
import type { Destination } from './destination.ts';
import { newDestination } from './new-destination.ts';
import {
  answerNoSourceLimit,
  DEFAULT_NO_SOURCE_LIMIT,
  evaluateNoSourceLimit,
  governedByShows,
  noSourceCourseOf,
  noSourceSince,
  stoppedByLimit,
  unfedChannels,
  type NoSourceLimit,
} from './no-source-limit.ts';

const START = Date.parse('2026-11-21T18:00:00Z');
const at = (minutes: number) => new Date(START + minutes * 60_000);
const iso = (minutes: number) => at(minutes).toISOString();
const ASK: AtLimit = { action: 'ask', countdownMinutes: 5, defaultAnswer: 'stop' };
const NO_SHOWS: ReadonlySet<string> = new Set();

function makeRunning(destinationId: string, startedAt: number, change: Partial<Destination> = {}): Destination {
  const chosen = { destinationId, name: destinationId, platform: 'custom', rtmpUrl: '', preset: '1080p30' };
  const record = newDestination({ ...chosen, standby: 'cold', desired: 'running', status: 'running' }, at(-60));
  const held = { channelRun: { startedAt: iso(startedAt), generation: 1 } };
  return { ...record, runningSince: iso(startedAt), held, ...change };
}

const limitOf = (change: Partial<NoSourceLimit> = {}): NoSourceLimit => ({ ...DEFAULT_NO_SOURCE_LIMIT, ...change });

/** Returns the ids that are due at a minute, of a source that is lost since the minute 0. */
const unfedAt = (minutes: number, records: Destination[], limit = limitOf(), governed = NO_SHOWS) =>
  unfedChannels(limit, { records, lostSince: iso(0), governed }, at(minutes));

/** Evaluates at a minute, of a source that is lost since the minute 0. */
const evaluate = (limit: NoSourceLimit, records: Destination[], minutes: number) =>
  evaluateNoSourceLimit(limit, iso(0), unfedAt(minutes, records, limit), at(minutes));

describe('what is known about the source', () => {
  const seen = { observedAt: iso(0), connected: false, lostSince: iso(-3) };

  it('is lost, delivers, or unknown without evidence of the last minutes', () => {
    expect(noSourceSince(seen, at(1))).toBe(iso(-3));
    expect(noSourceSince({ ...seen, connected: true, lostSince: null }, at(1))).toBeNull();
    expect(noSourceSince(seen, at(5.1))).toBeUndefined();
    expect(noSourceSince({ ...seen, connected: null, lostSince: null }, at(1))).toBeUndefined();
    expect(noSourceSince(null, at(1))).toBeUndefined();
  });

  it('is lost for as long as the flow is stopped', () => {
    const stopped = { ...seen, connected: true, lostSince: null, flowStoppedAt: iso(2) };
    expect(noSourceSince(stopped, at(90))).toBe(iso(2));
    expect(noSourceSince({ ...stopped, lostSince: iso(-3) }, at(90))).toBe(iso(-3));
  });
});

describe('the channels that the limit counts', () => {
  const ids = (records: Destination[]) => records.map(({ destinationId }) => destinationId);

  it('run since the minutes of the limit, and were not started later during the loss', () => {
    const records = [makeRunning('early', -30), makeRunning('late', 4)];
    expect(ids(unfedAt(9.9, records))).toEqual([]);
    expect(ids(unfedAt(10, records))).toEqual(['early']);
    expect(ids(unfedAt(14, records))).toEqual(['early', 'late']);
    expect(unfedAt(5000, records, limitOf({ minutes: 0 }))).toEqual([]);
  });

  it('are none that are spared, off air, SRT outputs, the preview, or decided by another rule', () => {
    const lost = { observedAt: iso(9), alerts: [], hadSource: true, sourceLostSince: iso(0) };
    const records = [
      makeRunning('spared', -30),
      makeRunning('stopping', -30, { desired: 'idle' }),
      makeRunning('starting', -30, { held: {} }),
      makeRunning('srt', -30, { platform: 'srt' }),
      makeRunning('primary', -30, { platform: 'hls' }),
      makeRunning('holds', -30, { onSourceLoss: 'hold', observation: lost }),
      makeRunning('in-show', -30),
      makeRunning('waits', -30, { onSourceLoss: 'wait', observation: lost }),
      // Its own rule begins with the first source.
      makeRunning('holds-nothing', -30, { onSourceLoss: 'hold', observation: { observedAt: iso(9), alerts: [] } }),
    ];
    expect(ids(unfedAt(20, records, limitOf({ spared: ['spared'] }), new Set(['in-show'])))).toEqual([
      'waits',
      'holds-nothing',
    ]);
  });

  it('are not those of a live show that ends without a source, as long as its run sheet acts', () => {
    const live = makeShow({ destinations: [makeShowDestination('a')], state: 'live', sourceLostMinutes: 5 });
    const others = [
      makeShow({ ...live, sourceLostMinutes: null, destinations: [makeShowDestination('b')] }),
      makeShow({ ...live, automation: 'held', destinations: [makeShowDestination('c')] }),
      makeShow({ ...live, state: 'starting', destinations: [makeShowDestination('d')] }),
    ];
    expect([...governedByShows([live, ...others])]).toEqual(['a']);
  });
});

describe('the no-source limit', () => {
  const one = makeRunning('one', -30);

  it('only warns by default', () => {
    expect(evaluate(DEFAULT_NO_SOURCE_LIMIT, [one], 60)).toBe(DEFAULT_NO_SOURCE_LIMIT);
  });

  it('asks, and gives the default answer when its countdown is over', () => {
    const asked = evaluate(limitOf({ atLimit: ASK }), [one], 10);
    expect(asked.course).toMatchObject({ state: 'asked', answerDueAt: iso(15), lostSince: iso(0) });
    expect(stoppedByLimit(asked, iso(0), [one])).toEqual([]);
    expect(evaluate(asked, [one], 14.9)).toBe(asked);
    const stopped = evaluate(asked, [one], 15);
    expect(stopped.course).toMatchObject({ state: 'stopped', by: 'no-source limit' });
    expect(stoppedByLimit(stopped, iso(0), [one])).toEqual([one]);
    const gentle = evaluate({ ...asked, atLimit: { ...ASK, defaultAnswer: 'keep' } }, [one], 15);
    expect(gentle.course?.state).toBe('kept');
  });

  it('drops its question when nothing is left to stop', () => {
    const asked = evaluate(limitOf({ atLimit: ASK }), [one], 10);
    expect(evaluate(asked, [], 11).course).toBeNull();
  });

  it('keeps everything after the answer of a person, until the source has returned', () => {
    const asked = evaluate(limitOf({ atLimit: ASK }), [one], 10);
    const kept = answerNoSourceLimit(asked, { answer: 'keep', lostSince: iso(0), by: 'Anna' }, at(11));
    expect(kept.course).toMatchObject({ state: 'kept', by: 'Anna' });
    expect(answerNoSourceLimit(kept, { answer: 'keep', lostSince: iso(0), by: 'Ben' }, at(12))).toBe(kept);
    expect(evaluate(kept, [one], 600)).toBe(kept);
    // Also a channel that is started after the answer.
    expect(evaluate(kept, [one, makeRunning('two', 20)], 600)).toBe(kept);
    // Lost again an hour later.
    const unfed = unfedChannels(kept, { records: [one], lostSince: iso(60), governed: NO_SHOWS }, at(70));
    expect(evaluateNoSourceLimit(kept, iso(60), unfed, at(70)).course).toMatchObject({ state: 'asked' });
  });

  it('gives a channel that is started after the stop its own minutes and its own question', () => {
    const asked = evaluate(limitOf({ atLimit: ASK }), [one], 10);
    const stopped = evaluate(asked, [one], 15);
    const again = makeRunning('one', 20);
    expect(evaluate(stopped, [again], 29)).toBe(stopped);
    expect(stoppedByLimit(stopped, iso(0), unfedAt(30, [again]))).toEqual([]);
    expect(evaluate(stopped, [again], 30).course).toMatchObject({ state: 'asked', answerDueAt: iso(35) });
  });
});

/** A person who answers, an encoder that comes and goes, and monitors that crash, in virtual minutes. */
const played = fc.record({
  limitMinutes: fc.integer({ min: 1, max: 15 }),
  atLimit: fc.constantFrom<AtLimit>({ action: 'stop' }, ASK, { ...ASK, defaultAnswer: 'keep' }, { action: 'warn' }),
  /** Minutes at which the encoder connects or disconnects; it is connected at first. */
  turns: fc.uniqueArray(fc.integer({ min: 1, max: 79 }), { maxLength: 6 }),
  /** Minutes in which the source cannot be read. */
  unknown: fc.uniqueArray(fc.integer({ min: 1, max: 79 }), { maxLength: 4 }),
  starts: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 4 }),
  answers: fc.array(fc.record({ minute: fc.integer({ min: 0, max: 79 }), answer: fc.constantFrom('keep', 'stop') }), {
    maxLength: 2,
  }),
  /** Minutes in which the monitor stops between its decision and the stops. */
  crashes: fc.uniqueArray(fc.integer({ min: 1, max: 79 }), { maxLength: 4 }),
});

describe('the no-source limit in simulated evenings', () => {
  it('stops at its minute, never with a source, never without evidence, and never what a person keeps', () => {
    let stops = 0;
    fc.assert(
      fc.property(played, ({ limitMinutes, atLimit, turns, unknown, starts, answers, crashes }) => {
        let limit = limitOf({ minutes: limitMinutes, atLimit });
        let lost: number | null = null;
        let keptSince: number | null = null;
        const onAir = new Map<string, number>();
        const waitMinutes = atLimit.action === 'ask' ? atLimit.countdownMinutes : 0;
        for (let minute = 0; minute < 80; minute += 1) {
          if (turns.includes(minute)) [lost, keptSince] = [lost === null ? minute : null, null];
          for (const [index, start] of starts.entries()) if (start === minute) onAir.set(`dst_${index}`, minute);
          if (lost === null || unknown.includes(minute)) continue;
          const records = [...onAir].map(([id, startedAt]) => makeRunning(id, startedAt));
          const seen = { records, lostSince: iso(lost), governed: NO_SHOWS };
          const unfed = unfedChannels(limit, seen, at(minute));
          const given = answers.find((each) => each.minute === minute)?.answer as 'keep' | 'stop' | undefined;
          const isByHand = given !== undefined && noSourceCourseOf(limit, iso(lost)) !== null;
          if (isByHand)
            limit = answerNoSourceLimit(limit, { answer: given, lostSince: iso(lost), by: 'a' }, at(minute));
          if (isByHand) keptSince = given === 'keep' ? minute : null;
          limit = evaluateNoSourceLimit(limit, iso(lost), unfed, at(minute));
          if (crashes.includes(minute)) continue;
          for (const { destinationId } of stoppedByLimit(limit, iso(lost), unfed)) {
            const silentSince = Math.max(onAir.get(destinationId)!, lost);
            expect(minute - silentSince).toBeGreaterThanOrEqual(limitMinutes);
            expect(keptSince).toBeNull();
            expect(atLimit.action).not.toBe('warn');
            stops += 1;
            onAir.delete(destinationId);
          }
          // Nothing that was due and is not kept stays longer than its countdown, unless evidence or a monitor was missing.
          const isDisturbed = unknown.length + crashes.length + answers.length > 0;
          const isStopping =
            atLimit.action === 'stop' || (atLimit.action === 'ask' && atLimit.defaultAnswer === 'stop');
          if (!isStopping || isDisturbed) continue;
          for (const startedAt of onAir.values()) {
            expect(minute - Math.max(startedAt, lost)).toBeLessThan(limitMinutes + 2 * waitMinutes + 1);
          }
        }
      }),
      { numRuns: 400 },
    );
    expect(stops).toBeGreaterThan(50);
  });
});
