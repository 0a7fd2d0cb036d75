import { createRoute, z } from '@hono/zod-openapi';
import type { Destination } from '../../domain/destination.ts';
import { forceChange, requestChange } from '../../workflow/operations.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, IdempotencyHeaders, NoQuery, problems, WRITE_PROBLEMS } from '../contract.ts';
import { startOperation, stopOperation, withRestart, withStart, withStop } from '../destination-change.ts';
import { idempotent } from '../idempotency.ts';
import { DestinationId, DestinationResource, ForceQuery } from '../schemas.ts';
import { presentDestination, presentOperation, requireFound } from './find-destination.ts';

const tags = ['Destinations'];
const request = { params: z.object({ destinationId: DestinationId }), query: ForceQuery, headers: IdempotencyHeaders };

/** Starting and stopping one destination. A repeated wish is no error: it is answered 200 and begins nothing. */
export function registerDestinationTransport(api: Api, deps: ApiDeps): void {
  const middleware = idempotent(deps);

  const start = createRoute({
    method: 'post',
    tags,
    middleware,
    request,
    path: '/api/destinations/{destinationId}/start',
    summary: 'Put a destination on air',
    responses: {
      200: answers(DestinationResource, 'It is on air or on its way already'),
      202: answers(DestinationResource, 'It starts; Location leads to the operation'),
      ...problems(...WRITE_PROBLEMS, 404, 409, 503),
    },
  });
  api.openapi(start, async (context) => {
    const { destinationId } = context.req.valid('param');
    let isNews = false;
    const isForced = context.req.valid('query').force === 'true';
    const record = await (isForced ? forceChange : requestChange)(deps, destinationId, {
      requestedBy: context.get('principal').id,
      operation: startOperation,
      change: (before) => {
        const after = withStart(before);
        isNews = isForced || after !== before || (before.operation === null && startOperation(before) !== null);
        return after;
      },
    });
    const found = requireFound(record, destinationId);
    return isNews
      ? context.json(presentOperation(deps, context, found), 202)
      : context.json(presentDestination(deps, context, found), 200);
  });

  const stop = createRoute({
    method: 'post',
    tags,
    middleware,
    request,
    path: '/api/destinations/{destinationId}/stop',
    summary: 'Take a destination off air',
    description: 'Works while it starts, too: what was made so far is released.',
    responses: {
      200: answers(DestinationResource, 'It is off air or on its way already'),
      202: answers(DestinationResource, 'It stops; Location leads to the operation'),
      ...problems(...WRITE_PROBLEMS, 404, 409, 503),
    },
  });
  api.openapi(stop, async (context) => {
    const { destinationId } = context.req.valid('param');
    let before: Destination | undefined;
    const isForced = context.req.valid('query').force === 'true';
    const record = await (isForced ? forceChange : requestChange)(deps, destinationId, {
      requestedBy: context.get('principal').id,
      operation: stopOperation,
      change: (found) => {
        before = found;
        return withStop(found);
      },
    });
    const after = requireFound(record, destinationId);
    const isNews = after.operation !== null && (before?.desired !== 'idle' || before.operation === null);
    return isNews
      ? context.json(presentOperation(deps, context, after), 202)
      : context.json(presentDestination(deps, context, after), 200);
  });

  const restart = createRoute({
    method: 'post',
    tags,
    middleware,
    request: { ...request, query: NoQuery },
    path: '/api/destinations/{destinationId}/restart',
    summary: 'Stop and start a destination in one go',
    responses: {
      202: answers(DestinationResource, 'It stops and then starts again; Location leads to the operation'),
      ...problems(...WRITE_PROBLEMS, 404, 409, 503),
    },
  });
  api.openapi(restart, async (context) => {
    const { destinationId } = context.req.valid('param');
    const record = await requestChange(deps, destinationId, {
      requestedBy: context.get('principal').id,
      change: withRestart,
      operation: startOperation,
    });
    return context.json(presentOperation(deps, context, requireFound(record, destinationId)), 202);
  });
}
