import { createRoute, z } from '@hono/zod-openapi';
import { deletePresence, listPresences, putPresence } from '../../aws/presence-table.ts';
import { HEARTBEAT_SECONDS, PRESENT_SECONDS } from '../../domain/presence.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { PresenceId, PresenceList, PutPresence } from '../schemas/presence.ts';

const tags = ['People'];
const path = '/api/presence';
const params = z.object({ presenceId: PresenceId });

/** Answers at most this many tabs, which is more than one deployment has operators. */
const LISTED_MAX = 100;

const list = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'List who has the dashboard open, and what they edit',
  request: { query: NoQuery },
  responses: { 200: answers(PresenceList, 'The open tabs'), ...problems(503) },
});

const put = createRoute({
  method: 'put',
  path: `${path}/{presenceId}`,
  tags,
  summary: 'Report that a tab of the dashboard is open',
  description: `A visible tab reports every ${HEARTBEAT_SECONDS} seconds. It counts as open for ${PRESENT_SECONDS} seconds.`,
  request: { params, query: NoQuery, body: takes(PutPresence) },
  responses: { 204: { description: 'Noted' }, ...problems(...WRITE_PROBLEMS, 503) },
});

const remove = createRoute({
  method: 'delete',
  path: `${path}/{presenceId}`,
  tags,
  summary: 'Report that a tab of the dashboard was closed',
  request: { params, query: NoQuery },
  responses: { 204: { description: 'Noted' }, ...problems(...WRITE_PROBLEMS, 503) },
});

/** For the typed client. */
export type PresenceRoutes = typeof list | typeof put | typeof remove;

/** Who is on the dashboard. */
export function registerPresence(api: Api, deps: ApiDeps): void {
  api.openapi(list, async (context) => {
    const found = await listPresences(deps, deps.now());
    return context.json({ data: found.slice(0, LISTED_MAX) as PresenceList['data'] }, 200);
  });

  api.openapi(put, async (context) => {
    const { presenceId } = context.req.valid('param');
    const name = context.get('principal').id;
    await putPresence(deps, { ...context.req.valid('json'), presenceId, name }, deps.now());
    return context.body(null, 204);
  });

  api.openapi(remove, async (context) => {
    const { presenceId } = context.req.valid('param');
    await deletePresence(deps, { presenceId, name: context.get('principal').id });
    return context.body(null, 204);
  });
}
