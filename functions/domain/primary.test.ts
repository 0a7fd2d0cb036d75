import { describe, expect, it } from 'vitest';
import { isRetryDue, newPrimary, primaryNeed, withPrimaryNeed, withPrimaryPreset } from './primary.ts';
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

/** Returns the seconds until the primary may be started again. */
function pauseOf(failedStarts: number): number {
  for (let seconds = 0; seconds <= 100_000; seconds += 30) {
    if (isRetryDue(failed(failedStarts), later(seconds))) return seconds;
  }
  throw new Error('it is never started again');
}

describe('a primary whose start failed', () => {
  it('is started again after pauses that grow to four hours', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 60].map(pauseOf)).toEqual([30, 30, 600, 1200, 2400, 4800, 9600, 14_400, 14_400]);
  });

  it('costs two hours of a channel on its first day, and one hour on each later day', () => {
    const startsIn = (days: number) => {
      let starts = 0;
      for (let seconds = 0; seconds < days * 86_400; starts += 1) seconds += 60 + pauseOf(starts);
      return starts;
    };
    const minutes = [1, 2, 3].map((days) => 10 * startsIn(days));
    expect(minutes).toEqual([120, 180, 240]);
  });

  it('is not delayed by a clock that was set back', () => {
    expect(isRetryDue(failed(9), later(-3600))).toBe(true);
  });
});

describe('failed starts', () => {
  const started = (generation: number) => ({ startedAt: NOW.toISOString(), generation });
  const starting = () => withOperation(newPrimary('source', NOW), 'start', { now: NOW, requestedBy: 'sweep' });

  it('count when the channel was started, because only then they cost', () => {
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

  it('include runs that did not last, and are reset by a run that did', () => {
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

describe('the need for the primary', () => {
  const seen = (connected: boolean | null, ageSeconds = 0) => ({
    connected,
    observedAt: later(-ageSeconds).toISOString(),
    lostSince: null,
  });
  const need = (
    mode: 'always' | 'with-source' | 'off',
    flowStatus: string | null,
    source: ReturnType<typeof seen> | null = null,
  ) => primaryNeed({ mode, flowStatus, source, now: NOW });

  it('follows the flow in the mode always', () => {
    expect(need('always', 'ACTIVE')).toBe('run');
    expect(need('always', 'UPDATING')).toBe('run');
    for (const status of ['STANDBY', 'ERROR', 'DELETING', null]) expect(need('always', status)).toBe('stop-soon');
  });

  it('does not change while the flow starts or stops', () => {
    for (const mode of ['always', 'with-source'] as const) {
      for (const status of ['STARTING', 'STOPPING']) expect(need(mode, status)).toBe('as-is');
    }
  });

  it('follows the encoder in the mode with-source, and does not change while the encoder is unknown', () => {
    expect(need('with-source', 'ACTIVE', seen(true))).toBe('run');
    expect(need('with-source', 'ACTIVE', seen(false))).toBe('stop-soon');
    expect(need('with-source', 'ACTIVE', seen(null))).toBe('as-is');
    expect(need('with-source', 'ACTIVE', seen(true, 301))).toBe('as-is');
    expect(need('with-source', 'ACTIVE', null)).toBe('as-is');
    expect(need('with-source', 'STANDBY', seen(true))).toBe('stop-soon');
  });

  it('is a stop in the mode off', () => {
    expect(need('off', 'ACTIVE', seen(true))).toBe('stop');
  });

  it('stops the primary only after a pause, which ends when it is needed again', () => {
    const running = { ...newPrimary('720p30', NOW), desired: 'running' as const };
    const waiting = withPrimaryNeed(running, 'stop-soon', NOW, 'always');
    expect(waiting).toMatchObject({ desired: 'running', unneededSince: NOW.toISOString() });
    expect(withPrimaryNeed(waiting, 'stop-soon', later(299), 'always')).toBe(waiting);
    expect(withPrimaryNeed(waiting, 'stop-soon', later(300), 'always')).toMatchObject({
      desired: 'idle',
      unneededSince: null,
    });
    expect(withPrimaryNeed(waiting, 'stop-soon', later(300), 'with-source')).toBe(waiting);
    expect(withPrimaryNeed(waiting, 'run', later(100), 'always')).toMatchObject({
      desired: 'running',
      unneededSince: null,
    });
    expect(withPrimaryNeed(running, 'stop', NOW, 'off')).toMatchObject({ desired: 'idle' });
    expect(withPrimaryNeed(running, 'run', NOW, 'always')).toBe(running);
    expect(withPrimaryNeed(running, 'as-is', NOW, 'always')).toBe(running);
  });

  it('is absent at first, so a deployment whose flow never ran costs nothing', () => {
    expect(newPrimary('720p30', NOW)).toMatchObject({ desired: 'idle', standby: 'cold' });
  });
});

describe('a changed preset of the primary', () => {
  it('restarts a running primary, and otherwise waits for the next start', () => {
    const record = newPrimary('source', NOW);
    expect(withPrimaryPreset(record, 'source', NOW)).toBe(record);
    expect(withPrimaryPreset(record, '720p30', NOW)).toMatchObject({ preset: '720p30', restartRequested: false });
    expect(withPrimaryPreset({ ...record, status: 'running' }, '720p30', NOW)).toMatchObject({
      restartRequested: true,
    });
  });
});
