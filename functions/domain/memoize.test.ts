import { describe, expect, it } from 'vitest';
import { memoize } from './memoize.ts';

describe('memoize', () => {
  /** Creates a memo that counts its fetches, with a manual clock. */
  function make() {
    const clock = { ms: Date.UTC(2026, 10, 21, 12) };
    let fetches = 0;
    const memo = memoize({ milliseconds: 1000, now: () => new Date(clock.ms) }, async () => (fetches += 1));
    return { clock, memo };
  }

  it('keeps an answer for the given time, then fetches again', async () => {
    const { clock, memo } = make();
    expect([await memo.get(), await memo.get()]).toEqual([1, 1]);
    clock.ms += 999;
    expect(await memo.get()).toBe(1);
    clock.ms += 1;
    expect(await memo.get()).toBe(2);
  });

  it('fetches again after the clock was set back', async () => {
    const { clock, memo } = make();
    await memo.get();
    clock.ms -= 3_600_000;
    expect([await memo.get(), await memo.get()]).toEqual([2, 2]);
  });
});
