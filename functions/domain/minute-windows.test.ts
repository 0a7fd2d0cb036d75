import { describe, expect, it } from 'vitest';
import { createMinuteWindows } from './minute-windows.ts';

describe('the minutes of callers', () => {
  function prepare() {
    const time = { ms: Date.parse('2026-11-30T12:00:00Z') };
    return { time, windows: createMinuteWindows(() => new Date(time.ms)) };
  }

  it('counts each caller on its own, and begins again after a minute', () => {
    const { time, windows } = prepare();
    expect(windows.count('one')).toEqual({ requests: 1, resetSeconds: 60 });
    time.ms += 20_500;
    expect(windows.count('one')).toEqual({ requests: 2, resetSeconds: 40 });
    expect(windows.count('other')).toEqual({ requests: 1, resetSeconds: 60 });
    time.ms += 39_500;
    expect(windows.count('one')).toEqual({ requests: 1, resetSeconds: 60 });
  });

  it('begins a new minute when the clock was set back', () => {
    const { time, windows } = prepare();
    windows.count('one');
    time.ms -= 3_600_000;
    expect(windows.count('one')).toEqual({ requests: 1, resetSeconds: 60 });
  });

  it('forgets the oldest minute above 10,000 callers', () => {
    const { windows } = prepare();
    for (let index = 0; index < 10_000; index += 1) windows.count(`caller ${index}`);
    expect(windows.count('caller 1').requests).toBe(2);
    windows.count('one more');
    expect(windows.count('caller 1').requests).toBe(3);
    expect(windows.count('caller 0').requests).toBe(1);
  });
});
