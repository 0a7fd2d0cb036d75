import type { AudienceContext, AudienceDeps } from './audience-deps.ts';
import { originOf } from './find-show.ts';

/** Returns true for a request from a page of this site, so that other sites cannot use the browsers of their visitors. */
export function isFromOwnPage(context: AudienceContext, deps: Pick<AudienceDeps, 'https' | 'origin'>): boolean {
  return context.req.header('origin') === originOf(context, deps);
}
