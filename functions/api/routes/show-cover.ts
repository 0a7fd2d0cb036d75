import { createRoute, z } from '@hono/zod-openapi';
import { readCover } from '../../aws/cover-store.ts';
import { AppError } from '../../domain/errors.ts';
import { toPicture } from '../../domain/picture.ts';
import { COVER_LIMITS } from '../../domain/picture-limits.ts';
import { answerShow } from '../answer-show.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { findShow } from '../find-show.ts';
import { answers, answersPicture, problems, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { CoverQuery } from '../schemas/show-cover.ts';
import { ScopeQuery, ShowId, ShowResource } from '../schemas/shows.ts';
import { setCover, unsetCover } from '../show-cover.ts';

const path = '/api/shows/{showId}/cover';
const tags = ['Shows'];
const params = z.object({ showId: ShowId });

const get = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'Get the cover of a show as PNG',
  request: { params, query: CoverQuery },
  responses: { 200: answersPicture('image/png', 'The picture'), ...problems(404, 503) },
});

const put = createRoute({
  method: 'put',
  path,
  tags,
  summary: 'Set the cover of a show',
  description:
    'The body is the picture: a still PNG or JPEG from 320 × 180 to 1920 × 1080 pixels and of at most 2 MB. It is written again, so nothing but its pixels is kept. On AWS only PNG. With scope=following it becomes the cover of the series, and later shows with a cover of their own keep theirs. The revision of the show stays.',
  request: { params, query: ScopeQuery },
  responses: {
    200: answers(ShowResource, 'The show with its cover'),
    ...problems(...WRITE_PROBLEMS, 404, 409, 422, 503),
  },
});

const remove = createRoute({
  method: 'delete',
  path,
  tags,
  summary: 'Remove the cover of a show',
  request: { params, query: ScopeQuery },
  responses: { 204: { description: 'The show has no cover' }, ...problems(...WRITE_PROBLEMS, 404, 409, 503) },
});

/** For the typed client. */
export type ShowCoverRoutes = typeof get | typeof put | typeof remove;

/** The cover pictures of shows. */
export function registerShowCover(api: Api, deps: ApiDeps): void {
  api.openapi(get, async (context) => {
    const { showId } = context.req.valid('param');
    const { cover } = await findShow(deps, showId);
    const png = cover && (await readCover(deps, cover));
    if (!png) {
      throw new AppError('not_found', {
        detail: `the show ${showId} has no cover`,
        remedy: 'send a picture with PUT to the same path',
      });
    }
    const isThisVersion = context.req.valid('query').version === cover.coverId;
    context.header('Content-Type', 'image/png');
    context.header('Cache-Control', isThisVersion ? 'private, max-age=31536000, immutable' : 'private, no-cache');
    return context.body(png, 200);
  });

  api.openapi(put, async (context) => {
    const request = { by: context.get('principal').id, scope: context.req.valid('query').scope };
    const check = () => toPicture(context.get('image'), COVER_LIMITS, deps.convertJpeg);
    const show = await setCover(deps, context.req.valid('param').showId, check, request);
    return context.json(await answerShow(deps, context, show), 200);
  });

  api.openapi(remove, async (context) => {
    const request = { by: context.get('principal').id, scope: context.req.valid('query').scope };
    await unsetCover(deps, context.req.valid('param').showId, request);
    return context.body(null, 204);
  });
}
