import { describe, expect, it } from 'vitest';
import { dayKey, weekAway, weekOf } from './week.ts';

const NOW = new Date(2026, 11, 2, 9);

describe('the week of the schedule', () => {
  it.each([
    [1, '2026-11-30', '2026-12-07'],
    [7, '2026-11-29', '2026-12-06'],
    [6, '2026-11-28', '2026-12-05'],
  ])('begins on weekday %i', (firstWeekday, from, to) => {
    const week = weekOf('', NOW, firstWeekday);
    expect([dayKey(week.from), dayKey(week.to), week.days.length]).toEqual([from, to, 7]);
  });

  it('is that of the day in the address, across years, and of today for anything else', () => {
    expect(dayKey(weekOf('2027-01-01', NOW, 1).from)).toBe('2026-12-28');
    for (const other of ['', 'soon', '2026-1-1']) expect(dayKey(weekOf(other, NOW, 1).from)).toBe('2026-11-30');
  });

  it('leads to the weeks before and after', () => {
    const week = weekOf('2026-12-30', NOW, 1);
    expect([weekAway(week, -1), weekAway(week, 1)]).toEqual(['2026-12-21', '2027-01-04']);
  });

  it('keeps seven days where the clocks change', () => {
    const days = weekOf('2026-03-29', NOW, 1).days.map(dayKey);
    expect(days).toEqual([23, 24, 25, 26, 27, 28, 29].map((date) => `2026-03-${date}`));
  });
});
