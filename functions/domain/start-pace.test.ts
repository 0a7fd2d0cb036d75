import { describe, expect, it } from 'vitest';
import { makeRecord } from '../../test/support/api.ts';
import { withOperation } from './lifecycle.ts';
import { forecastStarts, planStarts, roomToStart } from './start-pace.ts';

const NOW = new Date('2026-12-06T10:00:00.000Z');
const ago = (ms: number) => new Date(NOW.getTime() - ms);
const starting = (agoMs: number) =>
  withOperation(makeRecord({ desired: 'running' }), 'start', { now: ago(agoMs), requestedBy: 'operator' });

describe('the room to start', () => {
  it('counts every start of the deployment that is under way', () => {
    const pace = { atOnceMax: 3, intervalMs: 0 };
    expect(roomToStart(pace, [starting(60_000), starting(1)], NOW).count).toBe(1);
    expect(roomToStart(pace, [starting(1), starting(2), starting(3)], NOW).count).toBe(0);
  });

  it('is one start per interval, counted from the last request', () => {
    const pace = { atOnceMax: 20, intervalMs: 2_000 };
    expect(roomToStart(pace, [starting(1_999)], NOW)).toEqual({
      count: 0,
      nextMs: NOW.getTime() + 1,
      isFull: false,
    });
    expect(roomToStart(pace, [starting(2_000)], NOW).count).toBe(1);
    // A start that has failed already has made its calls as well.
    const failed = makeRecord({ desired: 'running', status: 'error', desiredAt: ago(500).toISOString() });
    expect(roomToStart(pace, [failed], NOW).count).toBe(0);
  });

  it('does not wait for an operation that hangs, nor for a start in the future after a clock was set back', () => {
    const pace = { atOnceMax: 1, intervalMs: 2_000 };
    const hanging = starting(4 * 3_600_000);
    expect(roomToStart(pace, [hanging], NOW).count).toBe(1);
    const ahead = makeRecord({ desired: 'running', desiredAt: ago(-3_600_000).toISOString() });
    expect(roomToStart(pace, [ahead], NOW).count).toBe(1);
  });
});

describe('the forecast of starts', () => {
  it('spreads starts by the interval and lets only so many start at once', () => {
    expect(forecastStarts({ atOnceMax: 2, intervalMs: 2_000 }, [], [80_000, 80_000, 60_000])).toEqual([
      { startsInMs: 0, doneInMs: 80_000 },
      { startsInMs: 2_000, doneInMs: 82_000 },
      { startsInMs: 80_000, doneInMs: 140_000 },
    ]);
  });

  it('waits for the starts that are under way elsewhere', () => {
    expect(forecastStarts({ atOnceMax: 2, intervalMs: 0 }, [30_000, 10_000], [5_000, 5_000])).toEqual([
      { startsInMs: 10_000, doneInMs: 15_000 },
      { startsInMs: 15_000, doneInMs: 20_000 },
    ]);
  });
});

describe('starts that have to be in time', () => {
  const start = (latestMs: number, takesMs = 180_000) => ({ latestMs, takesMs });

  it('begin an interval apart, the last one as late as it may', () => {
    const pace = { atOnceMax: 16, intervalMs: 5_000 };
    expect(planStarts(pace, [start(0), start(0), start(0), start(60_000)])).toEqual([-10_000, -5_000, 0, 60_000]);
    expect(planStarts(pace, [start(2_000), start(0)])).toEqual([2_000, -3_000]);
  });

  it('begin only when fewer are starting than may', () => {
    const pace = { atOnceMax: 2, intervalMs: 5_000 };
    expect(planStarts(pace, [start(0, 90_000), start(0, 60_000), start(0, 60_000)])).toEqual([-90_000, -5_000, 0]);
    expect(planStarts({ atOnceMax: 1, intervalMs: 0 }, [start(0, 100), start(0, 100)])).toEqual([-100, 0]);
  });
});
