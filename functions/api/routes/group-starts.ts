import { createRoute, z } from '@hono/zod-openapi';
import { listAllDestinations } from '../../aws/destination-table.ts';
import { changeGroupStart, getGroupStart, listGroupStarts } from '../../aws/group-start-table.ts';
import { AppError } from '../../domain/errors.ts';
import { requestGroupStop, type GroupStart } from '../../domain/group-start.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { beginGroupStart, GROUP_STARTS_PATH, KEPT_MAX } from '../begin-group-start.ts';
import { idempotent } from '../http/idempotency.ts';
import { planGroupStart } from '../plan-group-start.ts';
import {
  GroupStartId,
  GroupStartInput,
  GroupStartList,
  GroupStartPlan,
  GroupStartResource,
  GroupStopInput,
} from '../schemas/group-starts.ts';
import { answers, IdempotencyHeaders, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import type { FlowLookMemo } from '../views/flow-status.ts';
import { toGroupStartResource } from '../views/group-start-resource.ts';

const PATH = GROUP_STARTS_PATH;
const tags = ['Destinations'];
const params = z.object({ groupStartId: GroupStartId });

const plan = createRoute({
  method: 'post',
  path: `${PATH}/plan`,
  tags,
  summary: 'Plan a group start',
  description: 'Changes nothing: returns the order, the estimated times, and why the group start would be refused.',
  request: { query: NoQuery, body: takes(GroupStartInput) },
  responses: { 200: answers(GroupStartPlan, 'The plan'), ...problems(...WRITE_PROBLEMS, 503) },
});

const list = createRoute({
  method: 'get',
  path: PATH,
  tags,
  summary: 'List the newest group starts',
  request: { query: NoQuery },
  responses: {
    200: answers(GroupStartList, `Newest first, at most ${KEPT_MAX} of those that are over`),
    ...problems(503),
  },
});

const get = createRoute({
  method: 'get',
  path: `${PATH}/{groupStartId}`,
  tags,
  summary: 'Get a group start with the result of each destination',
  request: { params, query: NoQuery },
  responses: { 200: answers(GroupStartResource, 'The group start'), ...problems(404, 503) },
});

const create = (deps: ApiDeps) =>
  createRoute({
    method: 'post',
    path: PATH,
    tags,
    summary: 'Put destinations on air one after the other',
    description:
      'Refused as a whole, before anything starts, when the flow, a quota or a ceiling has no room for all of them. Asks with no_encoder while no encoder is connected. Starts are spread in time, so that AWS accepts the calls.',
    middleware: idempotent(deps),
    request: { query: NoQuery, headers: IdempotencyHeaders, body: takes(GroupStartInput) },
    responses: { 202: answers(GroupStartResource, 'It has begun'), ...problems(...WRITE_PROBLEMS, 409, 503) },
  });

const stop = createRoute({
  method: 'post',
  path: `${PATH}/{groupStartId}/stop`,
  tags,
  summary: 'Start nothing more',
  description: 'What was on air before the group start stays on air in any case.',
  request: { params, query: NoQuery, body: takes(GroupStopInput) },
  responses: { 200: answers(GroupStartResource, 'The group start'), ...problems(...WRITE_PROBLEMS, 404, 409, 503) },
});

/** For the typed client. */
export type GroupStartsRoutes = typeof plan | typeof list | typeof get | typeof stop | ReturnType<typeof create>;

/** Group starts: plan, begin, watch and stop. */
export function registerGroupStarts(api: Api, deps: ApiDeps, look: FlowLookMemo): void {
  const present = async (groupStart: GroupStart) =>
    toGroupStartResource(deps, groupStart, await listAllDestinations(deps));

  api.openapi(plan, async (context) => {
    const request = { input: context.req.valid('json'), records: await listAllDestinations(deps) };
    const planned = await planGroupStart(deps, look, request);
    return context.json(planned.plan, 200);
  });

  api.openapi(list, async (context) => {
    const [groupStarts, records] = await Promise.all([listGroupStarts(deps), listAllDestinations(deps)]);
    return context.json({ data: groupStarts.map((each) => toGroupStartResource(deps, each, records)) }, 200);
  });

  api.openapi(get, async (context) => {
    const { groupStartId } = context.req.valid('param');
    return context.json(await present(requireFound(await getGroupStart(deps, groupStartId), groupStartId)), 200);
  });

  api.openapi(create(deps), async (context) => {
    const input = context.req.valid('json');
    const planned = await planGroupStart(deps, look, { input, records: await listAllDestinations(deps) });
    const requestedBy = context.get('principal').id;
    const groupStart = await beginGroupStart(deps, planned, { onFailure: input.onFailure ?? 'continue', requestedBy });
    return context.json(await present(groupStart), 202);
  });

  api.openapi(stop, async (context) => {
    const { groupStartId } = context.req.valid('param');
    const request = {
      by: context.get('principal').id,
      now: deps.now(),
      stopsBegun: context.req.valid('json').begun === 'stop',
    };
    const stopped = await changeGroupStart(deps, groupStartId, (found) => requestGroupStop(found, request));
    return context.json(await present(requireFound(stopped, groupStartId)), 200);
  });
}

function requireFound(found: GroupStart | null, groupStartId: string): GroupStart {
  if (found) return found;
  throw new AppError('not_found', {
    detail: `no group start ${groupStartId}`,
    remedy: `GET ${PATH} lists the newest ${KEPT_MAX}`,
  });
}
