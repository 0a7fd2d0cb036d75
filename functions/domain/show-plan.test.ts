import { describe, expect, it } from 'vitest';
import { makeShow, makeShowDestination } from '../../test/support/make-show.ts';
import { checkDestinations, checkTimes, findConflict, type TimesInput } from './show-plan.ts';

const NOW = new Date('2026-12-06T09:00:00.000Z');
const INPUT: TimesInput = {
  zone: 'UTC',
  localStart: '2026-12-06T10:00',
  localEnd: '2026-12-06T11:00',
  endRule: 'clock',
};
const check = (changes: Partial<TimesInput>, options = { running: false }) =>
  checkTimes({ ...INPUT, ...changes }, NOW, options);
const errorOf = (changes: Partial<TimesInput>, options = { running: false }) => {
  const checked = check(changes, options);
  return checked.ok ? null : `${checked.errors[0]!.field}: ${checked.errors[0]!.message}`;
};

describe('checkTimes', () => {
  it('returns the instants and the wall-clock times in one notation', () => {
    const checked = check({ zone: 'Europe/Berlin', localStart: '2026-12-06T11:00', localEnd: '2026-12-06T12:00' });
    expect(checked).toEqual({
      ok: true,
      value: {
        zone: 'Europe/Berlin',
        localStart: '2026-12-06T11:00:00',
        localEnd: '2026-12-06T12:00:00',
        endRule: 'clock',
        startsAt: '2026-12-06T10:00:00.000Z',
        endsAt: '2026-12-06T11:00:00.000Z',
      },
    });
  });

  it('a show through a night with a change of the clocks is as long as it really is', () => {
    const night = { zone: 'Europe/Berlin', localStart: '2027-03-28T01:00', localEnd: '2027-03-28T04:00' };
    expect(check(night)).toMatchObject({
      value: { startsAt: '2027-03-28T00:00:00.000Z', endsAt: '2027-03-28T02:00:00.000Z' },
    });
  });

  it.each([
    [{ zone: 'Europe/Atlantis' }, 'zone: "Europe/Atlantis" is not a zone of the IANA database'],
    [{ localStart: 'ten' }, 'localStart: "ten" is not a wall-clock time'],
    [{ localEnd: '2026-12-32T10:00' }, 'localEnd: "2026-12-32T10:00" is not a wall-clock time'],
    [{ localStart: '2026-12-06T09:00' }, 'localStart: "2026-12-06T09:00" has passed: it is 2026-12-06T09:00:00 in UTC'],
    [{ localStart: '2028-01-01T00:00' }, 'localStart: "2028-01-01T00:00" is too far ahead: plan at most 366 days'],
    [{ localEnd: '2026-12-06T10:00' }, 'localEnd: "2026-12-06T10:00" is not after the start'],
    [{ localEnd: '2026-12-07T10:01' }, 'localEnd: "2026-12-07T10:01" makes the show longer than 24 hours'],
    [{ localEnd: null }, 'localEnd: required when the show ends by the clock'],
    [
      { zone: 'Europe/Berlin', localStart: '2027-03-28T02:30' },
      'localStart: "2027-03-28T02:30" does not exist in Europe/Berlin, where the clocks go forward: the next valid time is 2027-03-28T03:00:00',
    ],
  ])('refuses %j', (changes, message) => {
    expect(errorOf(changes)).toContain(message);
  });

  it('accepts a start in the past only while the show runs, and then no end in the past', () => {
    const started = { localStart: '2026-12-06T08:00' };
    expect(errorOf(started)).toContain('has passed');
    expect(errorOf(started, { running: true })).toBeNull();
    expect(errorOf({ ...started, localEnd: '2026-12-06T08:30' }, { running: true })).toContain('has passed');
  });

  it('a show without an end ends by hand', () => {
    expect(check({ localEnd: null, endRule: 'hand' })).toMatchObject({ ok: true, value: { endsAt: null } });
  });
});

describe('checkDestinations', () => {
  const hour = { startsAt: '2026-12-06T10:00:00.000Z', endsAt: '2026-12-06T11:00:00.000Z' };
  const names = new Map([
    ['a', 'YouTube'],
    ['b', 'Twitch'],
  ]);
  const given = (destinationId: string, offsetSeconds = 0) => ({ destinationId, offsetSeconds, isRequired: false });
  const checkAll = (...wanted: ReturnType<typeof given>[]) => checkDestinations(wanted, hour, names);

  it('keeps the order and adds the names', () => {
    const checked = checkAll(given('b', -60), given('a', 3599));
    expect(checked).toMatchObject({ value: [{ name: 'Twitch', offsetSeconds: -60 }, { name: 'YouTube' }] });
  });

  it.each([
    [[given('c')], 'destinations.0.destinationId', 'c is no destination'],
    [[given('a'), given('a')], 'destinations.1.destinationId', 'a is listed twice'],
    [[given('a', 3600)], 'destinations.0.offsetSeconds', 'must be from -3600 to less than 3600'],
    [[given('a', -3601)], 'destinations.0.offsetSeconds', 'not -3601'],
  ])('refuses %j', (wanted, field, message) => {
    expect(checkAll(...wanted)).toMatchObject({
      ok: false,
      errors: [{ field, message: expect.stringContaining(message) }],
    });
  });

  it('a show without an end takes offsets up to twelve hours', () => {
    const open = { ...hour, endsAt: null };
    expect(checkDestinations([given('a', 43_199)], open, names).ok).toBe(true);
    expect(checkDestinations([given('a', 43_200)], open, names).ok).toBe(false);
  });
});

describe('findConflict', () => {
  const other = makeShow({ showId: 'other', title: 'Concert', destinations: [makeShowDestination('a')] });
  const candidate = (startsAt: string, endsAt: string | null, changes: object = {}) =>
    makeShow({ startsAt, endsAt, destinations: [makeShowDestination('a')], ...changes });
  const conflict = (show: ReturnType<typeof candidate>, others = [other]) =>
    findConflict(show, others, NOW)?.show.title ?? null;

  it.each([
    ['2026-12-06T09:00:00.000Z', '2026-12-06T10:00:01.000Z', 'Concert'],
    ['2026-12-06T10:59:59.000Z', '2026-12-06T12:00:00.000Z', 'Concert'],
    ['2026-12-06T10:10:00.000Z', '2026-12-06T10:20:00.000Z', 'Concert'],
    ['2026-12-06T09:00:00.000Z', '2026-12-06T12:00:00.000Z', 'Concert'],
    ['2026-12-06T09:00:00.000Z', null, 'Concert'],
    ['2026-12-06T09:00:00.000Z', '2026-12-06T10:00:00.000Z', null],
    ['2026-12-06T11:00:00.000Z', '2026-12-06T12:00:00.000Z', null],
  ])('from %s to %s: %s', (startsAt, endsAt, title) => {
    expect(conflict(candidate(startsAt, endsAt))).toBe(title);
  });

  it('an offset moves the claim of a destination', () => {
    const early = { destinations: [makeShowDestination('a', { offsetSeconds: -600 })] };
    const after = candidate('2026-12-06T11:00:00.000Z', '2026-12-06T12:00:00.000Z', early);
    expect(conflict(after)).toBe('Concert');
    const late = { ...other, destinations: [makeShowDestination('a', { offsetSeconds: 1800 })] };
    expect(conflict(candidate('2026-12-06T10:00:00.000Z', '2026-12-06T10:30:00.000Z'), [late])).toBeNull();
  });

  it('drafts, ended shows, the show itself and other destinations are no conflict', () => {
    const same = candidate('2026-12-06T10:00:00.000Z', '2026-12-06T11:00:00.000Z');
    for (const state of ['draft', 'ended', 'cancelled'] as const)
      expect(conflict(same, [{ ...other, state }])).toBeNull();
    expect(conflict(same, [{ ...other, showId: same.showId }])).toBeNull();
    expect(conflict(same, [{ ...other, destinations: [makeShowDestination('b')] }])).toBeNull();
  });

  it('a show that is on air beyond its end keeps its destinations', () => {
    const overrun = { ...other, state: 'live' as const, liveAt: other.startsAt };
    const next = candidate('2026-12-06T11:10:00.000Z', '2026-12-06T12:00:00.000Z');
    expect(findConflict(next, [overrun], new Date('2026-12-06T11:20:00.000Z'))?.show.title).toBe('Concert');
  });
});
