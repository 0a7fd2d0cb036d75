import { expect, it } from 'vitest';
import { toInstantText, toLocalTime } from './key-terms-values.ts';

it.each(['2026-12-06T12:30:00.000Z', '2026-07-06T23:59:00.000Z', ''])('%j is the same after the form', (instant) => {
  expect(toInstantText(toLocalTime(instant))).toBe(instant);
});
