import { describe, expect, it } from 'vitest';
import { countGroups, filterDestinations } from './destination-filter.ts';
import { makeDestination } from './make-destination.fixture.ts';

const main = makeDestination({ destinationId: 'dst_a', name: 'Main YouTube' });
const failed = makeDestination({ destinationId: 'dst_b', name: 'Backup', platform: 'twitch', status: 'error' });
const ALL = { q: '', status: '', platform: '' };

describe('filterDestinations', () => {
  it('leaves everything without a filter', () => {
    expect(filterDestinations([main, failed], ALL)).toEqual([main, failed]);
  });

  it('wants all words, wherever they stand', () => {
    expect(filterDestinations([main, failed], { ...ALL, q: 'youtube MAIN' })).toEqual([main]);
    expect(filterDestinations([main, failed], { ...ALL, q: 'main twitch' })).toEqual([]);
    expect(filterDestinations([main, failed], { ...ALL, q: 'dst_b' })).toEqual([failed]);
  });

  it('joins filters', () => {
    expect(filterDestinations([main, failed], { ...ALL, status: 'attention' })).toEqual([failed]);
    expect(filterDestinations([main, failed], { ...ALL, status: 'attention', platform: 'youtube' })).toEqual([]);
  });
});

describe('countGroups', () => {
  it('puts every destination into one group', () => {
    expect(countGroups([main, failed])).toEqual({ onair: 0, attention: 1, waiting: 0, moving: 0, off: 1 });
  });
});
