import { expect, it } from 'vitest';
import { daysBetween, formatShare, toRows, type UptimeDay } from './uptime-bars.ts';

const NONE = { starting: 0, delivering: 0, degraded: 0, down: 0, waiting: 0, unknown: 0 };

const day = (name: string, date: string, seconds: Partial<UptimeDay['seconds']>): UptimeDay => ({
  day: date,
  destinationId: `dst_${name}`,
  destinationName: name,
  wantedSeconds: Object.values(seconds).reduce((sum, each) => sum + each, 0),
  seconds: { ...NONE, ...seconds },
  reasons: [],
});

it('a row has one place per day, in the order of the days, and null where nothing was wanted', () => {
  const data = [day('b', '2026-11-30', { delivering: 50, down: 50 }), day('a', '2026-12-01', { delivering: 10 })];
  const rows = toRows({ from: '2026-11-29', to: '2026-12-01', data });
  expect(rows.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(rows[1]!.days).toEqual([null, data[0], null]);
  expect(rows.map(({ share }) => share)).toEqual([1, 0.5]);
});

it('the time a start takes is not held against a destination', () => {
  const data = [day('a', '2026-12-01', { starting: 100, delivering: 100 })];
  expect(toRows({ from: '2026-12-01', to: '2026-12-01', data })[0]!.share).toBe(1);
  const starting = [day('a', '2026-12-01', { starting: 100 })];
  expect(toRows({ from: '2026-12-01', to: '2026-12-01', data: starting })[0]!.share).toBeNull();
});

it('days cross the ends of months and years', () => {
  expect(daysBetween('2026-12-30', '2027-01-02')).toEqual(['2026-12-30', '2026-12-31', '2027-01-01', '2027-01-02']);
});

it.each([
  [1, '100 %'],
  [0.999_99, '99.99 %'],
  [0.5, '50.00 %'],
  [0, '0.00 %'],
  [null, '–'],
])('a share of %s is shown as %s', (share, text) => expect(formatShare(share)).toBe(text));
