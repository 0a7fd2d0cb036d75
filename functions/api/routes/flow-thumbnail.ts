import { createHash } from 'node:crypto';
import { createRoute } from '@hono/zod-openapi';
import { describeSourceThumbnail } from '../../aws/flow-thumbnail.ts';
import { AppError } from '../../domain/errors.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answersPicture, NoQuery, problems } from '../schemas/openapi-parts.ts';
import { memoize } from '../../domain/memoize.ts';

/** MediaConnect limits describe calls per account, so all viewers share one call every two seconds. */
const KEPT_MS = 2000;

const thumbnail = createRoute({
  method: 'get',
  path: '/api/mediaconnect/flow/thumbnail',
  tags: ['Source'],
  summary: 'Get a picture of the source',
  description: '`Last-Modified` is the time the picture was taken. A 404 means that there is no picture now.',
  request: { query: NoQuery },
  responses: {
    200: answersPicture('image/jpeg', 'The newest picture, a few seconds old'),
    304: { description: 'The picture is still the one of `If-None-Match`' },
    ...problems(404, 503),
  },
});

/** For the typed client. */
export type FlowThumbnailRoutes = typeof thumbnail;

/** `GET /api/mediaconnect/flow/thumbnail`. */
export function registerFlowThumbnail(api: Api, deps: ApiDeps): void {
  const newest = memoize({ milliseconds: KEPT_MS, now: deps.now }, async () => {
    const found = await describeSourceThumbnail(deps);
    if (!found) return null;
    // Includes the time, because a still source gets new pictures too.
    const hash = createHash('sha256').update(found.takenAt.toISOString()).update(found.jpeg).digest('base64url');
    return { ...found, etag: `"${hash}"` };
  });

  api.openapi(thumbnail, async (context) => {
    const picture = await newest.get();
    if (!picture) {
      throw new AppError('not_found', {
        detail: 'no picture of the source is available',
        remedy:
          'connect an encoder and try again in a few seconds; MediaConnect takes no pictures while the flow has more than ten outputs',
      });
    }
    context.header('ETag', picture.etag);
    context.header('Last-Modified', picture.takenAt.toUTCString());
    context.header('Cache-Control', 'private, max-age=5');
    if (context.req.header('if-none-match') === picture.etag) return context.body(null, 304);
    context.header('Content-Type', 'image/jpeg');
    return context.body(picture.jpeg, 200);
  });
}
