import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeShow, makeShowDestination, SHOW_ID } from '../../test/support/make-show.ts';
import { phaseOf, showIdOfSlug, slugOf, toAudienceShow, toDisplay } from './audience-show.ts';
import { PRIVACY, SHOW_STATES, type Show } from './show.ts';

const LIVE_AT = '2026-12-06T10:00:00.000Z';
const ID = SHOW_ID.slice(4);

describe('phaseOf', () => {
  it.each([
    ['draft', {}, null],
    ['scheduled', {}, 'before'],
    ['starting', {}, 'before'],
    ['live', { liveAt: LIVE_AT }, 'live'],
    ['ending', { liveAt: LIVE_AT, endReason: 'hand' }, 'after'],
    ['ending', { liveAt: null, endReason: 'cancelled' }, null],
    ['ending', { liveAt: LIVE_AT, endReason: 'cancelled' }, null],
    ['ended', { liveAt: LIVE_AT, endReason: 'clock' }, 'after'],
    ['ended', { liveAt: null, endReason: 'missed' }, null],
    ['cancelled', { liveAt: null, endReason: 'cancelled' }, null],
  ] as const)('of a show that is %s with %j is %s', (state, changes, phase) => {
    expect(phaseOf(makeShow({ state, ...changes }))).toBe(phase);
  });

  it('covers every state', () => {
    for (const state of SHOW_STATES) expect(phaseOf(makeShow({ state }))).not.toBeUndefined();
  });
});

describe('toAudienceShow', () => {
  const SEEN = { public: [true, true, true], unlisted: [false, true, true], private: [false, false, true] };

  it.each(PRIVACY)('decides by how a watcher came to a %s show', (privacy) => {
    const seen = (['list', 'address', 'link'] as const).map(
      (access) => toAudienceShow(makeShow({ privacy }), access) !== null,
    );
    expect(seen).toEqual(SEEN[privacy]);
  });

  it.each(['draft', 'cancelled'] as const)('shows no %s show, however public', (state) => {
    expect(toAudienceShow(makeShow({ state }), 'link')).toBeNull();
  });

  it('lets out no field that it does not name', () => {
    const canary = 'canary-of-the-control-plane';
    const show: Show = {
      ...makeShow({ notes: canary, createdBy: canary, log: [{ at: LIVE_AT, actor: canary, detail: canary }] }),
      destinations: [makeShowDestination('dst_01k8m3v0s5n2q8w4x6y7z9a1bc', { name: canary, problem: canary })],
      cover: { coverId: 'cov_1', ownerId: canary, width: 640, height: 360, uploadedAt: LIVE_AT, uploadedBy: canary },
      recording: { recordingId: 'rec_1', problem: canary },
      source: { state: 'requested', problem: canary } as never,
    };
    const text = JSON.stringify(toAudienceShow(show, 'list'));
    expect(text).not.toContain(canary);
    expect(text).not.toMatch(/dst_|rec_|shw_/);
    expect(Object.keys(JSON.parse(text)).toSorted()).toEqual([
      ...['category', 'cover', 'description', 'endedAt', 'endsAt', 'hasRecording', 'id', 'liveAt', 'phase', 'privacy'],
      ...['slug', 'startsAt', 'tags', 'title'],
    ]);
  });
});

describe('slugOf', () => {
  it.each([
    ['Sunday service', `sunday-service-${ID}`],
    ['Sünday  Ségvice!', `sunday-segvice-${ID}`],
    ['../../etc/passwd', `etc-passwd-${ID}`],
    ['%2e%2e/admin?x=1#y', `2e-2e-admin-x-1-y-${ID}`],
    ['日本語', ID],
    ['---', ID],
    ['x'.repeat(120), `${'x'.repeat(60)}-${ID}`],
  ])('of %j is %s', (title, slug) => {
    expect(slugOf({ showId: SHOW_ID, title })).toBe(slug);
  });

  it('leads back to the show for every title, and is safe in a path', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (title) => {
        const slug = slugOf({ showId: SHOW_ID, title });
        expect(slug).toMatch(/^[a-z0-9-]+$/);
        expect(showIdOfSlug(slug)).toBe(SHOW_ID);
      }),
    );
  });

  it.each(['', 'sunday-service', ID.slice(1), `${ID}x`, `x${ID}`, ID.toUpperCase(), `${ID}/..`, `shw_${ID}`])(
    '%j names no show',
    (slug) => expect(showIdOfSlug(slug)).toBeNull(),
  );
});

describe('toDisplay', () => {
  it('removes characters that turn or hide other text, and keeps joined emoji and line breaks', () => {
    const hidden = String.fromCodePoint(0x202e, 0x2066, 0x200b, 0x200f, 0xfeff, 0x07, 0x85, 0x2028);
    expect(toDisplay(`a${hidden}b\nc\td`)).toBe('ab\nc\td');
    const family = '👩‍👩‍👧';
    expect(toDisplay(family)).toBe(family);
    expect(toDisplay('فارسی‌ها')).toBe('فارسی‌ها');
  });

  it('bounds marks that are stacked on one letter', () => {
    expect(toDisplay(`z${'\u0301'.repeat(500)}`)).toBe(`z${'\u0301'.repeat(4)}`);
  });
});
