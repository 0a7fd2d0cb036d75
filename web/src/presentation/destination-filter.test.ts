import { describe, expect, it } from 'vitest';
import { countStatusGroups, filterDestinations } from './destination-filter.ts';
import { UNGROUPED } from './destination-groups.ts';
import { makeDestination } from './make-destination.fixture.ts';

const main = makeDestination({ destinationId: 'dst_a', name: 'Main YouTube', group: 'Sunday' });
const failed = makeDestination({ destinationId: 'dst_b', name: 'Backup', platform: 'twitch', status: 'error' });
const ALL = { q: '', status: '', platform: '', group: '' };

describe('filterDestinations', () => {
  it('leaves everything without a filter', () => {
    expect(filterDestinations([main, failed], ALL)).toEqual([main, failed]);
  });

  it('wants all words, wherever they stand', () => {
    expect(filterDestinations([main, failed], { ...ALL, q: 'youtube MAIN' })).toEqual([main]);
    expect(filterDestinations([main, failed], { ...ALL, q: 'main twitch' })).toEqual([]);
    expect(filterDestinations([main, failed], { ...ALL, q: 'dst_b' })).toEqual([failed]);
  });

  it('finds a group by its whole label, and by a word of it', () => {
    expect(filterDestinations([main, failed], { ...ALL, group: 'Sunday' })).toEqual([main]);
    expect(filterDestinations([main, failed], { ...ALL, group: 'Sun' })).toEqual([]);
    expect(filterDestinations([main, failed], { ...ALL, q: 'sun' })).toEqual([main]);
  });

  it('finds those in no group, and not a group that is called so', () => {
    const namedSo = makeDestination({ destinationId: 'dst_c', group: 'none' });
    expect(filterDestinations([main, failed, namedSo], { ...ALL, group: UNGROUPED })).toEqual([failed]);
    expect(filterDestinations([main, failed, namedSo], { ...ALL, group: 'none' })).toEqual([namedSo]);
  });

  it('joins filters', () => {
    expect(filterDestinations([main, failed], { ...ALL, status: 'attention' })).toEqual([failed]);
    expect(filterDestinations([main, failed], { ...ALL, status: 'attention', platform: 'youtube' })).toEqual([]);
  });
});

describe('countStatusGroups', () => {
  it('puts every destination into one group', () => {
    expect(countStatusGroups([main, failed])).toEqual({ onair: 0, attention: 1, waiting: 0, moving: 0, off: 1 });
  });
});
