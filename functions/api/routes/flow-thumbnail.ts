import { createHash } from 'node:crypto';
import { createRoute, z } from '@hono/zod-openapi';
import { describeSourceThumbnail, type SourceThumbnail } from '../../aws/flow-thumbnail.ts';
import { AppError } from '../../domain/errors.ts';
import { SOURCE_ROLES, type SourceRole } from '../../domain/source-name.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answersPicture, problems } from '../schemas/openapi-parts.ts';
import { NO_BACKUP_SOURCE } from '../switch-source.ts';
import { memoize, type Memo } from '../../domain/memoize.ts';

/** MediaConnect limits describe calls per account, so all viewers share one call every two seconds. */
const KEPT_MS = 2000;

const ThumbnailQuery = z.strictObject({
  source: z.enum(SOURCE_ROLES).optional().openapi({ description: 'One of two sources. Without it: the one in use' }),
});

const thumbnail = createRoute({
  method: 'get',
  path: '/api/mediaconnect/flow/thumbnail',
  tags: ['Source'],
  summary: 'Get a picture of the source',
  description:
    '`Last-Modified` is the time the picture was taken. A 404 means that there is no picture now. On AWS there is no picture of a named source, because MediaConnect takes pictures of the source in use only.',
  request: { query: ThumbnailQuery },
  responses: {
    200: answersPicture('image/jpeg', 'The newest picture, a few seconds old'),
    304: { description: 'The picture is still the one of `If-None-Match`' },
    ...problems(404, 503),
  },
});

/** For the typed client. */
export type FlowThumbnailRoutes = typeof thumbnail;

interface KeptPicture extends SourceThumbnail {
  etag: string;
}

/** `GET /api/mediaconnect/flow/thumbnail`. */
export function registerFlowThumbnail(api: Api, deps: ApiDeps): void {
  const keep = (take: () => Promise<SourceThumbnail | null>) =>
    memoize({ milliseconds: KEPT_MS, now: deps.now }, async () => {
      const found = await take();
      return found && { ...found, etag: etagOf(found) };
    });
  const inUse = keep(() => describeSourceThumbnail(deps));
  const named = new Map<SourceRole, Memo<KeptPicture | null>>();
  const { takeSourcePicture } = deps;
  if (takeSourcePicture)
    for (const role of SOURCE_ROLES)
      named.set(
        role,
        keep(() => takeSourcePicture(role)),
      );

  api.openapi(thumbnail, async (context) => {
    const { source } = context.req.valid('query');
    if (source === 'backup' && !deps.deployment.hasBackupSource) throw new AppError('not_found', NO_BACKUP_SOURCE);
    const newest = source === undefined ? inUse : named.get(source);
    if (!newest) throw noNamedPicture();
    const picture = await newest.get();
    if (!picture) throw noPicture(source);
    context.header('ETag', picture.etag);
    context.header('Last-Modified', picture.takenAt.toUTCString());
    context.header('Cache-Control', 'private, max-age=5');
    if (context.req.header('if-none-match') === picture.etag) return context.body(null, 304);
    context.header('Content-Type', 'image/jpeg');
    return context.body(picture.jpeg, 200);
  });
}

/** Includes the time, because a still source gets new pictures too. */
function etagOf({ jpeg, takenAt }: SourceThumbnail): string {
  return `"${createHash('sha256').update(takenAt.toISOString()).update(jpeg).digest('base64url')}"`;
}

function noPicture(source: SourceRole | undefined): AppError {
  if (source !== undefined) {
    return new AppError('not_found', {
      detail: `no picture of the ${source} source is available`,
      remedy: `connect the ${source} encoder and try again in a few seconds`,
    });
  }
  return new AppError('not_found', {
    detail: 'no picture of the source is available',
    remedy:
      'connect an encoder and try again in a few seconds; MediaConnect takes no pictures while the flow has more than ten outputs',
  });
}

function noNamedPicture(): AppError {
  return new AppError('not_found', {
    detail: 'MediaConnect takes pictures of the source in use only',
    remedy: 'leave out the parameter source',
  });
}
