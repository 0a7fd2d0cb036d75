import { describe, expect, it } from 'vitest';
import { makeShow } from '../../test/support/make-show.ts';
import { toPreflight, type PreflightCheck, type PreflightSummary } from './preflight.ts';
import { duePreflight, isUnready, nextPreflightAt, preflightEvents } from './show-preflight.ts';
import { RUN_SHEET } from './show.ts';

const show = makeShow();
const before = (minutes: number) => new Date(Date.parse(show.startsAt) - minutes * 60_000);
const START = before(0);
const done = (occasion: 'T-60' | 'T-10') => ({ ...show, checked: { occasion, startsAt: show.startsAt } });

describe('the preflight that is due', () => {
  it.each([
    ['an hour and a second before', show, before(60 + 1 / 60), null],
    ['an hour before', show, before(60), 'T-60'],
    ['half an hour before, as it was missed', show, before(30), 'T-60'],
    ['ten minutes before', show, before(10), 'T-10'],
    ['when both were missed, only the later one', show, before(5), 'T-10'],
    ['after the first one', done('T-60'), before(30), null],
    ['ten minutes before, after the first one', done('T-60'), before(10), 'T-10'],
    ['after both', done('T-10'), before(5), null],
    ['after the start', show, before(-1), null],
    [
      'for another start than the one checked',
      { ...done('T-10'), startsAt: '2026-12-06T10:30:00.000Z' },
      before(-20),
      'T-10',
    ],
    ['for a draft', { ...show, state: 'draft' as const }, before(30), null],
    ['for a show that starts', { ...show, state: 'starting' as const }, before(10), null],
    ['for a show that a person puts on air', { ...show, goLiveAt: before(30).toISOString() }, before(30), null],
  ])('%s', (_, planned, now, occasion) => {
    expect(duePreflight(planned, new Date(now.getTime() + 3_600_000), now)).toBe(occasion);
  });

  it('waits for nothing when the run sheet acts within forty seconds', () => {
    const now = before(5);
    expect(duePreflight(show, new Date(now.getTime() + 39_999), now)).toBeNull();
    expect(duePreflight(show, new Date(now.getTime() + 40_000), now)).toBe('T-10');
  });
});

describe('the next preflight', () => {
  it.each([
    ['a day before', show, before(1440), before(60)],
    ['half an hour before', show, before(30), before(10)],
    ['half an hour before, after the first one', done('T-60'), before(30), before(10)],
    ['five minutes before', show, before(5), null],
    ['of a show on air', { ...show, state: 'live' as const }, before(30), null],
  ])('%s', (_, planned, now, next) => {
    expect(nextPreflightAt(planned, now)).toEqual(next);
  });
});

const check = (state: PreflightCheck['state'], isRequired = true): PreflightCheck => ({
  check: 'reachable',
  subject: { kind: 'destination', id: 'dst_1', name: 'YouTube' },
  isRequired,
  state,
  detail: 'Nothing answers.',
  remedy: 'Check the port.',
});
const preflightOf = (requestedBy: string, ...checks: PreflightCheck[]) =>
  toPreflight({ checkedAt: before(10).toISOString(), requestedBy, occasion: 'T-10', testedFrom: 'sender' }, checks);

describe('the event of a failed preflight', () => {
  it('names what failed, with the same id each time', () => {
    const preflight = preflightOf(RUN_SHEET, check('failed'), check('warning'));
    const [event] = preflightEvents(show, preflight);
    expect(event).toMatchObject({
      type: 'show.preflight_failed',
      title: 'One check of Sunday service failed, 10 minutes before its start',
      lines: ['YouTube: Nothing answers. Check the port.'],
      data: { showId: show.showId, occasion: 'T-10', requiredFailed: 1 },
    });
    expect(preflightEvents(show, preflight)[0]!.eventId).toBe(event!.eventId);
    expect(
      preflightEvents({ ...show, startsAt: START.toISOString().replace('10:', '11:') }, preflight)[0]!.eventId,
    ).not.toBe(event!.eventId);
  });

  it('is missing without a failure that counts, and for a person’s own check', () => {
    expect(preflightEvents(show, preflightOf(RUN_SHEET, check('failed', false), check('warning')))).toEqual([]);
    expect(preflightEvents(show, preflightOf('operator', check('failed')))).toEqual([]);
  });
});

describe('a show that is not ready', () => {
  const preflight = { requiredFailed: 1 } as PreflightSummary;
  const times = {
    startRequestedAt: START.toISOString(),
    plannedFor: START.toISOString(),
    changedAt: START.toISOString(),
  };
  const SOURCE = { ...times, problem: null };
  it.each([
    ['half an hour before its start', { preflight }, before(30), true],
    ['two hours before', { preflight }, before(120), false],
    ['after its start', { preflight }, before(-1), false],
    ['on air', { preflight, state: 'live' as const }, before(30), false],
    ['with a check that did not fail', { preflight: { ...preflight, requiredFailed: 0 } }, before(30), false],
    ['without a check', {}, before(30), false],
    ['that could not start its source', { source: { ...SOURCE, state: 'failed' as const } }, before(10), true],
    ['that started its source', { source: { ...SOURCE, state: 'started' as const } }, before(10), false],
  ])('%s', (_, changes, now, expected) => {
    expect(isUnready({ ...show, ...changes }, now)).toBe(expected);
  });
});
