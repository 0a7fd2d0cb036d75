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
  it('names each group once, in the order people expect', () => {
    expect(groupsOf([a, b, c, d])).toEqual(['Stage 2', 'Stage 10']);
  });
});

describe('cutIntoSections', () => {
  it('leaves a list whole that is not to be cut', () => {
    expect(cut(null)).toEqual([[null, ['a', 'b', 'c', 'd']]]);
  });

  it('puts those of one group together, in their order, and those of none last', () => {
    expect(cut('group')).toEqual([
      ['Stage 2', ['c']],
      ['Stage 10', ['a', 'd']],
      ['No group', ['b']],
    ]);
  });

  it('calls platforms by their names', () => {
    expect(cut('platform')).toEqual([
      ['Twitch', ['c']],
      ['YouTube', ['a', 'b', 'd']],
    ]);
  });

  it('keeps a group apart that is called as the heading of those in none', () => {
    const sections = cutIntoSections([b, make('e', 'No group')], 'group', nameOf);
    expect(sections.map(({ destinations }) => destinations.map(({ name }) => name))).toEqual([['e'], ['b']]);
    expect(new Set(sections.map(({ key }) => key)).size).toBe(2);
  });
});

describe('toGrouping', () => {
  it('takes nothing it does not know', () => {
    expect(['group', 'platform', '', 'name'].map(toGrouping)).toEqual(['group', 'platform', null, null]);
  });
});

describe('describeOnAir', () => {
  const shown = [
    { ...a, status: 'running' as const, onAir: true },
    { ...d, status: 'running' as const },
  ];

  it('counts what is proven to be on air, not what runs', () => {
    expect(describeOnAir(shown, false)).toBe('1 of 2 on air');
  });

  it('does not tell what is old as current', () => {
    expect(describeOnAir(shown, true)).toBe('1 of 2 on air when last seen');
  });
});
