import { createRoute, z } from '@hono/zod-openapi';
import { insertWatchLink, listWatchLinks, revokeWatchLink } from '../../aws/watch-link-table.ts';
import { watchPathOf } from '../../domain/audience-show.ts';
import { AppError } from '../../domain/errors.ts';
import { DAY_MS } from '../../domain/utc-day.ts';
import {
  defaultWatchLinkExpiry,
  WATCH_LINK_DAYS_MAX,
  WATCH_LINKS_MAX,
  watchLinkDigestOf,
  watchLinkSecret,
  watchLinkState,
  type WatchLink,
} from '../../domain/watch-link.ts';
import type { Api, ApiAudience, ApiContext, ApiDeps } from '../api-deps.ts';
import { findShow } from '../find-show.ts';
import { invalidFields } from '../http/validation.ts';
import { answers, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { ShowId } from '../schemas/shows.ts';
import {
  CreateWatchLink,
  NewWatchLink,
  WatchLinkId,
  WatchLinkList,
  type WatchLinkResource,
} from '../schemas/watch-links.ts';
import { originOf } from './session.ts';

const tags = ['Shows'];
const path = '/api/shows/{showId}/watch-links';
const params = z.object({ showId: ShowId });

const list = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'List the watch links of a show',
  request: { params, query: NoQuery },
  responses: {
    200: answers(WatchLinkList, 'The links, oldest first, without their secrets'),
    ...problems(404, 503),
  },
});

const create = createRoute({
  method: 'post',
  path,
  tags,
  summary: 'Create a watch link of a private show',
  description: 'The answer is the only one with the link. A public or an unlisted show needs none.',
  request: { params, query: NoQuery, body: takes(CreateWatchLink) },
  responses: {
    201: answers(NewWatchLink, 'The link with its secret'),
    ...problems(...WRITE_PROBLEMS, 404, 409, 503),
  },
});

const revoke = createRoute({
  method: 'delete',
  path: `${path}/{linkId}`,
  tags,
  summary: 'Revoke a watch link',
  description: 'Who watches with it loses the picture within seconds. A repeated request changes nothing.',
  request: { params: z.object({ showId: ShowId, linkId: WatchLinkId }), query: NoQuery },
  responses: { 204: { description: 'The link no longer works' }, ...problems(...WRITE_PROBLEMS, 404, 503) },
});

/** For the typed client. */
export type WatchLinksRoutes = typeof list | typeof create | typeof revoke;

/** Watch links, as operators see them. */
export function registerWatchLinks(api: Api, deps: ApiDeps): void {
  api.openapi(list, async (context) => {
    const { showId } = context.req.valid('param');
    const show = await findShow(deps, showId);
    const now = deps.now();
    const data = (await listWatchLinks(deps, showId)).map((link) => present(link, now));
    const watchUrl = deps.audience ? watchOriginOf(context, deps, deps.audience) + watchPathOf(show) : null;
    return context.json({ watchUrl, data }, 200);
  });

  api.openapi(create, async (context) => {
    const { showId } = context.req.valid('param');
    const { name, expiresAt } = context.req.valid('json');
    const show = await findShow(deps, showId);
    if (!deps.audience) throw audienceOff();
    const now = deps.now();
    requireExpiry(expiresAt, now);
    const valid = (await listWatchLinks(deps, showId)).filter((each) => watchLinkState(each, now) === 'valid');
    if (valid.length >= WATCH_LINKS_MAX) throw tooMany();
    const secret = watchLinkSecret.create();
    const link: WatchLink = {
      linkId: deps.newId('wli'),
      showId,
      name,
      createdAt: now.toISOString(),
      createdBy: context.get('principal').id,
      expiresAt: expiresAt === undefined ? defaultWatchLinkExpiry(now) : new Date(expiresAt).toISOString(),
      revokedAt: null,
      revokedBy: null,
    };
    await insertWatchLink(deps, watchLinkDigestOf(secret), link);
    deps.logger.info('watch link created', { requestId: context.get('requestId'), showId, linkId: link.linkId });
    const address = `${watchOriginOf(context, deps, deps.audience)}${watchPathOf(show)}?key=${secret}`;
    return context.json({ ...present(link, now), link: address }, 201);
  });

  api.openapi(revoke, async (context) => {
    const { showId, linkId } = context.req.valid('param');
    const by = context.get('principal').id;
    if (!(await revokeWatchLink(deps, { showId, linkId }, { by, now: deps.now() }))) {
      throw new AppError('not_found', {
        detail: 'the show has no watch link with this id',
        remedy: `GET /api/shows/${showId}/watch-links lists them`,
      });
    }
    deps.logger.info('watch link revoked', { requestId: context.get('requestId'), showId, linkId });
    return context.body(null, 204);
  });
}

/** Returns the origin of the public pages, seen from where the operator is. */
export function watchOriginOf(context: ApiContext, deps: ApiDeps, audience: ApiAudience): string {
  return audience.originFor(new URL(originOf(context, deps)).hostname);
}

function present(link: WatchLink, now: Date): WatchLinkResource {
  return { ...link, state: watchLinkState(link, now) };
}

function requireExpiry(expiresAt: string | undefined, now: Date): void {
  if (expiresAt === undefined) return;
  const aheadMs = Date.parse(expiresAt) - now.getTime();
  if (aheadMs <= 0) throw invalidFields([{ field: 'expiresAt', message: 'has passed: send a later time' }]);
  if (aheadMs <= WATCH_LINK_DAYS_MAX * DAY_MS) return;
  throw invalidFields([{ field: 'expiresAt', message: `must be at most ${WATCH_LINK_DAYS_MAX} days ahead` }]);
}

function audienceOff(): AppError {
  return new AppError('illegal_transition', {
    detail: 'the public pages are switched off, so a link would lead nowhere',
    remedy: 'start Sluice with SLUICE_AUDIENCE=on',
  });
}

function tooMany(): AppError {
  return new AppError('illegal_transition', {
    detail: `the show has ${WATCH_LINKS_MAX} valid watch links, as many as there may be`,
    remedy: 'revoke those that are no longer needed',
  });
}
