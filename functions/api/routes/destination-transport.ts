import { createRoute, z } from '@hono/zod-openapi';
import type { Destination } from '../../domain/destination.ts';
import { forceChange, requestChange } from '../../workflow/operations.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, IdempotencyHeaders, NoQuery, problems, WRITE_PROBLEMS } from '../schemas/contract.ts';
import { startOperation, stopOperation, withRestart, withStart, withStop } from '../../domain/requests.ts';
import { idempotent } from '../http/idempotency.ts';
import { DestinationId, ForceQuery } from '../schemas/requests.ts';
import { DestinationResource } from '../schemas/answers.ts';
import { presentDestination, presentOperation, requireFound } from './find-destination.ts';

const tags = ['Destinations'];
const request = { params: z.object({ destinationId: DestinationId }), query: ForceQuery, headers: IdempotencyHeaders };

const ACTIONS = {
  start: {
    about: { summary: 'Put a destination on air' },
    done: 'The destination is already on air or starting',
    begun: 'The start began; Location is the operation',
    change: withStart,
    operation: startOperation,
  },
  stop: {
    about: {
      summary: 'Take a destination off air',
      description: 'Also stops a destination that is starting, and releases what the start has created.',
    },
    done: 'The destination is already off air or stopping',
    begun: 'The stop began; Location is the operation',
    change: withStop,
    operation: stopOperation,
  },
} as const;

/** Start and stop of one destination. A repeated request is not an error: it returns 200 and begins nothing. */
export function registerDestinationTransport(api: Api, deps: ApiDeps): void {
  const middleware = idempotent(deps);

  for (const action of ['start', 'stop'] as const) {
    const { about, done, begun, change, operation } = ACTIONS[action];
    const route = createRoute({
      method: 'post',
      tags,
      middleware,
      request,
      path: `/api/destinations/{destinationId}/${action}`,
      ...about,
      responses: {
        200: answers(DestinationResource, done),
        202: answers(DestinationResource, begun),
        ...problems(...WRITE_PROBLEMS, 404, 409, 503),
      },
    });
    api.openapi(route, async (context) => {
      const { destinationId } = context.req.valid('param');
      const isForced = context.req.valid('query').force === 'true';
      let before: Destination | undefined;
      const record = await (isForced ? forceChange : requestChange)(deps, destinationId, {
        requestedBy: context.get('principal').id,
        operation,
        change: (found) => {
          before = found;
          return change(found);
        },
      });
      const after = requireFound(record, destinationId);
      return isNews(before, after)
        ? context.json(presentOperation(deps, context, after), 202)
        : context.json(presentDestination(deps, context, after), 200);
    });
  }

  const restart = createRoute({
    method: 'post',
    tags,
    middleware,
    request: { ...request, query: NoQuery },
    path: '/api/destinations/{destinationId}/restart',
    summary: 'Restart a destination',
    responses: {
      202: answers(DestinationResource, 'The stop began, and the start follows; Location is the operation'),
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

/** Returns true when this call has begun an operation or changed the outcome of the running one. */
function isNews(before: Destination | undefined, { desired, operation }: Destination): boolean {
  if (operation === null) return false;
  return desired !== before?.desired || operation.operationId !== before.operation?.operationId;
}
