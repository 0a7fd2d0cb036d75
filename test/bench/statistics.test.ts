import { describe, expect, it } from 'vitest';
import { describeSpread, median, percentile, toSpread } from './statistics.ts';

describe('percentile', () => {
  it('returns the nearest rank for values in any order', () => {
    const values = [50, 20, 15, 35, 40];
    expect([0, 0.05, 0.3, 0.4, 0.5, 1].map((share) => percentile(values, share))).toEqual([15, 15, 20, 20, 35, 50]);
    expect(values).toEqual([50, 20, 15, 35, 40]);
  });

  it('compares values as numbers, not as text', () => {
    expect(percentile([9, 10, 100], 1)).toBe(100);
    expect(percentile([-1, -10, 2], 0)).toBe(-10);
  });

  it('returns 95 for a share of 0.95 of one to a hundred', () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(percentile(values, 0.95)).toBe(95);
  });

  it('throws for an empty list', () => {
    expect(() => percentile([], 0.5)).toThrow(RangeError);
    expect(() => toSpread([])).toThrow(RangeError);
  });
});

describe('median', () => {
  it('is the middle value or the mean of the middle two', () => {
    expect(median([7])).toBe(7);
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});

describe('toSpread', () => {
  it('returns smallest, middle and largest value, which describeSpread formats', () => {
    const spread = toSpread([12.4, 43, 7, 9.1]);
    expect(spread).toEqual({ min: 7, median: 10.75, max: 43 });
    expect(describeSpread(spread, 1)).toBe('10.8 (7.0 to 43.0)');
    expect(describeSpread(spread, 0)).toBe('11 (7 to 43)');
  });
});
