import type { AudienceContext, AudienceDeps } from './audience-deps.ts';

/** Returns true for a request from a page of this site, so that other sites cannot use the browsers of their visitors. */
export function isFromOwnPage({ req }: AudienceContext, { https }: Pick<AudienceDeps, 'https'>): boolean {
  const origin = req.header('origin');
  return origin === `${https ? 'https' : 'http'}://${new URL(req.url).host}`;
}
