import type { z } from '@hono/zod-openapi';
import { getDestination } from '../aws/destination-table.ts';
import { pricingOf } from '../aws/pricing-of.ts';
import type { Destination } from '../domain/destination.ts';
import { AppError } from '../domain/errors.ts';
import type { ApiContext, ApiDeps } from './api-deps.ts';
import { etagOf } from '../domain/etag.ts';
import { toDestinationResource, type ResourceView } from './views/resources.ts';
import type { DestinationResource } from './schemas/destinations.ts';

/** Path of operations, to which a 202 points. */
const OPERATIONS_PATH = '/api/operations';

/** Reads a record. @throws {AppError} `not_found` */
export async function findDestination(deps: ApiDeps, destinationId: string): Promise<Destination> {
  return requireFound(await getDestination(deps, destinationId), destinationId);
}

/** Returns what was found of a destination. @throws {AppError} `not_found` when it is null */
export function requireFound<Found>(found: Found | null, destinationId: string): Found {
  if (found) return found;
  throw new AppError('not_found', {
    detail: `no destination ${destinationId}`,
    remedy: 'it may have been deleted; GET /api/destinations lists all destinations',
  });
}

/** Returns the inputs of the views for one answer. */
export function resourceView(deps: ApiDeps, context: ApiContext): ResourceView {
  return viewFor(deps, context.get('principal').role);
}

/** The same for a role, where a request has no caller. */
export function viewFor(deps: ApiDeps, role: ResourceView['role']): ResourceView {
  return {
    role,
    now: deps.now(),
    freshSeconds: deps.freshSeconds,
    pricing: pricingOf(deps),
    isBilled: !deps.embedded,
  };
}

/** Sets the headers of an answer with a destination and returns its body. */
export function presentDestination(
  deps: ApiDeps,
  context: ApiContext,
  record: Destination,
): z.infer<typeof DestinationResource> {
  context.header('ETag', etagOf(record));
  if (record.operation) context.header('Operation-Id', record.operation.operationId);
  return toDestinationResource(record, resourceView(deps, context));
}

/** As above, for a 202: `Location` is the path of the operation. */
export function presentOperation(
  deps: ApiDeps,
  context: ApiContext,
  record: Destination,
): z.infer<typeof DestinationResource> {
  if (record.operation) context.header('Location', `${OPERATIONS_PATH}/${record.operation.operationId}`);
  return presentDestination(deps, context, record);
}
