import { describe, expect, it } from 'vitest';
import { isSettled } from './action-progress.ts';
import { appendBitrates, HISTORY_LENGTH, sparklinePath } from '../api/bitrate-history.ts';
import { isStale, POLL_BUSY_MS } from '../api/freshness.ts';
import { makeDestination } from '../../../test/support/make-destination.ts';

describe('isStale', () => {
  it('tolerates one missed poll but not two', () => {
    expect(isStale(10_000 + 2 * POLL_BUSY_MS, 10_000, POLL_BUSY_MS)).toBe(false);
    expect(isStale(10_000 + 3 * POLL_BUSY_MS + 1, 10_000, POLL_BUSY_MS)).toBe(true);
  });

  it('is not stale before the first answer', () => {
    expect(isStale(10_000, 0, POLL_BUSY_MS)).toBe(false);
  });
});

describe('appendBitrates', () => {
  it('keeps a bounded window and drops deleted destinations', () => {
    let history = appendBitrates(new Map(), [{ destinationId: 'gone', bitrateBps: 1 }]);
    for (let poll = 0; poll < HISTORY_LENGTH + 5; poll += 1) {
      history = appendBitrates(history, [{ destinationId: 'a', bitrateBps: poll }]);
    }
    expect(history.has('gone')).toBe(false);
    expect(history.get('a')).toHaveLength(HISTORY_LENGTH);
    expect(history.get('a')?.at(-1)).toBe(HISTORY_LENGTH + 4);
  });
});

describe('sparklinePath', () => {
  it('ends at the right edge, with a gap for missing values', () => {
    const path = sparklinePath([5, null, 10], { width: 59, height: 10, ceilingBps: 10 });
    expect(path).toBe('M57.0 5.0M59.0 0.0');
  });
});

describe('isSettled', () => {
  it('waits while a start is in progress', () => {
    expect(isSettled('start', makeDestination({ status: 'starting', desired: 'running' }))).toBe(false);
  });

  it('settles when the destination runs, fails or was stopped by someone else', () => {
    expect(isSettled('start', makeDestination({ status: 'running', desired: 'running' }))).toBe(true);
    expect(isSettled('start', makeDestination({ status: 'error', desired: 'running' }))).toBe(true);
    expect(isSettled('start', makeDestination({ status: 'stopping', desired: 'idle' }))).toBe(true);
  });

  it('waits for a stop until the destination is idle', () => {
    expect(isSettled('stop', makeDestination({ status: 'stopping', desired: 'idle' }))).toBe(false);
    expect(isSettled('stop', makeDestination({ status: 'idle', desired: 'idle' }))).toBe(true);
  });
});
