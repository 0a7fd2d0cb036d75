import { describe, expect, it } from 'vitest';
import { isRetryDue, newPrimary, withPrimaryPreset } from './primary.ts';
import { settle, withFailedRun, withOperation } from './lifecycle.ts';

const NOW = new Date('2026-11-21T12:00:00Z');
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const error = { code: 'channel_start_failed', detail: 'it fell back', remedy: 'look', at: NOW.toISOString() };
const failed = (failedStarts: number) => ({
  ...newPrimary('source', NOW),
  status: 'error' as const,
  lastError: error,
  failedStarts,
});

/** Seconds until it may be started again. */
function pauseOf(failedStarts: number): number {
  for (let seconds = 0; seconds <= 100_000; seconds += 30) {
    if (isRetryDue(failed(failedStarts), later(seconds))) return seconds;
  }
  throw new Error('it is never started again');
}

describe('a primary whose start has failed', () => {
  it('is started again after pauses that grow to four hours', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 60].map(pauseOf)).toEqual([30, 30, 600, 1200, 2400, 4800, 9600, 14_400, 14_400]);
  });

  it('costs two hours of a channel on its first day, and one on each later', () => {
    const startsIn = (days: number) => {
      let starts = 0;
      for (let seconds = 0; seconds < days * 86_400; starts += 1) seconds += 60 + pauseOf(starts);
      return starts;
    };
    const minutes = [1, 2, 3].map((days) => 10 * startsIn(days));
    expect(minutes).toEqual([120, 180, 240]);
  });

  it('does not wait for a clock that was set back', () => {
    expect(isRetryDue(failed(9), later(-3600))).toBe(true);
  });
});

describe('starts that came to nothing', () => {
  const started = (generation: number) => ({ startedAt: NOW.toISOString(), generation });
  const starting = () => withOperation(newPrimary('source', NOW), 'start', { now: NOW, requestedBy: 'sweep' });

  it('are counted when the channel was started, because only then they cost', () => {
    const begun = starting();
    const free = settle(begun, { outcome: 'failed', error }, NOW).record!;
    expect(free.failedStarts ?? 0).toBe(0);
    const costly = settle(
      { ...begun, held: { channelRun: started(begun.generation) } },
      { outcome: 'failed', error },
      NOW,
    ).record!;
    expect(costly.failedStarts).toBe(1);
  });

  it('count as well when they ran and did not last, and are forgotten after a run that did', () => {
    const running = {
      ...newPrimary('source', NOW),
      status: 'running' as const,
      runningSince: NOW.toISOString(),
      failedStarts: 3,
    };
    expect(withFailedRun(running, later(600)).failedStarts).toBe(4);
    expect(withFailedRun(running, later(7200)).failedStarts).toBe(0);
    expect(withOperation(running, 'stop', { now: later(7200), requestedBy: 'x' }).failedStarts).toBe(0);
    expect(withOperation(running, 'stop', { now: later(600), requestedBy: 'x' }).failedStarts).toBe(3);
  });
});

describe('a changed ladder', () => {
  it('restarts what runs, and waits for the next start otherwise', () => {
    const record = newPrimary('source', NOW);
    expect(withPrimaryPreset(record, 'source', NOW)).toBe(record);
    expect(withPrimaryPreset(record, '720p30', NOW)).toMatchObject({ preset: '720p30', restartRequested: false });
    expect(withPrimaryPreset({ ...record, status: 'running' }, '720p30', NOW)).toMatchObject({
      restartRequested: true,
    });
  });
});
