import {
  arrange,
  CATALOGUE_ORDERS,
  SEARCH_CHARACTERS_MAX,
  type CatalogueRequest,
} from '../../domain/audience-catalogue.ts';
import { recommendShows } from '../../domain/recommended-shows.ts';
import type { Audience, AudienceContext } from '../audience-deps.ts';
import type { AudienceParts } from '../audience-parts.ts';
import { cachePolicyOf, findShow, originOf, recordingOf } from '../find-show.ts';
import { cataloguePage } from '../pages/catalogue-page.ts';
import { missingPage } from '../pages/message-page.ts';
import { embedPage, showPage } from '../pages/show-page.ts';
import { LINK_PARAMETER } from '../watch-access.ts';

const CACHED_SECONDS = 5;

/** The pages: the catalogue, each show, and each show for a frame on another site. */
export function registerPages(audience: Audience, parts: AudienceParts): void {
  const { deps, shows, access, chat } = parts;
  const missing = (context: AudienceContext) => context.html(missingPage(deps.assets), 404);

  audience.get('/watch', async (context) => {
    context.header('cache-control', `public, max-age=${CACHED_SECONDS}`);
    const [catalogue, likes] = await Promise.all([shows.list(), shows.likes()]);
    const request = catalogueRequestOf(context);
    const found = arrange(catalogue, request, likes);
    return context.html(cataloguePage({ assets: deps.assets, catalogue, request, found, likes }));
  });

  audience.get('/watch/:slug', async (context) => {
    const found = await findShow(parts, context, context.req.param('slug'));
    if (!found) return missing(context);
    const { audience: show, record } = found;
    if (context.req.query(LINK_PARAMETER) !== undefined) {
      // Takes the secret out of the address, which people copy and browsers keep.
      if (found.linkDigest !== null) access.keep(context, record.showId);
      return context.redirect(`/watch/${show.slug}`, 303);
    }
    const recording = (await recordingOf(parts, found)).state;
    context.header('cache-control', cachePolicyOf(found, CACHED_SECONDS));
    const settings = await chat?.reading.settings(record.showId);
    const hasChat = settings !== undefined && (settings.mode !== 'off' || settings.hasReactions);
    const recommended = recommendShows(await shows.list(), show);
    const origin = originOf(context, deps);
    return context.html(showPage({ show, recording, origin, assets: deps.assets, hasChat, recommended }));
  });

  audience.get('/embed/:slug', async (context) => {
    const found = await findShow(parts, context, context.req.param('slug'));
    // A frame on another site gets no cookies, so a private show could not be played there.
    if (!found || found.audience.privacy === 'private') return missing(context);
    context.set('framedBy', '*');
    const recording = (await recordingOf(parts, found)).state;
    context.header('cache-control', cachePolicyOf(found, CACHED_SECONDS));
    return context.html(embedPage({ show: found.audience, recording, assets: deps.assets }));
  });
}

/** Returns what a request looks for. An unknown order is the order of time. */
export function catalogueRequestOf({ req }: AudienceContext): CatalogueRequest {
  const read = (name: string) => req.query(name)?.trim().slice(0, SEARCH_CHARACTERS_MAX) || null;
  const order = CATALOGUE_ORDERS.find((each) => each === req.query('order')) ?? 'time';
  return { category: read('category'), tag: read('tag'), words: read('q'), order };
}
