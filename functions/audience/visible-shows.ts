import { listLikes } from '../aws/chat-votes-table.ts';
import { listOpenShows, listPastShows, getShow } from '../aws/show-table.ts';
import {
  audienceIdOf,
  toAudienceShow,
  showIdOfSlug,
  type AudienceAccess,
  type AudienceShow,
} from '../domain/audience-show.ts';
import type { Catalogue, Likes } from '../domain/audience-catalogue.ts';
import { memoize } from '../domain/memoize.ts';
import type { Show } from '../domain/show.ts';
import type { AudienceDeps } from './audience-deps.ts';
import { createSharedAnswers } from './shared-answers.ts';

/** How old the shows may be that all watchers share. */
const SHARED_MS = 2_000;
const LIKES_SHARED_MS = 30_000;
const KEYS_MAX = 1_000;
/** The newest past shows, of which the catalogue lists the public ones. */
const PAST_MAX = 200;

/** A show that a watcher may see, and its record, from which only `audience` may leave. */
export interface FoundShow {
  audience: AudienceShow;
  record: Show;
}

/** Reads shows for watchers. What they may see is decided by `functions/domain/audience-show.ts` alone. */
export interface VisibleShows {
  /**
   * Finds a show by the last part of its address. Null for every reason why it is not found, which answers must not
   * distinguish.
   * @param hasLink returns true for a request with a valid watch link of this show
   */
  find(slug: string, hasLink: (showId: string) => Promise<boolean>): Promise<FoundShow | null>;
  /** Lists the public shows. */
  list(): Promise<Catalogue>;
  /** How many like each show. Counts may be half a minute old. */
  likes(): Promise<Likes>;
}

export function createVisibleShows(deps: AudienceDeps): VisibleShows {
  const { now } = deps;
  const records = createSharedAnswers<Show | null>({ milliseconds: SHARED_MS, keysMax: KEYS_MAX, now });
  const catalogue = memoize({ milliseconds: SHARED_MS, now }, async () => {
    const page = { limit: PAST_MAX, after: null, from: null, to: null };
    const [open, past] = await Promise.all([listOpenShows(deps), listPastShows(deps, page)]);
    const listed = [...open, ...past.shows].flatMap((show) => toAudienceShow(show, 'list') ?? []);
    return {
      live: listed.filter(({ phase }) => phase === 'live'),
      before: listed.filter(({ phase }) => phase === 'before'),
      after: listed.filter(({ phase }) => phase === 'after'),
    };
  });
  const likes = memoize({ milliseconds: LIKES_SHARED_MS, now }, async () => {
    const counts = await listLikes(deps);
    return new Map([...counts].map(([showId, count]) => [audienceIdOf(showId), count]));
  });

  return {
    async find(slug, hasLink) {
      const showId = showIdOfSlug(slug);
      if (showId === null) return null;
      const [record, isInvited] = await Promise.all([
        records.get(showId, () => getShow(deps, showId)),
        hasLink(showId),
      ]);
      const access: AudienceAccess = isInvited ? 'link' : 'address';
      const audience = record && toAudienceShow(record, access);
      return audience ? { audience, record } : null;
    },
    list: () => catalogue.get(),
    likes: () => likes.get(),
  };
}
