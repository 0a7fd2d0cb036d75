import { describe, expect, it } from 'vitest';
import { countdownWords, plannedWords, showTime, zoneWords } from './show-text.ts';

const show = {
  state: 'scheduled' as const,
  automation: 'on' as const,
  startsAt: '2026-12-06T10:00:00.000Z',
  endsAt: '2026-12-06T11:00:00.000Z',
  endRule: 'clock' as const,
  goLiveAt: null,
  liveAt: null,
  endingAt: null,
};
const at = (time: string) => Date.parse(`2026-12-06T${time}Z`);

describe('countdownWords', () => {
  it.each([
    [{}, '09:58:30', 'Live in 1:30'],
    [{}, '10:00:01', 'Start has passed'],
    [{ state: 'draft' as const }, '09:00:00', 'Not scheduled'],
    [{ state: 'live' as const }, '10:30:00', 'Ends in 30:00'],
    [{ state: 'live' as const, endRule: 'hand' as const }, '10:05:00', 'Live for 5:00, ends by hand'],
    [
      { state: 'live' as const, endsAt: null, goLiveAt: '2026-12-06T09:00:00.000Z' },
      '10:00:00',
      'Live for 1:00:00, ends by hand',
    ],
    [{ automation: 'held' as const }, '09:58:30', 'Planned start in 1:30'],
    [{ state: 'live' as const, automation: 'off' as const }, '10:05:00', 'Live for 5:00, ends by hand'],
    [{ state: 'cancelled' as const }, '12:00:00', null],
    [
      { state: 'ended' as const, liveAt: '2026-12-06T10:00:00.000Z', endingAt: '2026-12-06T10:20:00.000Z' },
      '12:00:00',
      'Was live for 20:00',
    ],
  ])('%j at %s: %s', (changes, time, words) => {
    expect(countdownWords({ ...show, ...changes }, at(time))).toBe(words);
  });
});

describe('plannedWords', () => {
  it('names the day once, and the zone', () => {
    const plan = { localStart: '2026-12-06T10:00:00', localEnd: '2026-12-06T11:30:00', zone: 'Europe/Berlin' };
    expect(plannedWords(plan)).toBe('2026-12-06 10:00 – 11:30 Europe/Berlin');
    expect(plannedWords({ ...plan, localEnd: '2026-12-07T01:00:00' })).toBe(
      '2026-12-06 10:00 – 2026-12-07 01:00 Europe/Berlin',
    );
    expect(plannedWords({ ...plan, localEnd: null })).toBe('2026-12-06 10:00 Europe/Berlin');
  });
});

describe('times', () => {
  it('are in the zone of the show', () => {
    expect(showTime('2026-12-06T10:00:00.000Z', 'Asia/Tokyo')).toMatch(/^0?7:00:00 PM$|^19:00:00$/);
  });

  it('name the start here only where the zone differs', () => {
    expect(zoneWords({ ...show, zone: 'Europe/Berlin' }, 'Europe/Paris')).toBeNull();
    const words = zoneWords({ ...show, zone: 'Europe/Berlin' }, 'America/New_York');
    expect(words).toMatch(/^All times are in Europe\/Berlin\. It starts on Sunday.*0?5:00( AM)? your time\.$/);
  });
});
