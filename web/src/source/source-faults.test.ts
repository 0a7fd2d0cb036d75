import { expect, it } from 'vitest';
import { describeFaults, formatLevel, meterShare } from './source-faults.ts';

const NOW = Date.parse('2026-11-21T18:00:30.000Z');
const unknown = { black: null, blackSince: null, frozen: null, frozenSince: null, silent: null, silentSince: null };
const analysis = (changes: object) => ({ ...unknown, loudness: null, notAnalysed: null, ...changes });

it('faults are named with their duration, the picture before the sound', () => {
  const since = '2026-11-21T18:00:18.000Z';
  expect(describeFaults(analysis({ silent: true, silentSince: since, black: true, blackSince: since }), NOW)).toEqual([
    'Black picture for 12 s',
    'Silent for 12 s',
  ]);
  expect(describeFaults(analysis({ frozen: true, frozenSince: '2026-11-21T17:58:00.000Z' }), NOW)).toEqual([
    'Frozen picture for 2:30 min',
  ]);
});

it('a black picture is not called frozen as well', () => {
  expect(describeFaults(analysis({ black: true, frozen: true }), NOW)).toEqual(['Black picture']);
});

it('nothing is said about what is unknown, not there, or only a moment old', () => {
  expect(describeFaults(null, NOW)).toEqual([]);
  expect(describeFaults(analysis({}), NOW)).toEqual([]);
  expect(describeFaults(analysis({ black: false, frozen: false, silent: false }), NOW)).toEqual([]);
  expect(describeFaults(analysis({ black: true, blackSince: '2026-11-21T18:00:28.000Z' }), NOW)).toEqual([]);
});

it('levels are shown with a minus sign and fill their share of the meter', () => {
  expect([formatLevel(-20.34), formatLevel(0.2), formatLevel(null)]).toEqual(['−20.3', '0.2', 'silence']);
  expect([-60, -30, 0, 3, -90, null].map(meterShare)).toEqual([0, 0.5, 1, 1, 0, 0]);
});
