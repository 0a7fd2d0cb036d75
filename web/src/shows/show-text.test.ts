import { describe, expect, it } from 'vitest';
import { countdownWords, plannedWords } from './show-text.ts';

const show = {
  state: 'scheduled' as const,
  startsAt: '2026-12-06T10:00:00.000Z',
  endsAt: '2026-12-06T11:00:00.000Z',
  endRule: 'clock' as const,
  goLiveAt: null,
};
const at = (time: string) => Date.parse(`2026-12-06T${time}Z`);

describe('countdownWords', () => {
  it.each([
    [{}, '09:58:30', 'Live in 1:30'],
    [{}, '10:00:01', 'Start has passed'],
    [{ state: 'draft' as const }, '09:00:00', 'Not scheduled'],
    [{ state: 'live' as const }, '10:30:00', 'Ends in 30:00'],
    [{ state: 'live' as const, endRule: 'hand' as const }, '10:05:00', 'Live for 5:00, ends by hand'],
    [
      { state: 'live' as const, endsAt: null, goLiveAt: '2026-12-06T09:00:00.000Z' },
      '10:00:00',
      'Live for 1:00:00, ends by hand',
    ],
    [{ state: 'ended' as const }, '12:00:00', 'Ended'],
  ])('%j at %s: %s', (changes, time, words) => {
    expect(countdownWords({ ...show, ...changes }, at(time))).toBe(words);
  });
});

describe('plannedWords', () => {
  it('names the day once, and the zone', () => {
    const plan = { localStart: '2026-12-06T10:00:00', localEnd: '2026-12-06T11:30:00', zone: 'Europe/Berlin' };
    expect(plannedWords(plan)).toBe('2026-12-06 10:00 – 11:30 Europe/Berlin');
    expect(plannedWords({ ...plan, localEnd: '2026-12-07T01:00:00' })).toBe(
      '2026-12-06 10:00 – 2026-12-07 01:00 Europe/Berlin',
    );
    expect(plannedWords({ ...plan, localEnd: null })).toBe('2026-12-06 10:00 Europe/Berlin');
  });
});
