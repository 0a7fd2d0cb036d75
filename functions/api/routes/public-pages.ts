import { createRoute } from '@hono/zod-openapi';
import { getPublicPages, putPublicPages } from '../../aws/public-pages-table.ts';
import { AppError } from '../../domain/errors.ts';
import { etagOf } from '../../domain/etag.ts';
import type { PublicPages } from '../../domain/public-pages.ts';
import type { Api, ApiContext, ApiDeps } from '../api-deps.ts';
import { answers, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { PublicPagesResource, SetPublicPages } from '../schemas/public-pages.ts';
import { watchOriginOf } from './watch-links.ts';

const tags = ['Shows'];
const path = '/api/public-pages';
const resource = answers(PublicPagesResource, 'The public pages');

const get = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'Get whether the public pages are open',
  request: { query: NoQuery },
  responses: { 200: resource, ...problems(503) },
});

const put = createRoute({
  method: 'put',
  path,
  tags,
  summary: 'Open or close the public pages',
  description:
    'Closed pages answer within ten seconds that the site is closed: catalogue, shows, playlists and chats. On AWS, CloudFront still serves segments whose addresses a player has. Shows and destinations go on.',
  request: { query: NoQuery, body: takes(SetPublicPages) },
  responses: { 200: resource, ...problems(...WRITE_PROBLEMS, 409, 503) },
});

/** For the typed client. */
export type PublicPagesRoutes = typeof get | typeof put;

/** The switch of the public pages, for administrators. */
export function registerPublicPages(api: Api, deps: ApiDeps): void {
  const present = (context: ApiContext, { isOpen, changed, revision }: PublicPages) => {
    const { audience } = deps;
    context.header('ETag', etagOf({ revision }));
    const url = audience ? `${watchOriginOf(context, deps, audience)}/watch` : null;
    const now = { problem: audience?.problem() ?? null, load: audience?.load?.() ?? null };
    return context.json({ isOn: url !== null, isOpen, ...now, url, changed }, 200);
  };

  api.openapi(get, async (context) => present(context, await getPublicPages(deps)));

  api.openapi(put, async (context) => {
    const { isOpen, reason } = context.req.valid('json');
    const before = await getPublicPages(deps);
    const changed = { by: context.get('principal').id, at: deps.now().toISOString(), reason };
    const after = before.isOpen === isOpen ? before : await putPublicPages(deps, before, { isOpen, changed });
    if (!after) {
      throw new AppError('concurrent_change', {
        detail: 'the public pages were opened or closed by another person at the same time',
        remedy: 'read them again and repeat the change',
        retryAfterSeconds: 1,
      });
    }
    return present(context, after);
  });
}
