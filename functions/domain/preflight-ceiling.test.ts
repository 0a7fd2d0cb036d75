import { describe, expect, it } from 'vitest';
import { makeRecord } from '../../test/support/api.ts';
import { makeCeiling } from '../../test/support/make-ceiling.ts';
import { known, NOTHING, unknown } from './money.ts';
import { checkCeiling } from './preflight-ceiling.ts';

const NOW = new Date('2026-12-01T10:00:00.000Z');

/** A ceiling of ten dollars a day, compared with what is spent and estimated in dollars. */
function check({ spent = 0, estimate = 0, least = 0, action = 'stop' as 'stop' | 'warn', startsAt = NOW } = {}) {
  const ceiling = { ...makeCeiling({ period: 'day' }), microUsd: 10e6, atLimit: { action }, course: null, spared: [] };
  const spending = { span: { startMs: 0, endMs: 0 }, spent: known(spent), ifStoppedAt: () => known(least) };
  const planned = { startsAt, hours: 1, estimate: known(estimate) };
  return checkCeiling(ceiling, { chosen: [makeRecord()], now: NOW, planned, spending });
}

describe('the check of a ceiling', () => {
  it('passes while spent and estimate are within it', () => {
    expect(check({ spent: 4, estimate: 6 }).state).toBe('passed');
  });

  it('fails when the show would reach one that stops, and warns of one that does not', () => {
    expect(check({ spent: 4, estimate: 6.01 })).toMatchObject({
      state: 'failed',
      detail: 'The day ceiling of 10.00 USD will be reached: about 6.01 USD for the show, and 4.00 USD are spent.',
    });
    expect(check({ spent: 4, estimate: 6.01, action: 'warn' }).state).toBe('warning');
  });

  it('fails when the ceiling refuses the start itself', () => {
    expect(check({ least: 10.01 })).toMatchObject({ state: 'failed', detail: expect.stringContaining('Main') });
  });

  it('does not count today’s spending against a show of another day', () => {
    expect(check({ spent: 9, estimate: 5, startsAt: new Date('2026-12-02T10:00:00.000Z') }).state).toBe('passed');
  });

  it('names what has no price', () => {
    const spending = { span: { startMs: 0, endMs: 0 }, spent: NOTHING, ifStoppedAt: () => NOTHING };
    const planned = { startsAt: NOW, hours: 1, estimate: unknown('viewers') };
    const ceiling = { ...makeCeiling({ period: 'day' }), microUsd: 10e6, course: null };
    const found = checkCeiling(ceiling, { chosen: [], now: NOW, planned, spending });
    expect(found.detail).toContain('Without a price: viewers.');
  });
});
