import { createRoute, z } from '@hono/zod-openapi';
import { etagOf } from '../../domain/etag.ts';
import type { Apply } from '../../domain/requests.ts';
import type { Api, ApiContext, ApiDeps } from '../api-deps.ts';
import { editDestination, type EditRequest } from '../edit-destination.ts';
import { DestinationResource } from '../schemas/destinations.ts';
import { answers, IfMatchHeaders, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import {
  ApplyQuery,
  DestinationId,
  PatchDestination,
  PutStreamKey,
  ReplaceDestination,
} from '../schemas/destination-requests.ts';
import { presentDestination } from '../find-destination.ts';

const tags = ['Destinations'];
const request = { params: z.object({ destinationId: DestinationId }), query: ApplyQuery, headers: IfMatchHeaders };
const responses = {
  200: answers(DestinationResource, 'The destination after the edit'),
  ...problems(...WRITE_PROBLEMS, 404, 409, 412, 503),
};

const replace = createRoute({
  method: 'put',
  path: '/api/destinations/{destinationId}',
  tags,
  summary: 'Replace the configuration of a destination',
  description: 'Without streamKey, the stored stream key stays.',
  request: { ...request, body: takes(ReplaceDestination) },
  responses,
});

const patch = createRoute({
  method: 'patch',
  path: '/api/destinations/{destinationId}',
  tags,
  summary: 'Change some fields of a destination',
  description:
    'Name, group, standby and position apply at once. Other changes need ?apply while the destination may be on air.',
  request: { ...request, body: takes(PatchDestination) },
  responses,
});

const putStreamKey = createRoute({
  method: 'put',
  path: '/api/destinations/{destinationId}/stream-key',
  tags,
  summary: 'Replace the stream key',
  description: 'The stream key can be written but never read. An SRT destination has a passphrase instead: PATCH it.',
  request: { ...request, body: takes(PutStreamKey) },
  responses: {
    204: { description: 'Stored' },
    ...problems(...WRITE_PROBLEMS, 404, 409, 412, 503),
  },
});

/** For the typed client. */
export type DestinationEditRoutes = typeof replace | typeof patch | typeof putStreamKey;

/** Editing a destination: PUT, PATCH, and PUT of its stream key. */
export function registerDestinationEdit(api: Api, deps: ApiDeps): void {
  api.openapi(replace, async (context) => {
    const asked = readEditRequest(context, context.req.valid('param').destinationId, context.req.valid('query').apply);
    return context.json(
      presentDestination(deps, context, await editDestination(deps, asked, context.req.valid('json'))),
      200,
    );
  });

  api.openapi(patch, async (context) => {
    const asked = readEditRequest(context, context.req.valid('param').destinationId, context.req.valid('query').apply);
    return context.json(
      presentDestination(deps, context, await editDestination(deps, asked, context.req.valid('json'))),
      200,
    );
  });

  api.openapi(putStreamKey, async (context) => {
    const asked = readEditRequest(context, context.req.valid('param').destinationId, context.req.valid('query').apply);
    const record = await editDestination(deps, asked, context.req.valid('json'));
    context.header('ETag', etagOf(record));
    return context.body(null, 204);
  });
}

function readEditRequest(context: ApiContext, destinationId: string, apply: Apply): EditRequest {
  return { destinationId, apply, ifMatch: context.req.header('if-match'), requestedBy: context.get('principal').id };
}
