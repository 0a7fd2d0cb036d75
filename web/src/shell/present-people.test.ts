import { describe, expect, it } from 'vitest';
import { alsoEditingWords } from '../app/AlsoEditing.tsx';
import { initialsOf, peopleOf, whereWords } from './present-people.ts';

const tab = { presenceId: '1'.repeat(32), name: 'Anna', page: '/', editing: null };

describe('the people in the header', () => {
  it.each([
    ['Anna', 'A'],
    ['Anna Maria Berg', 'AB'],
    ['anna.berg@example.com', 'AB'],
    ['Émile Zola', 'ÉZ'],
    ['陈 伟', '陈伟'],
    ['Anna (FOH)', 'A'],
    ['...', '?'],
  ])('shows %s as %s', (name, initials) => expect(initialsOf(name)).toBe(initials));

  it('are one entry each, however many tabs they have', () => {
    const tabs = [tab, { ...tab, presenceId: '2'.repeat(32) }, { ...tab, name: 'Ben' }];
    expect(peopleOf(tabs, 'Ben').map(({ name, isOwn, tabs: theirs }) => [name, isOwn, theirs.length])).toEqual([
      ['Anna', false, 2],
      ['Ben', true, 1],
    ]);
  });

  it('are where they are, with what they edit', () => {
    const destination = { kind: 'destination' as const, id: 'dst_01k8m3v0s5n2q8w4x6y7z9a1bc' };
    expect(whereWords({ ...tab, page: '/shows' }, undefined)).toBe('Schedule');
    expect(whereWords({ ...tab, page: '/shows/shw_1', editing: { kind: 'show', id: 'shw_1' } }, undefined)).toBe(
      'Schedule, editing a show',
    );
    expect(whereWords({ ...tab, page: '/destinations', editing: destination }, 'Main')).toBe(
      'Destinations, editing Main',
    );
    expect(whereWords({ ...tab, page: '/x', editing: destination }, undefined)).toBe(
      'Dashboard, editing a destination',
    );
  });

  it('are all named by the warning in a form', () => {
    expect(alsoEditingWords(['Anna'])).toBe('Anna is editing this too.');
    expect(alsoEditingWords(['Anna', 'Ben', 'Cleo'])).toBe('Anna, Ben, and Cleo are editing this too.');
  });
});
