import { describe, expect, it } from 'vitest';
import { cutIntoSections, describeOnAir, groupsOf, toGrouping } from './destination-groups.ts';
import { makeDestination } from '../../../test/support/make-destination.ts';

const make = (name: string, group: string | null, platform = 'youtube') =>
  makeDestination({ destinationId: `dst_${name}`, name, group, platform });
const a = make('a', 'Stage 10');
const b = make('b', null);
const c = make('c', 'Stage 2', 'twitch');
const d = make('d', 'Stage 10');
const nameOf = (id: string) => (id === 'twitch' ? 'Twitch' : id === 'youtube' ? 'YouTube' : id);
const cut = (by: Parameters<typeof cutIntoSections>[1], all = [a, b, c, d]) =>
  cutIntoSections(all, by, nameOf).map(({ title, destinations }) => [title, destinations.map(({ name }) => name)]);

describe('groupsOf', () => {
  it('lists each group once, in natural order', () => {
    expect(groupsOf([a, b, c, d])).toEqual(['Stage 2', 'Stage 10']);
  });
});

describe('cutIntoSections', () => {
  it('returns one section without grouping', () => {
    expect(cut(null)).toEqual([[null, ['a', 'b', 'c', 'd']]]);
  });

  it('keeps the order within each group, and puts destinations without a group last', () => {
    expect(cut('group')).toEqual([
      ['Stage 2', ['c']],
      ['Stage 10', ['a', 'd']],
      ['No group', ['b']],
    ]);
  });

  it('orders groups by their first destination in a list sorted by urgency', () => {
    const sections = cutIntoSections([b, a, d, c], 'group', nameOf, true);
    expect(sections.map(({ title }) => title)).toEqual(['No group', 'Stage 10', 'Stage 2']);
  });

  it('uses platform names as titles', () => {
    expect(cut('platform')).toEqual([
      ['Twitch', ['c']],
      ['YouTube', ['a', 'b', 'd']],
    ]);
  });

  it('separates a group whose label equals the heading of ungrouped destinations', () => {
    const sections = cutIntoSections([b, make('e', 'No group')], 'group', nameOf);
    expect(sections.map(({ destinations }) => destinations.map(({ name }) => name))).toEqual([['e'], ['b']]);
    expect(new Set(sections.map(({ key }) => key)).size).toBe(2);
  });
});

describe('toGrouping', () => {
  it('returns null for an unknown grouping', () => {
    expect(['group', 'platform', '', 'name'].map(toGrouping)).toEqual(['group', 'platform', null, null]);
  });
});

describe('describeOnAir', () => {
  const shown = [
    { ...a, status: 'running' as const, onAir: true },
    { ...d, status: 'running' as const },
  ];

  it('counts destinations on air, not running ones', () => {
    expect(describeOnAir(shown, false)).toBe('1 of 2 on air');
  });

  it('marks stale data', () => {
    expect(describeOnAir(shown, true)).toBe('1 of 2 on air when last seen');
  });
});
