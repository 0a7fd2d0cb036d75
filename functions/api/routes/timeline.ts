import { createRoute, z } from '@hono/zod-openapi';
import { getDestination } from '../../aws/destination-table.ts';
import { listHistory } from '../../aws/history-table.ts';
import { itemsInFlight, newestFirst, toTimelineItems, type TimelineItem } from '../../domain/timeline.ts';
import type { JoinedItem } from '../../domain/timeline-seconds.ts';
import { DAY_MS, dayOf } from '../../domain/utc-day.ts';
import type { Api, ApiContext, ApiDeps } from '../api-deps.ts';
import { answers, answersOrFile, NoQuery, problems } from '../schemas/openapi-parts.ts';
import { answerCsv, wantsCsv } from '../http/csv-answer.ts';
import { DestinationId } from '../schemas/destination-requests.ts';
import { TimelineQuery, DeploymentTimeline, Timeline } from '../schemas/timeline.ts';
import {
  fromTimelineCursor,
  readJoinedTimeline,
  readTimeline,
  toTimelineCursor,
  type TimelineFilter,
} from '../views/timeline-page.ts';
import { invalidFields } from '../http/validation.ts';
import { readWindow, type Window } from '../http/time-window.ts';
import { requireFound } from '../find-destination.ts';

const tags = ['Operations'];
const DAYS_DEFAULT = 7;
/** Health may change every minute, and readers of one destination want the newest entries. */
const ENTRIES_MAX = 500;
/** Fits into one response of a Lambda function with room to spare. */
const EXPORT_MAX = 10_000;

const ofOne = createRoute({
  method: 'get',
  path: '/api/destinations/{destinationId}/timeline',
  tags,
  summary: 'Get the timeline of a destination',
  description:
    'The newest 500 operations, edits and health changes, newest first. GET /api/timeline pages through all of them. Kept for 90 days.',
  request: { params: z.object({ destinationId: DestinationId }), query: NoQuery },
  responses: { 200: answers(Timeline, 'The entries, newest first'), ...problems(404, 503) },
});

const ofAll = createRoute({
  method: 'get',
  path: '/api/timeline',
  tags,
  summary: 'Get the timeline of all destinations',
  description:
    'Newest first, deleted destinations included. Changes of health that several destinations had in the same second are one entry. Kept for 90 days. CSV returns the whole time window in one file, up to 10,000 entries.',
  request: { query: TimelineQuery },
  responses: { 200: answersOrFile(DeploymentTimeline, 'One page, or the file'), ...problems(503) },
});

/** For the typed client. */
export type TimelineRoutes = typeof ofOne | typeof ofAll;

/** The timelines of one destination, also a deleted one while its history exists, and of all destinations. */
export function registerTimeline(api: Api, deps: ApiDeps): void {
  api.openapi(ofOne, async (context) => {
    const { destinationId } = context.req.valid('param');
    const record = await getDestination(deps, destinationId);
    const history = await listHistory(deps, destinationId, ENTRIES_MAX);
    if (history.length === 0) requireFound(record, destinationId);
    const items = [...(record ? itemsInFlight(record) : []), ...history.flatMap((row) => toTimelineItems(row, ''))];
    const once = new Map(items.map((item) => [item.entryId, item]));
    const newest = [...once.values()].toSorted(newestFirst).slice(0, ENTRIES_MAX);
    return context.json({ data: newest.map(toEntry) }, 200);
  });

  api.openapi(ofAll, async (context) => {
    const { format, cursor, limit, ...query } = context.req.valid('query');
    const { kind, destinationId } = query;
    const filter = { kind, destinationId };
    const { window, after } = cursor
      ? fromTimelineCursor(query, cursor)
      : { window: readWindow(query, deps.now(), daysBefore), after: null };
    if (wantsCsv(context, format)) return exportTimeline(deps, context, window, filter);
    const data: JoinedItem[] = [];
    for await (const item of readJoinedTimeline(deps, window, filter, after)) {
      data.push(item);
      if (data.length > limit) break;
    }
    const page = data.slice(0, limit);
    const last = page.at(-1);
    const nextCursor = data.length > limit && last ? toTimelineCursor(query, window, last) : null;
    return context.json({ data: page, nextCursor }, 200);
  });
}

function daysBefore(to: Date): Date {
  return new Date(to.getTime() - DAYS_DEFAULT * DAY_MS);
}

function toEntry({
  at,
  actor,
  kind,
  code,
  detail,
  operationId,
}: TimelineItem): z.infer<typeof Timeline>['data'][number] {
  return { at, actor, kind, code, detail, operationId };
}

const COLUMNS = ['at', 'destinationId', 'destinationName', 'kind', 'actor', 'operationId', 'detail', 'code'] as const;

async function exportTimeline(deps: ApiDeps, context: ApiContext, window: Window, filter: TimelineFilter) {
  const rows: (string | null)[][] = [];
  for await (const item of readTimeline(deps, window, filter, null)) {
    if (rows.length === EXPORT_MAX) {
      const message = `is too long ago: there are more than ${EXPORT_MAX} entries; choose a shorter time window`;
      throw invalidFields([{ field: 'from', message }]);
    }
    rows.push(COLUMNS.map((column) => item[column]));
  }
  const [from, to] = [window.from, window.to].map(dayOf);
  return answerCsv(context, `timeline-${from}-${to}.csv`, COLUMNS, rows);
}
