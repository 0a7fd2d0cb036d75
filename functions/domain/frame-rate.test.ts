import { describe, expect, it } from 'vitest';
import { followRate, outputRate } from './frame-rate.ts';

describe('followRate', () => {
  it('returns a nominal rate at first', () => {
    expect(followRate(29.968, undefined)).toBe(29.97);
    expect(followRate(59.95, undefined)).toBe(59.94);
    expect(followRate(24.8, undefined)).toBe(25);
  });

  it('keeps the known rate while the measurement flickers', () => {
    for (const measured of [29.96, 29.98, 29.985, 29.99]) expect(followRate(measured, 29.97)).toBe(29.97);
    for (const measured of [29.98, 29.99, 30.01]) expect(followRate(measured, 30)).toBe(30);
  });

  it('follows a change, also to a neighbour', () => {
    expect(followRate(25, 29.97)).toBe(25);
    expect(followRate(59.9, 29.97)).toBe(59.94);
    expect(followRate(30, 29.97)).toBe(30);
    expect(followRate(29.97, 30)).toBe(29.97);
    expect(followRate(24, 23.976)).toBe(24);
  });

  it('keeps the known rate when nothing is measured, and returns null without one', () => {
    expect(followRate(null, 25)).toBe(25);
    expect(followRate(0, 25)).toBe(25);
    expect(followRate(undefined, undefined)).toBeNull();
  });
});

describe('outputRate', () => {
  it.each([
    [23.976, 30, 23.976],
    [24, 30, 24],
    [25, 30, 25],
    [29.97, 30, 29.97],
    [30, 30, 30],
    [50, 30, 25],
    [59.94, 30, 29.97],
    [60, 30, 30],
    [23.976, 60, 23.976],
    [24, 60, 24],
    [25, 60, 25],
    [29.97, 60, 29.97],
    [30, 60, 30],
    [50, 60, 50],
    [59.94, 60, 59.94],
    [60, 60, 60],
  ])('sends a source of %s frames per second, at most %s, with %s', (source, maximum, rate) => {
    expect(outputRate(source, maximum)).toBe(rate);
  });
});
