import { describe, expect, it } from 'vitest';
import { toNominalRate } from './channel-target.ts';

describe('the frame rate of a channel that follows its source', () => {
  it('is a nominal one, so that a flicker of the measurement changes nothing', () => {
    expect([29.99, 30.04, 30.2].map(toNominalRate)).toEqual([30, 30, 30]);
    expect(toNominalRate(29.968)).toBe(29.97);
    expect(toNominalRate(59.95)).toBe(59.94);
    expect(toNominalRate(24.8)).toBe(25);
  });

  it('is unknown while nothing was measured', () => {
    expect(toNominalRate(null)).toBeUndefined();
    expect(toNominalRate(undefined)).toBeUndefined();
  });
});
