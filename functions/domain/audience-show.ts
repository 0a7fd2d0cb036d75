import type { Show } from './show.ts';

/**
 * What watchers see of a show: whether it exists for them, in which phase it is, and which of its fields are public. Pure.
 * A record has far more (destinations, notes, prices, people), so the public form names each field that may leave.
 */

/** `before` the show is live, `live`, or `after` it. */
export type AudiencePhase = 'before' | 'live' | 'after';

/** How a watcher came to a show: from a list, by its address, or with the secret of a watch link. */
export type AudienceAccess = 'list' | 'address' | 'link';

/** A show as watchers see it. Times are RFC 3339, UTC. */
export interface AudienceShow {
  /** The show's own id without its prefix: 26 characters that cannot be guessed. */
  id: string;
  /** The last part of its address: words of the title and the id. */
  slug: string;
  title: string;
  description: string;
  category: string | null;
  tags: string[];
  privacy: Show['privacy'];
  phase: AudiencePhase;
  startsAt: string;
  endsAt: string | null;
  /** When it went live; null before. */
  liveAt: string | null;
  endedAt: string | null;
  /** The picture; `version` changes with every upload. */
  cover: { version: string; width: number; height: number } | null;
  /** True while a recording was begun, so that one may be watched after the show. */
  hasRecording: boolean;
}

/** Who sees a show, from the least private to the most. */
const SEEN_BY: Record<Show['privacy'], readonly AudienceAccess[]> = {
  public: ['list', 'address', 'link'],
  unlisted: ['address', 'link'],
  private: ['link'],
};

const ID_PREFIX = 'shw_';
const ID = /(?:^|-)([0-9a-hjkmnp-tv-z]{26})$/;
const SLUG_WORDS_MAX = 60;

/**
 * Returns the phase of a show; null for one that does not exist for watchers: a draft, one that was cancelled, and one
 * that was given up before it was live.
 */
export function phaseOf({
  state,
  liveAt,
  endReason,
}: Pick<Show, 'state' | 'liveAt' | 'endReason'>): AudiencePhase | null {
  switch (state) {
    case 'draft':
    case 'cancelled':
      return null;
    case 'scheduled':
    case 'starting':
      return 'before';
    case 'live':
      return 'live';
    case 'ending':
    case 'ended':
      return liveAt === null || endReason === 'cancelled' ? null : 'after';
  }
}

/** Returns what a watcher sees of a show; null when it does not exist for this access. */
export function toAudienceShow(show: Show, access: AudienceAccess): AudienceShow | null {
  const phase = phaseOf(show);
  if (phase === null || !SEEN_BY[show.privacy].includes(access)) return null;
  const { title, description, category, tags, privacy, startsAt, endsAt, liveAt, endedAt, cover, recording } = show;
  return {
    id: audienceIdOf(show.showId),
    slug: slugOf(show),
    title: toDisplay(title),
    description: toDisplay(description),
    category: category === null ? null : toDisplay(category),
    tags: tags.map(toDisplay),
    privacy,
    phase,
    startsAt,
    endsAt,
    liveAt,
    endedAt,
    cover: cover ? { version: cover.coverId, width: cover.width, height: cover.height } : null,
    hasRecording: Boolean(recording?.recordingId),
  };
}

/** Returns a show's id as watchers see it: without its prefix. */
export function audienceIdOf(showId: string): string {
  return showId.slice(ID_PREFIX.length);
}

/**
 * Returns the readable last part of a show's address. The id in it decides, so titles cannot collide, and a title that
 * looks like a path becomes words.
 */
export function slugOf({ showId, title }: Pick<Show, 'showId' | 'title'>): string {
  const words = title
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, SLUG_WORDS_MAX)
    .replaceAll(/^-+|-+$/g, '');
  const id = audienceIdOf(showId);
  return words === '' ? id : `${words}-${id}`;
}

/** Returns the path of a show's page. */
export function watchPathOf(show: Pick<Show, 'showId' | 'title'>): string {
  return `/watch/${slugOf(show)}`;
}

/** Returns the show's id that an address names, whatever its words are; null for one that names none. */
export function showIdOfSlug(slug: string): string | null {
  const id = ID.exec(slug)?.[1];
  return id === undefined ? null : ID_PREFIX + id;
}

/**
 * Control characters but line breaks and tabs, and the invisible ones with which text changes its direction or hides
 * words. A zero-width joiner stays, because emoji and several scripts need it.
 */
const INVISIBLE =
  /[[\p{Cc}--[\t\n]]\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gv;
/** More marks on one letter than any language uses draw over the neighbouring lines. */
const STACKED_MARKS = /(\p{M}{4})\p{M}+/gu;

/** Returns text without the characters that would change how other text on the page reads. */
export function toDisplay(text: string): string {
  return text.replaceAll(INVISIBLE, '').replaceAll(STACKED_MARKS, '$1');
}
