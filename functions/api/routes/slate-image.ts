import { createRoute, z } from '@hono/zod-openapi';
import { readSlate, storeOwnSlate } from '../../aws/slate-store.ts';
import { getOwnSlate, removeOwnSlate, type OwnSlate } from '../../aws/slate-table.ts';
import { AppError } from '../../domain/errors.ts';
import { toPicture } from '../../domain/picture.ts';
import { SLATE_LIMITS } from '../../domain/picture-limits.ts';
import { shapeWarning } from '../../domain/slate-image.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { Warning, timestamp } from '../schemas/parts.ts';
import { answers, answersPicture, NoQuery, problems, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';

const tags = ['Destinations'];
const path = '/api/slate-image';

const SlateImageResource = z
  .object({
    width: z.number().int(),
    height: z.number().int(),
    uploadedAt: timestamp,
    uploadedBy: z.string(),
    warnings: z.array(Warning).openapi({ description: 'Whether outputs on AWS show it distorted' }),
  })
  .openapi('SlateImage');

const get = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'Get the own slate as PNG',
  description: 'A 404 means that the plain slate is shown.',
  request: { query: NoQuery },
  responses: { 200: answersPicture('image/png', 'The image'), ...problems(404, 503) },
});

const put = createRoute({
  method: 'put',
  path,
  tags,
  summary: 'Set the own slate',
  description:
    'The body is the image: a still PNG or JPEG of at most 4 MB and 3840 × 2160 pixels, in the shape of the outputs. It is written again, so nothing but its pixels is kept. On AWS only PNG, because MediaLive reads no JPEG, and an image of another shape is stretched. Show slate uses it at once, a lost source from the next start of a destination.',
  request: { query: NoQuery },
  responses: { 200: answers(SlateImageResource, 'The slate'), ...problems(...WRITE_PROBLEMS, 422, 503) },
});

const remove = createRoute({
  method: 'delete',
  path,
  tags,
  summary: 'Return to the plain slate',
  request: { query: NoQuery },
  responses: { 204: { description: 'The plain slate is shown' }, ...problems(...WRITE_PROBLEMS, 503) },
});

/** For the typed client. */
export type SlateImageRoutes = typeof get | typeof put | typeof remove;

/** The operator's own slate. */
export function registerSlateImage(api: Api, deps: ApiDeps): void {
  api.openapi(get, async (context) => {
    const slate = await getOwnSlate(deps);
    const png = slate && (await readSlate(deps, slate));
    if (!png) {
      throw new AppError('not_found', {
        detail: 'there is no own slate',
        remedy: 'send one with PUT /api/slate-image; until then the plain one is shown',
      });
    }
    context.header('Content-Type', 'image/png');
    context.header('Cache-Control', 'private, no-cache');
    return context.body(png, 200);
  });

  api.openapi(put, async (context) => {
    // Read first, so a store that does not answer is noticed before an image is worked on.
    await getOwnSlate(deps);
    const picture = await toPicture(context.get('image'), SLATE_LIMITS, deps.convertJpeg);
    const slate = await storeOwnSlate(deps, picture, {
      uploadedAt: deps.now().toISOString(),
      uploadedBy: context.get('principal').id,
    });
    // On one machine the engine adds bars itself.
    const warning = deps.embedded ? null : shapeWarning(slate);
    return context.json({ ...toResource(slate), warnings: warning ? [warning] : [] }, 200);
  });

  api.openapi(remove, async (context) => {
    await removeOwnSlate(deps);
    return context.body(null, 204);
  });
}

function toResource({
  height,
  uploadedAt,
  uploadedBy,
  width,
}: OwnSlate): Omit<z.infer<typeof SlateImageResource>, 'warnings'> {
  return { width, height, uploadedAt, uploadedBy };
}
