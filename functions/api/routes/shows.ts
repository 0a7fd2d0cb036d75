import { createRoute, z } from '@hono/zod-openapi';
import { deleteShow } from '../../aws/show-table.ts';
import { requireShowAction, type Show } from '../../domain/show.ts';
import { answerShow } from '../answer-show.ts';
import type { Api, ApiContext, ApiDeps } from '../api-deps.ts';
import { copyShow, createShow, editShow } from '../edit-show.ts';
import { cancelSeries, editFollowing } from '../edit-series.ts';
import { findShow, requireShowMatch, showChangedMeanwhile } from '../find-show.ts';
import { idempotent } from '../http/idempotency.ts';
import { forgetCovers } from '../show-cover.ts';
import {
  answers,
  IdempotencyHeaders,
  IfMatchHeaders,
  NoQuery,
  problems,
  takes,
  WRITE_PROBLEMS,
} from '../schemas/openapi-parts.ts';
import {
  CancelledSeries,
  CreateShow,
  DuplicateShow,
  PatchShow,
  ScopeQuery,
  ShowId,
  ShowResource,
} from '../schemas/shows.ts';

const tags = ['Shows'];
const params = z.object({ showId: ShowId });
const path = '/api/shows';
const one = `${path}/{showId}` as const;

const create = {
  method: 'post',
  path,
  tags,
  summary: 'Plan a show',
  description:
    'A show goes live and ends by itself. Its times are wall-clock times with a zone. Two shows cannot have one destination at the same time.',
  request: { query: NoQuery, headers: IdempotencyHeaders, body: takes(CreateShow) },
  responses: {
    201: answers(ShowResource, 'The show; Location is its path'),
    ...problems(...WRITE_PROBLEMS, 409, 503),
  },
} as const;

const get = createRoute({
  method: 'get',
  path: one,
  tags,
  summary: 'Get a show with its run sheet',
  request: { params, query: NoQuery },
  responses: { 200: answers(ShowResource, 'The show'), ...problems(404, 503) },
});

const patch = createRoute({
  method: 'patch',
  path: one,
  tags,
  summary: 'Change or reschedule a show',
  request: { params, query: ScopeQuery, headers: IfMatchHeaders, body: takes(PatchShow) },
  responses: {
    200: answers(ShowResource, 'The show after the edit'),
    ...problems(...WRITE_PROBLEMS, 404, 409, 412, 503),
  },
});

const remove = createRoute({
  method: 'delete',
  path: one,
  tags,
  summary: 'Delete a draft',
  description: 'A show that is planned is cancelled instead, so that its history stays.',
  request: { params, query: NoQuery, headers: IfMatchHeaders },
  responses: { 204: { description: 'Deleted' }, ...problems(...WRITE_PROBLEMS, 404, 409, 412, 503) },
});

const duplicate = {
  method: 'post',
  path: `${one}/duplicate`,
  tags,
  summary: 'Plan a copy of a show',
  description: 'Destinations that have been deleted are left out.',
  request: { params, query: NoQuery, headers: IdempotencyHeaders, body: takes(DuplicateShow) },
  responses: {
    201: answers(ShowResource, 'The copy; Location is its path'),
    ...problems(...WRITE_PROBLEMS, 404, 409, 503),
  },
} as const;

const cancelAll = createRoute({
  method: 'post',
  path: `${one}/cancel-series`,
  tags,
  summary: 'Cancel the series of a show',
  description: 'Cancels its shows that have not started, deletes its drafts, and makes no more.',
  request: { params, query: NoQuery },
  responses: { 200: answers(CancelledSeries, 'What was cancelled'), ...problems(...WRITE_PROBLEMS, 404, 409, 503) },
});

/** For the typed client. */
export type ShowsRoutes =
  | typeof get
  | typeof patch
  | typeof remove
  | typeof cancelAll
  | typeof create
  | typeof duplicate;

/** Plans of shows. */
export function registerShows(api: Api, deps: ApiDeps): void {
  const middleware = idempotent(deps);

  api.openapi(createRoute({ ...create, middleware }), async (context) => {
    return created(deps, context, await createShow(deps, context.req.valid('json'), context.get('principal').id));
  });

  api.openapi(get, async (context) => {
    return context.json(await answerShow(deps, context, await findShow(deps, context.req.valid('param').showId)), 200);
  });

  api.openapi(patch, async (context) => {
    const { showId } = context.req.valid('param');
    const request = { by: context.get('principal').id, ifMatch: context.req.header('if-match') };
    const isFollowing = context.req.valid('query').scope === 'following';
    const edited = await (isFollowing ? editFollowing : editShow)(deps, showId, context.req.valid('json'), request);
    return context.json(await answerShow(deps, context, edited), 200);
  });

  api.openapi(cancelAll, async (context) => {
    const { showId } = context.req.valid('param');
    return context.json(await cancelSeries(deps, showId, context.get('principal').id), 200);
  });

  api.openapi(remove, async (context) => {
    const { showId } = context.req.valid('param');
    const show = await findShow(deps, showId);
    requireShowMatch(show, context.req.header('if-match'));
    requireShowAction(show, 'delete');
    if (!(await deleteShow(deps, show))) throw showChangedMeanwhile(showId);
    await forgetCovers(deps, showId);
    return context.body(null, 204);
  });

  api.openapi(createRoute({ ...duplicate, middleware }), async (context) => {
    const show = await findShow(deps, context.req.valid('param').showId);
    const copied = await copyShow(deps, show, context.req.valid('json'));
    return created(deps, context, await createShow(deps, copied, context.get('principal').id));
  });
}

async function created(deps: ApiDeps, context: ApiContext, show: Show) {
  context.header('Location', `${path}/${show.showId}`);
  return context.json(await answerShow(deps, context, show), 201);
}
