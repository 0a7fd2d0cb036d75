import { describe, expect, it } from 'vitest';
import { dueDates, showIdOf, showOn, timesOn, type ShowSeries } from './show-series.ts';

const series = (zone: string, timeOfDay: string, dates: string[], lengthSeconds: number | null = 3600): ShowSeries => ({
  seriesId: 'ser_1',
  rule: 'FREQ=WEEKLY;COUNT=4',
  plan: {
    ...{ title: 'Weekly', description: '', category: null, tags: [], privacy: 'public', notes: '' },
    ...{ zone, timeOfDay, lengthSeconds, endRule: 'clock', sourceLostMinutes: null, ceiling: null, isDraft: false },
    destinations: [{ destinationId: 'a', offsetSeconds: 0, isRequired: true }],
  },
  dates,
  plannedThrough: null,
  revision: 1,
  createdBy: 'operator',
});
const startOn = (zone: string, timeOfDay: string, date: string) =>
  timesOn(series(zone, timeOfDay, []).plan, date).startsAt;

describe('the wall-clock time of a series', () => {
  it.each([
    ['Europe/Berlin', '2027-03-21', '2027-03-28', '09:00', '08:00'],
    ['Europe/Berlin', '2027-10-24', '2027-10-31', '08:00', '09:00'],
    ['America/New_York', '2027-03-07', '2027-03-14', '15:00', '14:00'],
    ['America/Santiago', '2027-04-03', '2027-04-10', '13:00', '14:00'],
    ['America/Santiago', '2026-08-30', '2026-09-06', '14:00', '13:00'],
    ['Australia/Sydney', '2027-03-28', '2027-04-04', '23:00', '00:00'],
    ['Australia/Lord_Howe', '2027-03-28', '2027-04-04', '23:00', '23:30'],
  ])('stays the same in %s from %s to %s, over a change of the clocks', (zone, before, after, utcBefore, utcAfter) => {
    expect(startOn(zone, '10:00:00', before).slice(11, 16)).toBe(utcBefore);
    expect(startOn(zone, '10:00:00', after).slice(11, 16)).toBe(utcAfter);
  });

  it.each([
    [
      'Europe/Berlin',
      '2027-03-28',
      '02:30:00',
      '2027-03-28T03:00:00',
      '2027-03-28T03:30:00',
      '2027-03-28T01:00:00.000Z',
    ],
    [
      'America/New_York',
      '2027-03-14',
      '02:30:00',
      '2027-03-14T03:00:00',
      '2027-03-14T03:30:00',
      '2027-03-14T07:00:00.000Z',
    ],
    [
      'Australia/Lord_Howe',
      '2027-10-03',
      '02:15:00',
      '2027-10-03T02:30:00',
      '2027-10-03T03:15:00',
      '2027-10-02T15:30:00.000Z',
    ],
    [
      'America/Santiago',
      '2027-09-05',
      '00:30:00',
      '2027-09-05T01:00:00',
      '2027-09-05T01:30:00',
      '2027-09-05T04:00:00.000Z',
    ],
  ])('that %s skips on %s becomes the next valid one', (zone, date, timeOfDay, localStart, localEnd, startsAt) => {
    expect(timesOn(series(zone, timeOfDay, []).plan, date)).toMatchObject({
      ...{ localStart, localEnd, startsAt, skipped: `${date}T${timeOfDay}` },
    });
  });

  it.each([
    ['Europe/Berlin', '2027-10-31', '02:30:00', '2027-10-31T00:30:00.000Z'],
    ['America/New_York', '2027-11-07', '01:30:00', '2027-11-07T05:30:00.000Z'],
    ['Australia/Lord_Howe', '2027-04-04', '01:45:00', '2027-04-03T14:45:00.000Z'],
    ['America/Santiago', '2027-04-03', '23:30:00', '2027-04-04T02:30:00.000Z'],
  ])('that happens twice in %s on %s is the first', (zone, date, timeOfDay, startsAt) => {
    expect(startOn(zone, timeOfDay, date)).toBe(startsAt);
  });

  it('keeps its length when start and end are both skipped', () => {
    const times = timesOn(series('Europe/Berlin', '02:10:00', [], 1200).plan, '2027-03-28');
    expect([times.localStart, times.localEnd]).toEqual(['2027-03-28T03:00:00', '2027-03-28T03:20:00']);
  });
});

describe('the shows of a series', () => {
  const dates = ['2026-12-06', '2026-12-13', '2026-12-20', '2026-12-27'];
  const weekly = series('UTC', '10:00:00', dates);

  it('are made for the next two dates that are not made yet', () => {
    const at = new Date('2026-12-06T09:00:00Z');
    expect(dueDates(weekly, at)).toEqual(['2026-12-06', '2026-12-13']);
    expect(dueDates({ ...weekly, plannedThrough: '2026-12-06' }, at)).toEqual(['2026-12-13']);
    expect(dueDates({ ...weekly, plannedThrough: '2026-12-13' }, at)).toEqual([]);
    expect(dueDates({ ...weekly, plannedThrough: '2026-12-13' }, new Date('2026-12-06T10:00:00Z'))).toEqual([
      '2026-12-20',
    ]);
    expect(dueDates({ ...weekly, plannedThrough: '2026-12-27' }, new Date('2026-12-24T10:00:00Z'))).toEqual([]);
  });

  it('are not made later than after a long outage: only future dates count', () => {
    expect(dueDates(weekly, new Date('2026-12-15T00:00:00Z'))).toEqual(['2026-12-20', '2026-12-27']);
  });

  it('have ids that series and date determine', () => {
    expect(showIdOf('ser_1', '2026-12-06')).toMatch(/^shw_[0-9a-hjkmnp-tv-z]{26}$/);
    const ids = [showIdOf('ser_1', '2026-12-06'), showIdOf('ser_1', '2026-12-06'), showIdOf('ser_1', '2026-12-13')];
    expect(new Set(ids).size).toBe(2);
  });

  it('say what differs from the plan', () => {
    const skipped = series('Europe/Berlin', '02:30:00', []);
    const made = { names: new Map<string, string>(), now: new Date(), refusal: 'another show has it' };
    const show = showOn(skipped, '2027-03-28', made);
    expect([show.state, show.destinations, show.log[0]!.detail]).toEqual([
      'draft',
      [],
      'planned by its series, FREQ=WEEKLY;COUNT=4; 2027-03-28T02:30:00 does not exist in Europe/Berlin, so it starts at 2027-03-28T03:00:00; some destinations of the series are left out; it is a draft: another show has it',
    ]);
  });
});
