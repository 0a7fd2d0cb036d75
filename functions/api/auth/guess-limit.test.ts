import { expect, it } from 'vitest';
import { createGuessLimit } from './guess-limit.ts';

const time = { ms: 1_000_000 };
const now = () => new Date(time.ms);
const make = (changes: { counters?: number } = {}) => createGuessLimit({ now, guessesMax: 3, ...changes });

it('blocks a caller after too many different guesses, until a minute after the first', () => {
  const limit = make();
  for (const guess of ['a', 'b', 'c']) {
    expect(limit.waitSeconds('caller')).toBe(0);
    limit.count('caller', guess);
    time.ms += 10_000;
  }
  expect(limit.waitSeconds('caller')).toBe(30);
  expect(limit.waitSeconds('another')).toBe(0);
  time.ms += 30_000;
  expect(limit.waitSeconds('caller')).toBe(0);
});

it('does not count repetitions of the same stale token', () => {
  const limit = make();
  for (let times = 0; times < 1_000; times += 1) limit.count('caller', times % 2 ? 'stale' : 'staler');
  expect(limit.waitSeconds('caller')).toBe(0);
});

it('blocks no caller for another’s guesses while counters are free, and reuses counters after a minute', () => {
  const limit = make({ counters: 100 });
  for (const round of [1, 2]) {
    for (let caller = 0; caller < 100; caller += 1) {
      expect(limit.waitSeconds(`caller ${caller} of ${round}`)).toBe(0);
      for (const guess of ['a', 'b', 'c']) limit.count(`caller ${caller} of ${round}`, guess);
    }
    time.ms += 60_000;
  }
});

it('bounds its memory for any number of callers, and blocks no caller after the clock was set back', () => {
  const limit = make({ counters: 2 });
  for (let caller = 0; caller < 10_000; caller += 1) limit.count(`caller ${caller}`, `guess ${caller}`);
  // Every counter is in use.
  expect(limit.waitSeconds('newcomer')).toBeGreaterThan(0);
  time.ms -= 3_600_000;
  expect(limit.waitSeconds('newcomer')).toBe(0);
});
