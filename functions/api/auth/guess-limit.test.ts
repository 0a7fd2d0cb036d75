import { expect, it } from 'vitest';
import { createGuessLimit } from './guess-limit.ts';

const time = { ms: 1_000_000 };
const now = () => new Date(time.ms);
const make = (changes: { counters?: number } = {}) => createGuessLimit({ now, guessesMax: 3, ...changes });

it('makes a caller wait after too many different guesses, until a minute after the first', () => {
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

it('does not count what a script with a stale token repeats for ever', () => {
  const limit = make();
  for (let times = 0; times < 1_000; times += 1) limit.count('caller', times % 2 ? 'stale' : 'staler');
  expect(limit.waitSeconds('caller')).toBe(0);
});

it('lets no caller wait for another while there are counters, and gives those of a minute ago to newcomers', () => {
  const limit = make({ counters: 100 });
  for (const round of [1, 2]) {
    for (let caller = 0; caller < 100; caller += 1) {
      expect(limit.waitSeconds(`caller ${caller} of ${round}`)).toBe(0);
      for (const guess of ['a', 'b', 'c']) limit.count(`caller ${caller} of ${round}`, guess);
    }
    time.ms += 60_000;
  }
});

it('needs no more memory for a million callers than for its counters, and makes no caller wait for a clock set back', () => {
  const limit = make({ counters: 2 });
  for (let caller = 0; caller < 10_000; caller += 1) limit.count(`caller ${caller}`, `guess ${caller}`);
  // Every counter is used up.
  expect(limit.waitSeconds('newcomer')).toBeGreaterThan(0);
  time.ms -= 3_600_000;
  expect(limit.waitSeconds('newcomer')).toBe(0);
});
