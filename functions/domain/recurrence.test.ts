import { describe, expect, it } from 'vitest';
import { expandRecurrence } from './recurrence.ts';

const NOW = new Date('2026-12-01T12:00:00Z');
const expand = (rule: string, localStart = '2026-12-06T10:00:00', zone = 'Europe/Berlin') =>
  expandRecurrence(rule, { localStart, zone }, NOW);
const datesOf = (...given: Parameters<typeof expand>) => {
  const expanded = expand(...given);
  return expanded.ok ? expanded.dates : expanded.error.message;
};

describe('expandRecurrence', () => {
  it.each([
    ['FREQ=WEEKLY;COUNT=3', ['2026-12-06', '2026-12-13', '2026-12-20']],
    ['FREQ=WEEKLY;BYDAY=SU,WE;COUNT=3', ['2026-12-06', '2026-12-09', '2026-12-13']],
    ['FREQ=WEEKLY;INTERVAL=2;UNTIL=20270103', ['2026-12-06', '2026-12-20', '2027-01-03']],
    ['FREQ=MONTHLY;BYDAY=1SU;COUNT=3', ['2026-12-06', '2027-01-03', '2027-02-07']],
  ])('%s', (rule, dates) => {
    expect(datesOf(rule)).toEqual(dates);
  });

  it('leaves out months without the day', () => {
    expect(datesOf('FREQ=MONTHLY;COUNT=3', '2026-12-31T10:00:00')).toEqual(['2026-12-31', '2027-01-31', '2027-03-31']);
  });

  it('ends at an UNTIL in UTC by the clock of the zone, and includes the whole of a date', () => {
    expect(datesOf('FREQ=WEEKLY;UNTIL=20261213T090000Z')).toHaveLength(2);
    expect(datesOf('FREQ=WEEKLY;UNTIL=20261213T085959Z')).toHaveLength(1);
    expect(datesOf('FREQ=WEEKLY;UNTIL=20261213')).toHaveLength(2);
  });

  it.each([
    ['FREQ=WEEKLY', 'has no end: add COUNT or UNTIL'],
    ['FREQ=WEEKLY;COUNT=2;UNTIL=20270101', 'has two ends: send COUNT or UNTIL, not both'],
    ['FREQ=WEEKLY;COUNT=200', /^ends later than in 2 years: the last date is 20/],
    ['FREQ=WEEKLY;UNTIL=20281208', /^ends later than in 2 years/],
    ['FREQ=WEEKLY;UNTIL=29991208', /^ends later than in 2 years/],
    ['FREQ=DAILY;COUNT=3', 'FREQ must be WEEKLY or MONTHLY'],
    ['COUNT=3', 'FREQ must be WEEKLY or MONTHLY'],
    ['FREQ=WEEKLY;BYHOUR=10;COUNT=3', /^"FREQ=WEEKLY;BYHOUR=10;COUNT=3": BYHOUR=10 is not possible; allowed: FREQ/],
    ['FREQ=WEEKLY;COUNT=3;COUNT=4', /COUNT is given twice/],
    ['FREQ=WEEKLY;COUNT=0', 'COUNT must be from 1 to 999, not 0'],
    ['FREQ=WEEKLY;BYDAY=XX;COUNT=2', /is no RRULE/],
    ['FREQ=WEEKLY;UNTIL=20270230', 'UNTIL=20270230 is no date: send one such as UNTIL=20270601'],
    ['FREQ=WEEKLY;UNTIL=20261101', 'the rule has no date: send a later UNTIL'],
    ['FREQ=WEEKLY;BYDAY=MO;COUNT=2', 'the start is no date of the rule: the first one is 2026-12-07T10:00:00'],
    [`FREQ=WEEKLY;COUNT=3;${'X'.repeat(300)}`, /must have at most 200 characters/],
    ['weekly', /is not possible; allowed/],
  ])('refuses %s', (rule, message) => {
    const expanded = expand(rule);
    expect(expanded).toMatchObject({ ok: false, error: { field: 'recurrence' } });
    expect(datesOf(rule)).toMatch(message);
  });
});
