import { describe, expect, it } from 'vitest';
import { makeRecord, makeRunning } from '../../test/support/api.ts';
import { checkKeyTerms, keyWarnings } from './key-terms.ts';
import { withKeyUsed } from './key-use.ts';

const NOW = new Date('2026-12-06T08:00:00.000Z');
const at = (time: string) => `2026-12-06T${time}:00.000Z`;
const SHOW = { startsAt: new Date(at('10:00')), hours: 1 };

describe('the validity of a stream key', () => {
  const stateOf = (keyValidUntil: string, planned: typeof SHOW | null) =>
    checkKeyTerms(makeRecord({ keyValidUntil }), planned, NOW).map(([name, { state }]) => `${name} ${state}`);

  it.each([
    [at('08:00'), 'failed'],
    [at('10:00'), 'failed'],
    [at('10:01'), 'warning'],
    [at('10:59'), 'warning'],
    [at('11:00'), 'passed'],
  ])('until %s is compared with a show from 10:00 to 11:00', (until, state) => {
    expect(stateOf(until, SHOW)).toEqual([`key_validity ${state}`]);
  });

  it.each([
    [at('07:59'), 'failed'],
    ['2026-12-07T07:59:00.000Z', 'warning'],
    ['2026-12-07T08:00:00.000Z', 'passed'],
  ])('until %s is compared with the next day without a show', (until, state) => {
    expect(stateOf(until, null)).toEqual([`key_validity ${state}`]);
  });

  it('says when it expires and what to do', () => {
    expect(checkKeyTerms(makeRecord({ keyValidUntil: at('10:30') }), SHOW, NOW)[0]![1]).toEqual({
      state: 'warning',
      detail: 'The stream key expires at 2026-12-06T10:30:00.000Z, before the show ends.',
      remedy: 'Get a new stream key from the platform, and replace the stored one.',
    });
  });
});

describe('a stream key for one broadcast', () => {
  const keyUse = 'once' as const;
  const stateOf = (record: ReturnType<typeof makeRecord>) => checkKeyTerms(record, null, NOW)[0]?.[1].state;

  it('passes until it was used, is a warning on air, and fails after that', () => {
    expect(stateOf(makeRecord({ keyUse }))).toBe('passed');
    expect(stateOf(makeRunning({ keyUse, keyUsedAt: at('07:00') }))).toBe('warning');
    expect(stateOf(makeRecord({ keyUse, keyUsedAt: at('07:00') }))).toBe('failed');
  });

  it('is the only one whose use is checked', () => {
    expect(checkKeyTerms(makeRecord(), SHOW, NOW)).toEqual([]);
    expect(checkKeyTerms(makeRecord({ keyUse: 'reusable', keyUsedAt: at('07:00') }), SHOW, NOW)).toEqual([]);
  });

  it('notes its first run, unless the key was replaced during the start', () => {
    const used = withKeyUsed(makeRunning({ keyUse }), at('07:00'));
    expect(used.keyUsedAt).toBe(at('07:00'));
    expect(withKeyUsed(used, at('08:00')).keyUsedAt).toBe(at('07:00'));
    expect(withKeyUsed(makeRunning(), at('07:00')).keyUsedAt).toBeUndefined();
    const running = makeRunning({ keyUse });
    const replaced = { ...running, configurationGeneration: running.held.channelRun!.generation };
    expect(withKeyUsed(replaced, at('07:00')).keyUsedAt).toBeUndefined();
  });
});

describe('the warnings of a destination', () => {
  const codesOf = (...given: Parameters<typeof makeRecord>) =>
    keyWarnings(makeRecord(...given), NOW).map(({ code }) => code);

  it('flag a key that has expired, expires within a day, or was used', () => {
    expect(codesOf({ keyValidUntil: at('08:00') })).toEqual(['stream_key_expired']);
    expect(codesOf({ keyValidUntil: '2026-12-07T07:59:00.000Z' })).toEqual(['stream_key_expires_soon']);
    expect(codesOf({ keyUse: 'once', keyUsedAt: at('07:00') })).toEqual(['stream_key_used']);
    expect(codesOf({ keyUse: 'once', keyValidUntil: '2026-12-07T08:00:00.000Z' })).toEqual([]);
    expect(keyWarnings(makeRunning({ keyUse: 'once', keyUsedAt: at('07:00') }), NOW)).toEqual([]);
  });
});
