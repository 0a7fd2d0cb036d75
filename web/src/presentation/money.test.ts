import { describe, expect, it } from 'vitest';
import { describeMissing, describeSum, formatPrice, formatSum, pricePerHour } from './money.ts';

describe('a price', () => {
  it('is never made to look like none when it is not known', () => {
    expect(describeSum(null, true)).toBe('price not known');
    expect(pricePerHour(null, true)).toBeNull();
  });

  it('is "at least" when a part of it is not known', () => {
    expect(pricePerHour(0.5616, false)).toBe('≥ $0.56/h');
    expect(describeSum(2.311, false)).toBe('≥ $2.31');
  });

  it('names what it is without', () => {
    expect(describeMissing(['data transfer', 'audio'])).toBe(
      'Not in it, because the price is not known: data transfer; audio',
    );
    expect(describeMissing([])).toBe('');
  });

  it('has the digits its size needs', () => {
    expect(formatPrice(0.5616)).toBe('$0.56');
    expect(formatPrice(0.0104)).toBe('$0.0104');
    expect(formatPrice(0)).toBe('$0.00');
    expect(formatPrice(1234.5)).toBe('$1,234.50');
  });
});

describe('a sum', () => {
  it('is whole cents, and something is never nothing', () => {
    expect(formatSum(0)).toBe('$0.00');
    expect(formatSum(0.004)).toBe('< $0.01');
    expect(formatSum(0.444)).toBe('$0.44');
  });
});
