import { describe, expect, it } from 'vitest';
import { followRate } from './frame-rate.ts';

describe('followRate', () => {
  it('returns a nominal rate at first', () => {
    expect(followRate(29.968, undefined)).toBe(29.97);
    expect(followRate(59.95, undefined)).toBe(59.94);
    expect(followRate(24.8, undefined)).toBe(25);
  });

  it('keeps the former rate while the measurement flickers, and follows a real change', () => {
    for (const measured of [29.9, 29.98, 30.04, 30.2]) expect(followRate(measured, 29.97)).toBe(29.97);
    expect(followRate(25, 29.97)).toBe(25);
    expect(followRate(59.9, 29.97)).toBe(59.94);
  });

  it('keeps the former rate when nothing is measured, and returns 30 without one', () => {
    expect(followRate(null, 25)).toBe(25);
    expect(followRate(undefined, undefined)).toBe(30);
  });
});
