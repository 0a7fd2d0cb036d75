import { createRoute, z } from '@hono/zod-openapi';
import { getDestination, insertDestination, listDestinations } from '../../aws/destination-table.ts';
import { PRIMARY_DESTINATION_ID, type Destination } from '../../domain/destination.ts';
import { newDestination } from '../../domain/new-destination.ts';
import { withOperation } from '../../domain/lifecycle.ts';
import { forceChange, requestChange, startQuietly } from '../../workflow/operations.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, IdempotencyHeaders, IfMatchHeaders, NoQuery, problems, takes, WRITE_PROBLEMS } from '../contract.ts';
import { requireMatch, withDelete } from '../destination-change.ts';
import {
  checkTarget,
  readStreamKey,
  requireKeyShape,
  requireNoDuplicate,
  sealStreamKey,
} from '../destination-target.ts';
import { idempotent } from '../idempotency.ts';
import { fromCursor, toCursor } from '../paging.ts';
import { toDestinationResource } from '../resources.ts';
import { CreateDestination, DestinationId, ForceQuery, ListQuery } from '../request-schemas.ts';
import { DestinationList, DestinationResource } from '../schemas.ts';
import {
  findDestination,
  presentDestination,
  presentOperation,
  requireFound,
  resourceView,
} from './find-destination.ts';

const tags = ['Destinations'];
const params = z.object({ destinationId: DestinationId });

const list = createRoute({
  method: 'get',
  path: '/api/destinations',
  tags,
  summary: 'List destinations',
  description: 'Oldest first. Never waits on AWS’s media services: it gives the last observation and its time.',
  request: { query: ListQuery },
  responses: { 200: answers(DestinationList, 'One page'), ...problems(503) },
});

const get = createRoute({
  method: 'get',
  path: '/api/destinations/{destinationId}',
  tags,
  summary: 'Get one destination',
  request: { params, query: NoQuery },
  responses: { 200: answers(DestinationResource, 'The destination; its ETag guards an edit'), ...problems(404, 503) },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/destinations/{destinationId}',
  tags,
  summary: 'Delete a destination',
  description: 'Always works, on air too: everything it holds in AWS is released, then the record goes.',
  request: { params, query: ForceQuery, headers: IfMatchHeaders },
  responses: {
    202: answers(DestinationResource, 'It is being released; Location leads to the operation'),
    ...problems(...WRITE_PROBLEMS, 404, 409, 412, 503),
  },
});

/** `/api/destinations` and one destination: list, create, get, delete. */
export function registerDestinations(api: Api, deps: ApiDeps): void {
  api.openapi(list, async (context) => {
    const { limit, cursor, ...filter } = context.req.valid('query');
    const after = cursor === undefined ? undefined : fromCursor(cursor);
    const { records, more } = await collect(deps, { limit, after, filter });
    const view = resourceView(deps, context);
    const last = records.at(-1);
    return context.json(
      {
        data: records.map((record) => toDestinationResource(record, view)),
        nextCursor: more && last ? toCursor(last.destinationId) : null,
      },
      200,
    );
  });

  const create = createRoute({
    method: 'post',
    path: '/api/destinations',
    tags,
    summary: 'Add a destination',
    description: 'A warm destination’s channel is made at once, stopped; a cold one’s is made on start.',
    middleware: idempotent(deps),
    request: { query: NoQuery, headers: IdempotencyHeaders, body: takes(CreateDestination) },
    responses: {
      201: answers(DestinationResource, 'It is stored; Location leads to it'),
      ...problems(...WRITE_PROBLEMS, 409, 503),
    },
  });
  api.openapi(create, async (context) => {
    const record = await insert(deps, context.req.valid('json'), context.get('principal').id);
    context.header('Location', `/api/destinations/${record.destinationId}`);
    return context.json(presentDestination(deps, context, record), 201);
  });

  api.openapi(get, async (context) => {
    const record = await findDestination(deps, context.req.valid('param').destinationId);
    return context.json(presentDestination(deps, context, record), 200);
  });

  api.openapi(remove, async (context) => {
    const { destinationId } = context.req.valid('param');
    const ifMatch = context.req.valid('header')['If-Match'];
    const isForced = context.req.valid('query').force === 'true';
    const record = await (isForced ? forceChange : requestChange)(deps, destinationId, {
      requestedBy: context.get('principal').id,
      change: (before) => {
        requireMatch(before, ifMatch);
        return withDelete(before);
      },
    });
    return context.json(presentOperation(deps, context, requireFound(record, destinationId)), 202);
  });
}

/** Reads until the page is full: a filter thins the pages of the table out, and must not end the list early. */
async function collect(
  deps: ApiDeps,
  wanted: { limit: number; after: string | undefined; filter: { status?: string; platform?: string; group?: string } },
): Promise<{ records: Destination[]; more: boolean }> {
  const { limit, filter } = wanted;
  const found: Destination[] = [];
  let after = wanted.after;
  for (;;) {
    const page = await listDestinations(deps, { limit: limit + 1, after });
    for (const record of page.records) {
      if (filter.status !== undefined && record.status !== filter.status) continue;
      if (filter.platform !== undefined && record.platform !== filter.platform) continue;
      if (filter.group !== undefined && record.group !== filter.group) continue;
      if (found.length === limit) return { records: found, more: true };
      found.push(record);
    }
    if (page.last === null) return { records: found, more: false };
    after = page.last;
  }
}

async function insert(
  deps: ApiDeps,
  wanted: z.infer<typeof CreateDestination>,
  requestedBy: string,
): Promise<Destination> {
  const streamKey = readStreamKey(deps, wanted.streamKey);
  const target = await checkTarget(
    deps,
    { platform: wanted.platform, rtmpUrl: wanted.rtmpUrl, preset: wanted.preset },
    { fingerprint: streamKey.fingerprint, given: wanted.streamKey },
  );
  requireKeyShape(target, wanted.streamKey);
  await requireNoDuplicate(deps, { ...target, destinationId: null, streamKeyFingerprint: streamKey.fingerprint });
  // The preview mostly ran before: its times tell the first start of this one when AWS is about done.
  const { tookMs } = (await getDestination(deps, PRIMARY_DESTINATION_ID)) ?? {};
  for (;;) {
    const destinationId = deps.newDestinationId();
    const stored = await sealStreamKey(deps, destinationId, streamKey);
    const now = deps.now();
    const { name, group = null, standby = deps.deployment.defaultStandby } = wanted;
    const chosen = { destinationId, name, group, ...target, ...stored, standby, ...(tookMs ? { tookMs } : {}) };
    const idle = newDestination(chosen, now);
    const record = idle.standby === 'warm' ? withOperation(idle, 'create', { now, requestedBy }) : idle;
    if (!(await insertDestination(deps, record))) continue;
    await startQuietly(deps, record);
    return record;
  }
}
