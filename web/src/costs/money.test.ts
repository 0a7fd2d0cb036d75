import { describe, expect, it } from 'vitest';
import { describeParts, describeSum, describeUnknown, formatPrice, formatSum, pricePerHour } from './money.ts';

const EXACT = { isComplete: true };

describe('a price', () => {
  it('is never shown as zero when it is unknown', () => {
    expect(describeSum(null, EXACT)).toBe('price unknown');
    expect(pricePerHour(null, EXACT)).toBeNull();
  });

  it('starts with "from" when a part of it is unknown', () => {
    expect(pricePerHour(0.7401, { isComplete: false })).toBe('from $0.74/h');
    expect(describeSum(2.311, { isComplete: false, isAbout: true })).toBe('from $2.31');
  });

  it('starts with "about" when it includes traffic and no part is missing', () => {
    expect(pricePerHour(0.7401, { isComplete: true, isAbout: true })).toBe('about $0.74/h');
    expect(describeSum(2.311, { isComplete: true, isAbout: false })).toBe('$2.31');
  });

  it('names the parts it leaves out', () => {
    expect(describeUnknown(['transfer', 'audio'])).toBe('Unknown: transfer; audio');
    expect(describeUnknown([])).toBe('');
  });

  it('names its parts with their amounts', () => {
    expect(
      describeParts([
        { part: 'encoding', perHour: 0.5976, isComplete: true, isAbout: false },
        { part: 'transfer', perHour: null, isComplete: false, isAbout: false },
        { part: 'egress', perHour: 0.1874, isComplete: true, isAbout: true },
      ]),
    ).toBe('encoding $0.60/h, internet egress about $0.19/h');
  });

  it('has more digits when it is small', () => {
    expect(formatPrice(0.5616)).toBe('$0.56');
    expect(formatPrice(0.0104)).toBe('$0.0104');
    expect(formatPrice(0)).toBe('$0.00');
    expect(formatPrice(1234.5)).toBe('$1,234.50');
  });
});

describe('a sum', () => {
  it('is in whole cents, and never rounds a small amount to zero', () => {
    expect(formatSum(0)).toBe('$0.00');
    expect(formatSum(0.004)).toBe('< $0.01');
    expect(formatSum(0.444)).toBe('$0.44');
  });
});
