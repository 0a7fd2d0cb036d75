import { expect, it } from 'vitest';
import { makeShow } from '../../test/support/make-show.ts';
import { toAudienceShow } from './audience-show.ts';
import { recommendShows } from './recommended-shows.ts';
import type { Show } from './show.ts';

const DIGITS = '0123456789';
let count = 0;
function listed(title: string, changes: Partial<Show> = {}) {
  const showId = `shw_${DIGITS[count++ % 10]!.repeat(26)}`;
  return toAudienceShow(makeShow({ showId, title, category: null, tags: [], ...changes }), 'list')!;
}
const LIVE = { state: 'live', liveAt: '2026-12-06T10:00:00.000Z' } as const;
const nothing = { live: [], before: [], after: [] };

it('offers what shares most first, what is on air before what comes, and says why', () => {
  const show = listed('Jazz', { category: 'Music', tags: ['Jazz', 'piano'] });
  const onAir = listed('On air', { ...LIVE, category: 'MUSIC' });
  const soon = listed('Soon', { category: 'Músic' });
  const close = listed('Close', { category: 'Music', tags: ['jazz', 'PIANO', 'late'] });
  const tagged = listed('Tagged', { category: 'Talk', tags: ['piano'] });
  const other = listed('Other', { category: 'Talk', tags: ['late'] });
  const catalogue = { live: [onAir], before: [soon, close, tagged, other, show], after: [] };
  expect(recommendShows(catalogue, show).map(({ show: { title }, reason }) => [title, reason])).toEqual([
    ['Close', 'Also in Music, and tagged jazz, PIANO'],
    ['On air', 'Also in MUSIC'],
    ['Soon', 'Also in Músic'],
    ['Tagged', 'Also tagged piano'],
  ]);
});

it('offers six at most, and nothing for a show without topics', () => {
  const show = listed('Show', { category: 'Music' });
  const others = Array.from({ length: 8 }, (_, index) => listed(`Other ${index}`, { category: 'Music' }));
  expect(recommendShows({ ...nothing, before: others }, show)).toHaveLength(6);
  const bare = listed('Bare');
  expect(recommendShows({ ...nothing, before: [listed('Bare too'), bare] }, bare)).toEqual([]);
});
