import { createRoute, z } from '@hono/zod-openapi';
import { forceChange, requestChange } from '../../workflow/operations.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { withFreeReference } from '../caller-reference.ts';
import { createDestination } from '../create-destination.ts';
import {
  answers,
  IdempotencyHeaders,
  IfMatchHeaders,
  NoQuery,
  problems,
  takes,
  WRITE_PROBLEMS,
} from '../schemas/openapi-parts.ts';
import { decideDelete, requireMatch } from '../../domain/requests.ts';
import { idempotent } from '../http/idempotency.ts';
import { CreateDestination, DeleteQuery, DestinationId } from '../schemas/destination-requests.ts';
import { DestinationResource } from '../schemas/destinations.ts';
import { findStarter, requireNotWanted } from '../require-not-wanted.ts';
import { findDestination, presentDestination, presentOperation, requireFound } from '../find-destination.ts';

const tags = ['Destinations'];
const params = z.object({ destinationId: DestinationId });

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
  description:
    'Releases its AWS resources, then deletes the record. Refuses a destination that is wanted on air, or that a running group start or show has still to start, unless stop is true.',
  request: { params, query: DeleteQuery, headers: IfMatchHeaders },
  responses: {
    202: answers(DestinationResource, 'The deletion began; Location is the operation'),
    ...problems(...WRITE_PROBLEMS, 404, 409, 412, 503),
  },
});

const create = createRoute({
  method: 'post',
  path: '/api/destinations',
  tags,
  summary: 'Add a destination',
  description: 'Creates the channel of a warm destination at once, stopped. A cold one gets its channel at the start.',
  request: { query: NoQuery, headers: IdempotencyHeaders, body: takes(CreateDestination) },
  responses: {
    201: answers(DestinationResource, 'The stored destination; Location is its path'),
    ...problems(...WRITE_PROBLEMS, 409, 503),
  },
});

/** For the typed client. */
export type DestinationsRoutes = typeof get | typeof remove | typeof create;

/** `/api/destinations` and one destination: create, get, delete. */
export function registerDestinations(api: Api, deps: ApiDeps): void {
  api.openapi({ ...create, middleware: idempotent(deps) }, async (context) => {
    const requestedBy = context.get('principal').id;
    const { reference = null, ...wanted } = context.req.valid('json');
    const record = await withFreeReference(deps, { reference, destinationId: null }, () =>
      createDestination(deps, wanted, { requestedBy, reference }),
    );
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
    const { force, stop } = context.req.valid('query');
    const stops = stop === 'true';
    const starter = stops ? null : await findStarter(deps, destinationId);
    const change = await (force === 'true' ? forceChange : requestChange)(deps, destinationId, {
      requestedBy: context.get('principal').id,
      decide: (before) => {
        requireMatch(before, ifMatch);
        const decision = decideDelete(before);
        if (!stops) requireNotWanted(before, starter);
        return decision;
      },
    });
    return context.json(presentOperation(deps, context, requireFound(change, destinationId).record), 202);
  });
}
