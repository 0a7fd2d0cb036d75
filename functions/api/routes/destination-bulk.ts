import { createRoute, type z } from '@hono/zod-openapi';
import { listAllDestinations } from '../../aws/destination-table.ts';
import type { Destination } from '../../domain/destination.ts';
import type { AppError } from '../../domain/errors.ts';
import { requestChange, type Change } from '../../workflow/operations.ts';
import { idsOfGroup } from '../choose-destinations.ts';
import { changeSlate, type SlateAction } from '../slate.ts';
import { stopOf, withdrawFromGroups } from '../stop-destination.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, IdempotencyHeaders, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { idempotent } from '../http/idempotency.ts';
import { explain, logFailure, statusOf } from '../http/problem.ts';
import { BulkRequest } from '../schemas/destination-requests.ts';
import { BulkResult } from '../schemas/destinations.ts';
import { requireFound } from '../find-destination.ts';

/** Carries out a request on one destination. Notes the status that the record had when it was read. */
type Act = (
  deps: ApiDeps,
  destinationId: string,
  request: { requestedBy: string; isWithdrawn: boolean; note: (record: Destination) => void },
) => Promise<Pick<Change, 'before' | 'record'> | null>;

const stop: Act = (deps, destinationId, { isWithdrawn, note, requestedBy }) => {
  const decide = stopOf(isWithdrawn, { by: requestedBy, now: deps.now() });
  return requestChange(deps, destinationId, {
    requestedBy,
    decide: (record) => {
      note(record);
      return decide(record);
    },
  });
};

const ACTIONS = {
  stop: { summary: 'Take several destinations off air', act: stop },
  'show-slate': { summary: 'Show the slate on several destinations', act: toSlateAct('show-slate') },
  'end-slate': { summary: 'End the slate on several destinations', act: toSlateAct('end-slate') },
} as const satisfies Record<string, { summary: string; act: Act }>;

function toSlateAct(action: SlateAction): Act {
  return (deps, destinationId, { note, requestedBy }) =>
    changeSlate(deps, destinationId, { action, requestedBy, onRead: note });
}

const BULK_ACTIONS = Object.keys(ACTIONS) as (keyof typeof ACTIONS)[];

type ItemResult = z.infer<typeof BulkResult>['results'][number];

const bulk = (action: keyof typeof ACTIONS) =>
  createRoute({
    method: 'post',
    path: `/api/destinations/${action}`,
    tags: ['Destinations'],
    summary: ACTIONS[action].summary,
    description: 'Handles the items independently and returns one result for each.',
    request: { query: NoQuery, headers: IdempotencyHeaders, body: takes(BulkRequest) },
    responses: {
      202: answers(BulkResult, 'One result per item'),
      ...problems(...WRITE_PROBLEMS, 409, 503),
    },
  });

/** For the typed client. */
export type DestinationBulkRoutes = ReturnType<typeof bulk>;

/** `POST /api/destinations/stop`, `/show-slate` and `/end-slate`: one result per item, not all-or-nothing. */
export function registerDestinationBulk(api: Api, deps: ApiDeps): void {
  for (const action of BULK_ACTIONS) {
    api.openapi({ ...bulk(action), middleware: idempotent(deps) }, async (context) => {
      const { ids, group } = context.req.valid('json');
      const destinationIds = [...new Set(ids ?? idsOfGroup(await listAllDestinations(deps), group))];
      const requestedBy = context.get('principal').id;
      const withdrawn = action === 'stop' ? await withdrawFromGroups(deps, destinationIds, requestedBy) : null;
      const results: ItemResult[] = [];
      const failures: AppError[] = [];
      // Sequential, because MediaLive and Step Functions limit request rates; also keeps the requested order.
      for (const destinationId of destinationIds) {
        const isWithdrawn = withdrawn?.has(destinationId) ?? false;
        const { result, failure } = await actOnOne(deps, destinationId, action, { requestedBy, isWithdrawn });
        results.push(result);
        if (failure) failures.push(failure);
      }
      // Every item failed, and none because of the caller.
      if (failures.length > 0 && failures.length === results.length) throw failures[0]!;
      for (const each of failures) logFailure(deps.logger, each, { requestId: context.get('requestId'), action });
      return context.json({ results }, 202);
    });
  }
}

async function actOnOne(
  deps: ApiDeps,
  destinationId: string,
  action: keyof typeof ACTIONS,
  request: { requestedBy: string; isWithdrawn: boolean },
): Promise<{ result: ItemResult; failure?: AppError }> {
  /** As read when it was refused. */
  let status: Destination['status'] | null = null;
  try {
    const note = (record: Destination) => void ({ status } = record);
    const change = await ACTIONS[action].act(deps, destinationId, { ...request, note });
    const { before, record } = requireFound(change, destinationId);
    const result: ItemResult = {
      destinationId,
      outcome: record.writeCount === before.writeCount ? 'unchanged' : 'accepted',
      status: record.status,
      operationId: record.operation?.operationId ?? null,
      code: null,
      detail: null,
    };
    return { result };
  } catch (thrown) {
    // Earlier items are done, so the answer has to report them.
    const error = explain(thrown);
    const result: ItemResult = {
      destinationId,
      outcome: 'refused',
      status,
      operationId: null,
      code: error.code,
      detail: error.detail,
    };
    return statusOf(error) < 500 ? { result } : { result, failure: error };
  }
}
