import { createRoute, z } from '@hono/zod-openapi';
import { getDestination } from '../../aws/destination-table.ts';
import { getOperation } from '../../aws/history-table.ts';
import { AppError } from '../../domain/errors.ts';
import { parseOperationId } from '../../domain/lifecycle.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, NoQuery, problems } from '../schemas/openapi-parts.ts';
import { toOperationResource } from '../views/resources.ts';
import { OperationId, OperationResource } from '../schemas/operations.ts';

const operation = createRoute({
  method: 'get',
  path: '/api/operations/{operationId}',
  tags: ['Operations'],
  summary: 'Get the progress and outcome of an operation',
  description: 'Kept for 90 days, also after its destination is deleted.',
  request: { params: z.object({ operationId: OperationId }), query: NoQuery },
  responses: { 200: answers(OperationResource, 'The operation'), ...problems(404, 503) },
});

/** For the typed client. */
export type OperationsRoutes = typeof operation;

/** `GET /api/operations/{operationId}`. */
export function registerOperations(api: Api, deps: ApiDeps): void {
  api.openapi(operation, async (context) => {
    const { operationId } = context.req.valid('param');
    const parsed = parseOperationId(operationId);
    if (!parsed) throw missing(operationId);
    const { destinationId, generation } = parsed;
    const record = await getDestination(deps, destinationId);
    const found =
      record?.operation?.operationId === operationId
        ? record.operation
        : await getOperation(deps, destinationId, generation);
    if (found?.operationId !== operationId) throw missing(operationId);
    return context.json(toOperationResource(destinationId, found), 200);
  });
}

function missing(operationId: string): AppError {
  return new AppError('not_found', {
    detail: `no operation ${operationId}`,
    remedy: 'the destination shows its running operation; finished operations are kept for 90 days',
  });
}
