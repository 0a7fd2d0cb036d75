import { describe, expect, it } from 'vitest';
import { makeShow } from '../../test/support/make-show.ts';
import { toAudienceShow } from './audience-show.ts';
import { arrange, listTopics, narrow, type Catalogue } from './audience-catalogue.ts';
import type { Show } from './show.ts';

const listed = (changes: Partial<Show>) => toAudienceShow(makeShow(changes), 'list')!;
const CATALOGUE: Catalogue = {
  live: [
    listed({ title: 'Jazz night', category: 'Music', tags: ['jazz', 'Live'], state: 'live', liveAt: '2026-12-06' }),
  ],
  before: [
    listed({ title: 'Café talk', category: 'Talk', tags: ['live'], description: 'With coffee' }),
    listed({ title: 'Choir', category: 'music', tags: [] }),
  ],
  after: [],
};
const ANYTHING = { category: null, tag: null, words: null };
const titles = (filter: object) => {
  const { live, before, after } = narrow(CATALOGUE, { ...ANYTHING, ...filter });
  return [...live, ...before, ...after].map(({ title }) => title);
};

describe('narrow', () => {
  it.each([
    [{}, ['Jazz night', 'Café talk', 'Choir']],
    [{ category: 'MUSIC' }, ['Jazz night', 'Choir']],
    [{ tag: 'live' }, ['Jazz night', 'Café talk']],
    [{ category: 'music', tag: 'live' }, ['Jazz night']],
    [{ words: 'cafe' }, ['Café talk']],
    [{ words: 'coffee TALK' }, ['Café talk']],
    [{ words: '  ' }, ['Jazz night', 'Café talk', 'Choir']],
    [{ words: 'jazz choir' }, []],
    [{ tag: '(.*' }, []],
  ])('%j finds %j', (filter, expected) => expect(titles(filter)).toEqual(expected));
});

describe('listTopics', () => {
  it('lists each topic once, the most frequent first', () => {
    expect(listTopics(CATALOGUE)).toEqual({ categories: ['Music', 'Talk'], tags: ['Live', 'jazz'] });
  });
});

describe('arrange', () => {
  const [first, second, third] = ['first', 'second', 'third'].map((title, index) =>
    listed({ title, showId: `shw_${String(index).repeat(26)}` }),
  );
  const likes = new Map([
    [third!.id, 7],
    [second!.id, 2],
  ]);
  const shows = { live: [], before: [first!, second!, third!], after: [first!, third!] };

  it.each([
    ['time', ['first', 'second', 'third'], ['first', 'third']],
    ['likes', ['third', 'second', 'first'], ['third', 'first']],
  ] as const)('by %s', (order, before, after) => {
    const found = arrange(shows, { ...ANYTHING, order }, likes);
    expect(found.before.map(({ title }) => title)).toEqual(before);
    expect(found.after.map(({ title }) => title)).toEqual(after);
  });
});
