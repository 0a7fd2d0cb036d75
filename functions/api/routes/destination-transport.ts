import { createRoute, z } from '@hono/zod-openapi';
import type { Destination } from '../../domain/destination.ts';
import type { Decision } from '../../domain/lifecycle.ts';
import { startWithinCeilings } from '../../workflow/ceilings.ts';
import { forceChange, requestChange, type Change } from '../../workflow/operations.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, IdempotencyHeaders, NoQuery, problems, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { decideRestart, decideStart } from '../../domain/requests.ts';
import { idempotent } from '../http/idempotency.ts';
import { DestinationId, ForceQuery } from '../schemas/destination-requests.ts';
import { DestinationResource } from '../schemas/destinations.ts';
import { stopOf, withdrawFromGroups } from '../stop-destination.ts';
import { presentDestination, presentOperation, requireFound } from '../find-destination.ts';

const tags = ['Destinations'];
const request = { params: z.object({ destinationId: DestinationId }), query: ForceQuery, headers: IdempotencyHeaders };

const ACTIONS = {
  start: {
    about: { summary: 'Put a destination on air' },
    done: 'The destination is already on air or starting',
    begun: 'The start began; Location is the operation',
  },
  stop: {
    about: {
      summary: 'Take a destination off air',
      description: 'Also stops a destination that is starting, and releases what the start has created.',
    },
    done: 'The destination is already off air or stopping',
    begun: 'The stop began; Location is the operation',
  },
} as const;

const restart = createRoute({
  method: 'post',
  tags,
  request: { ...request, query: NoQuery },
  path: '/api/destinations/{destinationId}/restart',
  summary: 'Restart a destination',
  responses: {
    202: answers(DestinationResource, 'The stop began, and the start follows; Location is the operation'),
    ...problems(...WRITE_PROBLEMS, 404, 409, 503),
  },
});

const transport = (action: keyof typeof ACTIONS) => {
  const { about, done, begun } = ACTIONS[action];
  return createRoute({
    method: 'post',
    tags,
    request,
    path: `/api/destinations/{destinationId}/${action}`,
    ...about,
    responses: {
      200: answers(DestinationResource, done),
      202: answers(DestinationResource, begun),
      ...problems(...WRITE_PROBLEMS, 404, 409, 503),
    },
  });
};

/** For the typed client. */
export type DestinationTransportRoutes = typeof restart | ReturnType<typeof transport>;

/** Start and stop of one destination. A repeated request is not an error: it returns 200 and begins nothing. */
export function registerDestinationTransport(api: Api, deps: ApiDeps): void {
  const middleware = idempotent(deps);

  for (const action of ['start', 'stop'] as const) {
    api.openapi({ ...transport(action), middleware }, async (context) => {
      const { destinationId } = context.req.valid('param');
      const isForced = context.req.valid('query').force === 'true';
      const requestedBy = context.get('principal').id;
      const ask = (decide: (record: Destination) => Decision) =>
        (isForced ? forceChange : requestChange)(deps, destinationId, { requestedBy, decide });
      const stop = async () => {
        const withdrawn = await withdrawFromGroups(deps, [destinationId], requestedBy);
        return ask(stopOf(withdrawn.has(destinationId), { by: requestedBy, now: deps.now() }));
      };
      const change = await (action === 'start'
        ? startWithinCeilings(deps, destinationId, () => ask(decideStart))
        : stop());
      const found = requireFound(change, destinationId);
      return isNews(found)
        ? context.json(presentOperation(deps, context, found.record), 202)
        : context.json(presentDestination(deps, context, found.record), 200);
    });
  }

  api.openapi({ ...restart, middleware }, async (context) => {
    const { destinationId } = context.req.valid('param');
    const requestedBy = context.get('principal').id;
    const ask = () => requestChange(deps, destinationId, { requestedBy, decide: decideRestart });
    const change = await startWithinCeilings(deps, destinationId, ask, { isAgain: true });
    return context.json(presentOperation(deps, context, requireFound(change, destinationId).record), 202);
  });
}

/** Returns true when there is an operation to follow, and this call has begun it or given it another end. */
function isNews({ before, record: { desired, operation } }: Change): boolean {
  if (operation === null) return false;
  return desired !== before.desired || operation.operationId !== before.operation?.operationId;
}
