import { createRoute, type z } from '@hono/zod-openapi';
import { listAllDestinations } from '../../aws/destination-table.ts';
import { listGroupStarts } from '../../aws/group-start-table.ts';
import type { Destination } from '../../domain/destination.ts';
import { whyNotStarted } from '../../domain/group-start.ts';
import { requireChangeable } from '../../domain/requests.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { beginGroupStart, GROUP_STARTS_PATH } from '../begin-group-start.ts';
import { idsOfGroup } from '../choose-destinations.ts';
import { idempotent } from '../http/idempotency.ts';
import { explain } from '../http/problem.ts';
import { planGroupStart } from '../plan-group-start.ts';
import { BulkStartResult } from '../schemas/destinations.ts';
import { answers, IdempotencyHeaders, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { BulkStartRequest } from '../schemas/destination-requests.ts';
import type { FlowLookMemo } from '../views/flow-status.ts';
import { requireFound } from '../find-destination.ts';

type ItemResult = z.infer<typeof BulkStartResult>['results'][number];

const start = createRoute({
  method: 'post',
  path: '/api/destinations/start',
  tags: ['Destinations'],
  summary: 'Put several destinations on air',
  description:
    'Returns one result per item. What can start becomes one group start, whose path is the Location: it starts one destination after the other, as fast as AWS accepts the calls. Refused as a whole, before anything starts, when the flow, a quota or a ceiling has no room for all of them. Asks with no_encoder while no encoder is connected.',
  request: { query: NoQuery, headers: IdempotencyHeaders, body: takes(BulkStartRequest) },
  responses: {
    202: answers(BulkStartResult, 'One result per item'),
    ...problems(...WRITE_PROBLEMS, 409, 503),
  },
});

/** For the typed client. */
export type DestinationBulkStartRoutes = typeof start;

/** `POST /api/destinations/start`: one result per item. Those that can start become one group start. */
export function registerDestinationBulkStart(api: Api, deps: ApiDeps, look: FlowLookMemo): void {
  api.openapi({ ...start, middleware: idempotent(deps) }, async (context) => {
    const { group, ids: chosen, withoutEncoder } = context.req.valid('json');
    const records = await listAllDestinations(deps);
    const known = new Map(records.map((record) => [record.destinationId, record]));
    const waiting = await listWaiting(deps);
    const results = [...new Set(chosen ?? idsOfGroup(records, group))].map((id) => judge(id, known.get(id), waiting));
    const ids = results.filter(({ outcome }) => outcome === 'accepted').map(({ destinationId }) => destinationId);
    if (ids.length === 0) return context.json({ results, groupStartId: null }, 202);
    const planned = await planGroupStart(deps, look, { input: { ids, withoutEncoder }, records });
    const requestedBy = context.get('principal').id;
    const { groupStartId } = await beginGroupStart(deps, planned, { onFailure: 'continue', requestedBy });
    context.header('Location', `${GROUP_STARTS_PATH}/${groupStartId}`);
    return context.json({ results, groupStartId }, 202);
  });
}

/** Returns in which group start a destination waits for its turn, by destination. */
async function listWaiting(deps: ApiDeps): Promise<Map<string, string>> {
  const waiting = new Map<string, string>();
  for (const { destinations, groupStartId } of await listGroupStarts(deps)) {
    for (const { destinationId, state } of destinations) {
      if (state === 'waiting') waiting.set(destinationId, groupStartId);
    }
  }
  return waiting;
}

function judge(
  destinationId: string,
  found: Destination | undefined,
  waiting: ReadonlyMap<string, string>,
): ItemResult {
  const nothing = { operationId: null, code: null, detail: null };
  try {
    const record = requireFound(found ?? null, destinationId);
    requireChangeable(record, 'start');
    const { operation, status } = record;
    const groupStartId = waiting.get(destinationId);
    const reason = groupStartId ? `it waits for its turn in the group start ${groupStartId}` : whyNotStarted(record);
    if (reason === null) return { destinationId, outcome: 'accepted', status, ...nothing };
    const operationId = operation?.operationId ?? null;
    return { ...nothing, destinationId, outcome: 'unchanged', status, operationId, detail: reason };
  } catch (error) {
    const { code, detail } = explain(error);
    return { destinationId, outcome: 'refused', status: found?.status ?? null, operationId: null, code, detail };
  }
}
