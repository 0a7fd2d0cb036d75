import { describe, expect, it } from 'vitest';
import { toLocalInput } from './local-input.ts';

describe('toLocalInput', () => {
  it('is read back as the same minute', () => {
    const ms = Date.parse('2026-11-21T18:07:00.000Z');
    expect(new Date(toLocalInput(ms)).getTime()).toBe(ms);
  });
});
