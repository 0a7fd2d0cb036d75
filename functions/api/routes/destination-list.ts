import { createRoute, type z } from '@hono/zod-openapi';
import { listDestinations } from '../../aws/destination-table.ts';
import type { Destination } from '../../domain/destination.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, problems } from '../schemas/openapi-parts.ts';
import { fromCursor, toCursor } from '../http/paging.ts';
import { ListQuery } from '../schemas/destination-requests.ts';
import { toDestinationResource, type ResourceView } from '../views/resources.ts';
import { DestinationList } from '../schemas/destinations.ts';
import { shareReads } from '../views/share-reads.ts';
import { resourceView } from '../find-destination.ts';

const tags = ['Destinations'];

const list = createRoute({
  method: 'get',
  path: '/api/destinations',
  tags,
  summary: 'List destinations',
  description: 'Oldest first. Returns the last observation with its time, without waiting for AWS’s media services.',
  request: { query: ListQuery },
  responses: { 200: answers(DestinationList, 'One page'), ...problems(503) },
});

/** For the typed client. */
export type DestinationListRoutes = typeof list;

/**
 * `GET /api/destinations`. On one machine, requests for the same page share one read and its JSON, because every open
 * dashboard polls every second. A Lambda function handles one request at a time and has nothing to share.
 */
export function registerDestinationList(api: Api, deps: ApiDeps): void {
  const share = deps.embedded ? shareReads<string>() : (_key: string, read: () => Promise<string>) => read();
  api.openapi(list, async (context) => {
    const query = context.req.valid('query');
    const { role } = context.get('principal');
    const text = await share(JSON.stringify([role, query]), async () =>
      JSON.stringify(await readPage(deps, query, resourceView(deps, context))),
    );
    context.header('Content-Type', 'application/json');
    return context.body(text, 200) as never;
  });
}

async function readPage(
  deps: ApiDeps,
  { limit, cursor, ...filter }: z.infer<typeof ListQuery>,
  view: ResourceView,
): Promise<z.infer<typeof DestinationList>> {
  const after = cursor === undefined ? undefined : fromCursor(cursor);
  const { records, more } = await collect(deps, { limit, after, filter });
  const last = records.at(-1);
  return {
    data: records.map((record) => toDestinationResource(record, view)),
    nextCursor: more && last ? toCursor(last.destinationId) : null,
  };
}

const FILTERS = ['status', 'platform', 'group', 'name', 'reference'] as const;
type Filter = { [Field in (typeof FILTERS)[number]]?: string };

/** Reads until the page is full, because a filter must not end the list early. */
async function collect(
  deps: ApiDeps,
  wanted: { limit: number; after: string | undefined; filter: Filter },
): Promise<{ records: Destination[]; more: boolean }> {
  const { limit, filter } = wanted;
  const found: Destination[] = [];
  let after = wanted.after;
  for (;;) {
    const page = await listDestinations(deps, { limit: limit + 1, after });
    for (const record of page.records) {
      if (FILTERS.some((field) => filter[field] !== undefined && record[field] !== filter[field])) continue;
      if (found.length === limit) return { records: found, more: true };
      found.push(record);
    }
    if (page.last === null) return { records: found, more: false };
    after = page.last;
  }
}
