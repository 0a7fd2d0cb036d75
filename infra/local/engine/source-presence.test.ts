import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../host/clock.ts';
import { createSourcePresence } from './source-presence.ts';

describe('a source', () => {
  const happened: [string, number][] = [];
  let presence: ReturnType<typeof createSourcePresence>;

  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
    happened.length = 0;
    const note = (what: string) => happened.push([what, Date.now()]);
    presence = createSourcePresence({ clock: systemClock, onBack: () => note('back'), onLost: () => note('lost') });
  });
  afterEach(() => {
    presence.close();
    vi.useRealTimers();
  });

  it.each([0, 120, 499])('is lost two seconds after its last data at %d ms, to the millisecond', (lastMs) => {
    vi.advanceTimersByTime(lastMs);
    presence.heard();
    vi.advanceTimersByTime(10_000);
    expect(happened).toEqual([['lost', lastMs + 2_001]]);
    expect([presence.isLive(), presence.silentSinceMs()]).toEqual([false, lastMs + 2_001]);
  });

  it('stays while data arrives', () => {
    for (let count = 0; count < 20; count += 1) {
      presence.heard();
      vi.advanceTimersByTime(1_900);
    }
    expect([happened, presence.isLive()]).toEqual([[], true]);
  });

  it('is back with its first data, and not before its first data ever', () => {
    vi.advanceTimersByTime(10_000);
    expect([happened, presence.silentSinceMs()]).toEqual([[], null]);
    presence.heard();
    presence.lose();
    presence.lose();
    vi.advanceTimersByTime(5_000);
    presence.heard();
    expect(happened).toEqual([
      ['lost', 10_000],
      ['back', 15_000],
    ]);
    expect([presence.isLive(), presence.silentSinceMs()]).toEqual([true, null]);
  });
});
