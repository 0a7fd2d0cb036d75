import { createRoute } from '@hono/zod-openapi';
import { getCommonSound, putCommonSound } from '../../aws/sound-table.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { Sound } from '../schemas/sound.ts';

const tags = ['Source'];
const path = '/api/sound';

const get = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'Get the sound of destinations without own settings',
  request: { query: NoQuery },
  responses: { 200: answers(Sound, 'The settings'), ...problems(503) },
});

const put = createRoute({
  method: 'put',
  path,
  tags,
  summary: 'Set the sound of destinations without own settings',
  description:
    'Applies at the next start of each destination and of the preview. A destination that is not encoded, and the preview, take the track only.',
  request: { query: NoQuery, body: takes(Sound) },
  responses: { 200: answers(Sound, 'The settings'), ...problems(...WRITE_PROBLEMS, 503) },
});

/** For the typed client. */
export type SoundRoutes = typeof get | typeof put;

/** The sound of the deployment. */
export function registerSound(api: Api, deps: ApiDeps): void {
  api.openapi(get, async (context) => context.json(await getCommonSound(deps), 200));

  api.openapi(put, async (context) => {
    const sound = context.req.valid('json');
    await putCommonSound(deps, sound);
    return context.json(sound, 200);
  });
}
