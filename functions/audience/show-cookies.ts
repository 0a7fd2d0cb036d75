import { getCookie, setCookie } from 'hono/cookie';
import { readSignedCookies, SIGNED_COOKIES, signCookies, type SignedCookies } from '../aws/signed-cookies.ts';
import { privateFolderOf } from '../domain/segment-address.ts';
import type { AudienceContext, AudienceDeps } from './audience-deps.ts';
import { originOf } from './find-show.ts';

/**
 * The signed cookies with which a browser loads the media of one private show. CloudFront checks them on AWS, this code on
 * one machine. They are sent only with answers to requests with a valid watch link, and are of use for minutes, so a
 * revoked link closes the media soon.
 */
export interface ShowCookies {
  /** Sends cookies for a show, unless the request has some that last. @param seconds how long they are of use */
  send(context: AudienceContext, id: string, seconds: number): Promise<void>;
  /** Returns whether the request may load the media of a show. */
  areValid(context: AudienceContext, id: string): Promise<boolean>;
}

/** Of a live show: every playlist renews them. */
export const LIVE_COOKIE_SECONDS = 600;
/** Of a recording, whose playlists are read once, at its beginning. */
export const RECORDING_COOKIE_SECONDS = 6 * 3600;

export function createShowCookies(deps: Pick<AudienceDeps, 'https' | 'mediaKey' | 'now' | 'origin'>): ShowCookies {
  const resourceOf = (context: AudienceContext, id: string) => `${originOf(context, deps)}${privateFolderOf(id)}/*`;

  async function expiryOf(context: AudienceContext, id: string): Promise<Date | null> {
    const sent = SIGNED_COOKIES.map((name) => [name, getCookie(context, name)]);
    const cookies = Object.fromEntries(sent) as Partial<SignedCookies>;
    if (cookies['CloudFront-Policy'] === undefined) return null;
    return readSignedCookies(await deps.mediaKey(), cookies, { resource: resourceOf(context, id), now: deps.now() });
  }

  return {
    areValid: async (context, id) => (await expiryOf(context, id)) !== null,
    async send(context, id, seconds) {
      const nowMs = deps.now().getTime();
      const known = await expiryOf(context, id);
      if (known && known.getTime() - nowMs > (seconds * 1000) / 2) return;
      const expiresAt = new Date(nowMs + seconds * 1000);
      const signed = signCookies(await deps.mediaKey(), { resource: resourceOf(context, id), expiresAt });
      const scope = { path: privateFolderOf(id), httpOnly: true, sameSite: 'Lax', secure: deps.https } as const;
      for (const name of SIGNED_COOKIES) setCookie(context, name, signed[name], { ...scope, maxAge: seconds });
    },
  };
}
