import { describe, expect, it } from 'vitest';
import { isZone, toInstant, toWallClock } from './wall-clock.ts';

const at = (local: string, zone: string) => {
  const instant = toInstant(local, zone);
  return instant.ok ? instant.at.toISOString() : instant;
};

describe('toInstant', () => {
  it.each([
    ['2026-12-06T10:00', 'Europe/Berlin', '2026-12-06T09:00:00.000Z'],
    ['2026-07-05T10:00:30', 'Europe/Berlin', '2026-07-05T08:00:30.000Z'],
    ['2026-12-06T10:00', 'America/St_Johns', '2026-12-06T13:30:00.000Z'],
    ['2026-12-06T10:00', 'Australia/Sydney', '2026-12-05T23:00:00.000Z'],
    ['2026-12-06T10:00', 'Pacific/Kiritimati', '2026-12-05T20:00:00.000Z'],
    ['2026-12-06T10:00', 'UTC', '2026-12-06T10:00:00.000Z'],
    ['2028-02-29T00:00', 'UTC', '2028-02-29T00:00:00.000Z'],
  ])('%s in %s is %s', (local, zone, expected) => {
    expect(at(local, zone)).toBe(expected);
    expect(toWallClock(new Date(expected), zone).startsWith(local)).toBe(true);
  });

  it.each([
    ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T03:00:00'],
    ['2026-03-29T02:00', 'Europe/Berlin', '2026-03-29T03:00:00'],
    ['2026-03-08T02:15', 'America/New_York', '2026-03-08T03:00:00'],
    ['2026-10-04T02:30', 'Australia/Sydney', '2026-10-04T03:00:00'],
    ['2026-09-06T00:30', 'America/Santiago', '2026-09-06T01:00:00'],
    ['2026-10-04T02:10', 'Australia/Lord_Howe', '2026-10-04T02:30:00'],
  ])('%s in %s is skipped by daylight saving, and %s is next', (local, zone, next) => {
    expect(at(local, zone)).toEqual({ ok: false, reason: 'gap', next });
  });

  it('a whole day that a zone skipped does not exist', () => {
    expect(at('2011-12-30T10:00', 'Pacific/Apia')).toMatchObject({ reason: 'gap', next: '2011-12-31T00:00:00' });
  });

  it.each([
    ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
    ['2026-11-01T01:30', 'America/New_York', '2026-11-01T05:30:00.000Z'],
    ['2026-04-05T02:30', 'Australia/Sydney', '2026-04-04T15:30:00.000Z'],
    ['2026-04-04T23:30', 'America/Santiago', '2026-04-05T02:30:00.000Z'],
  ])('%s in %s happens twice and means the first', (local, zone, expected) => {
    expect(at(local, zone)).toBe(expected);
  });

  it('the minutes around a change exist', () => {
    expect(at('2026-03-29T01:59:59', 'Europe/Berlin')).toBe('2026-03-29T00:59:59.000Z');
    expect(at('2026-03-29T03:00:00', 'Europe/Berlin')).toBe('2026-03-29T01:00:00.000Z');
    expect(at('2026-10-25T03:00', 'Europe/Berlin')).toBe('2026-10-25T02:00:00.000Z');
  });

  it.each([
    '',
    'tomorrow',
    '2026-02-30T10:00',
    '2026-13-01T10:00',
    '2026-01-01T24:00',
    '2026-01-01T10:60',
    '2026-01-01T10:00:60',
    '2026-01-01T10:00Z',
    '2026-01-01 10:00',
    '02026-01-01T10:00',
  ])('refuses %j', (local) => {
    expect(at(local, 'UTC')).toEqual({ ok: false, reason: 'format' });
  });
});

describe('isZone', () => {
  it('accepts names of the IANA database', () => {
    for (const zone of ['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'])
      expect(isZone(zone)).toBe(true);
  });

  it('refuses what is no name of the database', () => {
    for (const zone of ['', 'Europe/Atlantis', '+02:00', 'Berlin', 'Europe/Berlin\n', `Europe/${'x'.repeat(80)}`]) {
      expect(isZone(zone), zone).toBe(false);
    }
  });
});
