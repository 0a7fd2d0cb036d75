import { getCookie, setCookie } from 'hono/cookie';
import { getWatchLink } from '../aws/watch-link-table.ts';
import { audienceIdOf } from '../domain/audience-show.ts';
import { watchLinkDigestOf, watchLinkSecret, watchLinkState, type WatchLink } from '../domain/watch-link.ts';
import type { AudienceContext, AudienceDeps } from './audience-deps.ts';
import { createSharedAnswers } from './shared-answers.ts';

/** How soon a revoked link stops working at the latest. */
const SHARED_MS = 2_000;
const KEYS_MAX = 10_000;

/** Who may watch private shows: requests with a valid watch link, in the address once and in a cookie from then on. */
export interface WatchAccess {
  /** Returns the digest of a request's link for a show; null without one that is valid. */
  digestOf(context: AudienceContext, showId: string): Promise<string | null>;
  /** Keeps the link of the address in a cookie that scripts cannot read. */
  keep(context: AudienceContext, showId: string): void;
}

/** Where the address of a watch link has its secret. */
export const LINK_PARAMETER = 'key';

const cookieOf = (showId: string) => `sluice-watch-${audienceIdOf(showId)}`;

export function createWatchAccess(deps: AudienceDeps): WatchAccess {
  const links = createSharedAnswers<WatchLink | null>({ milliseconds: SHARED_MS, keysMax: KEYS_MAX, now: deps.now });

  async function isValid(showId: string, digest: string): Promise<boolean> {
    const link = await links.get(`${showId} ${digest}`, () => getWatchLink(deps, showId, digest));
    return link !== null && watchLinkState(link, deps.now()) === 'valid';
  }

  return {
    async digestOf(context, showId) {
      const secret = context.req.query(LINK_PARAMETER) ?? getCookie(context, cookieOf(showId));
      if (secret === undefined || !watchLinkSecret.matches(secret)) return null;
      const digest = watchLinkDigestOf(secret);
      return (await isValid(showId, digest)) ? digest : null;
    },
    keep(context, showId) {
      const secret = context.req.query(LINK_PARAMETER);
      if (secret === undefined) return;
      setCookie(context, cookieOf(showId), secret, { httpOnly: true, path: '/', sameSite: 'Lax', secure: deps.https });
    },
  };
}
