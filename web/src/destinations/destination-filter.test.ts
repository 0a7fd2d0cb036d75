import { describe, expect, it } from 'vitest';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { countStatusGroups, filterDestinations } from './destination-filter.ts';
import { UNGROUPED } from './destination-groups.ts';
import { makeDestination } from '../../../test/support/make-destination.ts';

const main = makeDestination({ destinationId: 'dst_a', name: 'Main YouTube', group: 'Sunday' });
const failed = makeDestination({ destinationId: 'dst_b', name: 'Backup', platform: 'twitch', status: 'error' });
const ALL = { q: '', status: '', platform: '', group: '' };
const found = (destinations: DestinationResource[], filter: typeof ALL) =>
  filterDestinations(destinations, filter, (id) => (id === 'x' ? 'X (Twitter)' : id));

describe('filterDestinations', () => {
  it('returns everything without a filter', () => {
    expect(found([main, failed], ALL)).toEqual([main, failed]);
  });

  it('requires all words in any order', () => {
    expect(found([main, failed], { ...ALL, q: 'youtube MAIN' })).toEqual([main]);
    expect(found([main, failed], { ...ALL, q: 'main twitch' })).toEqual([]);
  });

  it('searches only visible text, and whole ids', () => {
    const campus = makeDestination({ destinationId: 'dst_01k15', name: 'Campus 019', rtmpUrl: 'rtmp://host15/live' });
    expect(found([campus], { ...ALL, q: '15' })).toEqual([]);
    expect(found([campus], { ...ALL, q: 'dst_01k15' })).toEqual([campus]);
    const twitter = makeDestination({ platform: 'x' });
    expect(found([twitter, main], { ...ALL, q: 'twitter' })).toEqual([twitter]);
  });

  it('distinguishes degraded from in progress', () => {
    const { health } = main;
    const degraded = makeDestination({ status: 'running', health: { ...health, level: 'degraded' } });
    const starting = makeDestination({ status: 'starting' });
    expect(found([degraded, starting], { ...ALL, status: 'degraded' })).toEqual([degraded]);
    expect(found([degraded, starting], { ...ALL, status: 'moving' })).toEqual([starting]);
  });

  it('filters by the whole group label, and searches its words', () => {
    expect(found([main, failed], { ...ALL, group: 'Sunday' })).toEqual([main]);
    expect(found([main, failed], { ...ALL, group: 'Sun' })).toEqual([]);
    expect(found([main, failed], { ...ALL, q: 'sun' })).toEqual([main]);
  });

  it('finds destinations without a group, but not a group named like that option', () => {
    const namedSo = makeDestination({ destinationId: 'dst_c', group: 'none' });
    expect(found([main, failed, namedSo], { ...ALL, group: UNGROUPED })).toEqual([failed]);
    expect(found([main, failed, namedSo], { ...ALL, group: 'none' })).toEqual([namedSo]);
  });

  it('combines filters', () => {
    expect(found([main, failed], { ...ALL, status: 'attention' })).toEqual([failed]);
    expect(found([main, failed], { ...ALL, status: 'attention', platform: 'youtube' })).toEqual([]);
  });
});

describe('countStatusGroups', () => {
  it('counts every destination in one status group', () => {
    expect(countStatusGroups([main, failed])).toEqual({
      onair: 0,
      attention: 1,
      degraded: 0,
      slate: 0,
      waiting: 0,
      moving: 0,
      off: 1,
    });
  });
});
