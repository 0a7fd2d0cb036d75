import { createRoute, z } from '@hono/zod-openapi';
import { getDestination, listHistory } from '../../aws/destination-table.ts';
import type { Operation, TimelineEntry } from '../../domain/destination.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, NoQuery, problems } from '../contract.ts';
import { DestinationId, Timeline } from '../schemas.ts';
import { requireFound } from './find-destination.ts';

type Entry = z.infer<typeof Timeline>['data'][number];

const timeline = createRoute({
  method: 'get',
  path: '/api/destinations/{destinationId}/timeline',
  tags: ['Operations'],
  summary: 'Everything that happened to a destination',
  description: 'Operations with their outcome, edits, and changes of health, newest first; kept for 90 days.',
  request: { params: z.object({ destinationId: DestinationId }), query: NoQuery },
  responses: { 200: answers(Timeline, 'The entries, newest first'), ...problems(404, 503) },
});

/** `GET /api/destinations/{destinationId}/timeline`; answers for a deleted destination as long as its history is kept. */
export function registerTimeline(api: Api, deps: ApiDeps): void {
  api.openapi(timeline, async (context) => {
    const { destinationId } = context.req.valid('param');
    const [record, history] = await Promise.all([
      getDestination(deps, destinationId),
      listHistory(deps, destinationId),
    ]);
    if (history.operations.length + history.entries.length === 0) requireFound(record, destinationId);
    const operations = record?.operation ? [...history.operations, record.operation] : history.operations;
    const data = [...operations.flatMap(toEntries), ...history.entries.map(toEntry)];
    return context.json({ data: data.toSorted((one, other) => other.at.localeCompare(one.at)) }, 200);
  });
}

function toEntries({ operationId, kind, requestedBy, startedAt, endedAt, outcome, error }: Operation): Entry[] {
  const began: Entry = {
    at: startedAt,
    actor: requestedBy,
    kind: 'operation_began',
    detail: `${kind} began`,
    operationId,
  };
  if (!endedAt || !outcome) return [began];
  const why = error ? `: ${error.detail}` : '';
  return [
    began,
    { at: endedAt, actor: 'workflow', kind: 'operation_ended', detail: `${kind} ${outcome}${why}`, operationId },
  ];
}

function toEntry(entry: TimelineEntry): Entry {
  return { ...entry, operationId: null };
}
