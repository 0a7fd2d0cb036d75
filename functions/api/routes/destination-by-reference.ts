import { isDeepStrictEqual } from 'node:util';
import { createRoute, z } from '@hono/zod-openapi';
import type { Destination } from '../../domain/destination.ts';
import { AppError } from '../../domain/errors.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { findByReference, inReferenceTurn } from '../caller-reference.ts';
import { createDestination } from '../create-destination.ts';
import { readStreamKey } from '../destination-target.ts';
import { editDestination, type EditRequest, type Fields } from '../edit-destination.ts';
import { presentDestination } from '../find-destination.ts';
import { invalidFields } from '../http/validation.ts';
import { DestinationResource } from '../schemas/destinations.ts';
import { answers, IfMatchHeaders, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { ApplyQuery, Reference, ReferenceParam, UpsertDestination } from '../schemas/destination-requests.ts';

const upsert = createRoute({
  method: 'put',
  path: '/api/destinations/by-reference/{reference}',
  tags: ['Destinations'],
  summary: 'Create or change a destination by your own id',
  description:
    'Creates the destination when no destination has this reference, otherwise changes it as PATCH does: absent fields stay, and a change that interrupts it needs ?apply. The same request again changes nothing. A passphrase is the exception: it is stored again each time, so leave it out to keep it. Two callers at once get one destination.',
  request: {
    params: z.object({ reference: ReferenceParam }),
    query: ApplyQuery,
    headers: IfMatchHeaders,
    body: takes(UpsertDestination),
  },
  responses: {
    200: answers(DestinationResource, 'The destination after the change'),
    201: answers(DestinationResource, 'The new destination; Location is its path'),
    ...problems(...WRITE_PROBLEMS, 409, 412, 503),
  },
});

/** For the typed client. */
export type DestinationByReferenceRoutes = typeof upsert;

/**
 * `PUT /api/destinations/by-reference/{reference}`. Register it before the routes of one destination, whose paths also
 * match the reference `stream-key`.
 */
export function registerDestinationByReference(api: Api, deps: ApiDeps): void {
  api.openapi(upsert, async (context) => {
    const reference = requireReference(context.req.valid('param').reference);
    const wanted = context.req.valid('json');
    const ifMatch = context.req.header('if-match');
    const requestedBy = context.get('principal').id;
    const { apply } = context.req.valid('query');
    // One at a time, so that the second caller finds what the first has created.
    const { isNew, record } = await inReferenceTurn(deps, reference, async () => {
      const found = await findByReference(deps, reference);
      if (!found) {
        if (ifMatch !== undefined) throw nothingToMatch(ifMatch);
        return { isNew: true, record: await createDestination(deps, wanted, { requestedBy, reference }) };
      }
      const request: EditRequest = { destinationId: found.destinationId, apply, ifMatch, requestedBy };
      return { isNew: false, record: await editDestination(deps, request, withoutStored(deps, found, wanted)) };
    });
    if (isNew) context.header('Location', `/api/destinations/${record.destinationId}`);
    return context.json(presentDestination(deps, context, record), isNew ? 201 : 200);
  });
}

function requireReference(text: string): string {
  const { data, error } = Reference.safeParse(text);
  if (error) throw invalidFields([{ field: 'reference', message: error.issues[0]!.message }]);
  return data;
}

/**
 * Leaves out what is stored already, so that a repeated request edits nothing. A key is compared by its fingerprint:
 * encrypted again, it would look like another key.
 */
function withoutStored(deps: ApiDeps, found: Destination, wanted: Fields): Fields {
  const fingerprints: Record<string, string | null | undefined> = {
    streamKey: found.streamKeyFingerprint,
    backupStreamKey: found.backupStreamKeyFingerprint,
  };
  const stored: Record<string, unknown> = { ...found };
  const isStored = (field: string, value: unknown): boolean =>
    typeof value === 'string' && field in fingerprints
      ? readStreamKey(deps, value).fingerprint === fingerprints[field]
      : isDeepStrictEqual(value, stored[field]);
  return Object.fromEntries(Object.entries(wanted).filter(([field, value]) => !isStored(field, value)));
}

function nothingToMatch(ifMatch: string): AppError {
  return new AppError('etag_mismatch', {
    detail: `no destination has this reference, so nothing matches ${ifMatch}`,
    remedy: 'leave If-Match out to create the destination',
  });
}
