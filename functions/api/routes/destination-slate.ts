import { createRoute, z } from '@hono/zod-openapi';
import type { Api, ApiDeps } from '../api-deps.ts';
import { idempotent } from '../http/idempotency.ts';
import { DestinationResource } from '../schemas/destinations.ts';
import { answers, IdempotencyHeaders, NoQuery, problems, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { DestinationId } from '../schemas/destination-requests.ts';
import { changeSlate, SLATE_ACTIONS, type SlateAction } from '../slate.ts';
import { presentDestination, requireFound } from '../find-destination.ts';

const ABOUT = {
  'show-slate': {
    summary: 'Show the slate on one destination',
    description:
      'Covers the picture; the sound of the source continues. Costs as before. It stays until it is ended, and ends with the run.',
    done: 'The slate is already shown',
    begun: 'The slate is requested; slate.state says when it is shown',
  },
  'end-slate': {
    summary: 'End the slate on one destination',
    description: 'The picture returns. Does nothing without a slate.',
    done: 'There is no slate, or its end is already requested',
    begun: 'The end is requested; slate is null when the picture has returned',
  },
} as const;

const slating = (action: SlateAction) => {
  const { begun, done, ...about } = ABOUT[action];
  return createRoute({
    method: 'post',
    path: `/api/destinations/{destinationId}/${action}`,
    tags: ['Destinations'],
    ...about,
    request: { params: z.object({ destinationId: DestinationId }), query: NoQuery, headers: IdempotencyHeaders },
    responses: {
      200: answers(DestinationResource, done),
      202: answers(DestinationResource, begun),
      ...problems(...WRITE_PROBLEMS, 404, 409, 503),
    },
  });
};

/** For the typed client. */
export type DestinationSlateRoutes = ReturnType<typeof slating>;

/** The slate of one destination: a repeated request changes nothing and returns 200. */
export function registerDestinationSlate(api: Api, deps: ApiDeps): void {
  const middleware = idempotent(deps);
  for (const action of SLATE_ACTIONS) {
    api.openapi({ ...slating(action), middleware }, async (context) => {
      const { destinationId } = context.req.valid('param');
      const requestedBy = context.get('principal').id;
      const found = requireFound(await changeSlate(deps, destinationId, { action, requestedBy }), destinationId);
      const body = presentDestination(deps, context, found.record);
      return found.record.writeCount === found.before.writeCount ? context.json(body, 200) : context.json(body, 202);
    });
  }
}
