import { createRandomSecret, digestOf } from './random-secret.ts';
import { DAY_MS } from './utc-day.ts';

/**
 * Watch links: secrets with which people watch a private show. The store has a digest of each, so a link is shown once,
 * and the public side holds no key that could make one. Each can be revoked on its own. Pure.
 */
export interface WatchLink {
  /** `wli_` and a lower-case ULID. */
  linkId: string;
  showId: string;
  /** For whom it is, in the operator's words. */
  name: string;
  createdAt: string;
  createdBy: string;
  /** When it stops working. */
  expiresAt: string;
  revokedAt: string | null;
  revokedBy: string | null;
}

export type WatchLinkState = 'valid' | 'expired' | 'revoked';

export const WATCH_LINK_DAYS_DEFAULT = 30;
/** As far ahead as a show can be planned, and a month to watch its recording. */
export const WATCH_LINK_DAYS_MAX = 396;
export const WATCH_LINKS_MAX = 100;

export const watchLinkSecret = createRandomSecret('sluice_watch_');

/** Returns the digest under which a watch link is stored: 43 characters. */
export function watchLinkDigestOf(secret: string): string {
  return digestOf(`watch link ${secret}`);
}

/** Returns when a link stops working if its creator does not say. */
export function defaultWatchLinkExpiry(now: Date): string {
  return new Date(now.getTime() + WATCH_LINK_DAYS_DEFAULT * DAY_MS).toISOString();
}

/** Returns the state of a link at a time. */
export function watchLinkState(
  { expiresAt, revokedAt }: Pick<WatchLink, 'expiresAt' | 'revokedAt'>,
  now: Date,
): WatchLinkState {
  if (revokedAt !== null) return 'revoked';
  return Date.parse(expiresAt) <= now.getTime() ? 'expired' : 'valid';
}
