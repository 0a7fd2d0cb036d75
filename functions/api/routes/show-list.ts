import { createRoute, z } from '@hono/zod-openapi';
import { byStart, listOpenShows, listPastShows, type ShowPage, type ShowPlace } from '../../aws/show-table.ts';
import { isOpen, type Show } from '../../domain/show.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { fromPlaceCursor, notACursor, toPlaceCursor } from '../http/paging.ts';
import { answers, problems } from '../schemas/openapi-parts.ts';
import { ShowId, ShowList, ShowsQuery } from '../schemas/shows.ts';
import { toShowSummary } from '../views/show-resource.ts';

const list = createRoute({
  method: 'get',
  path: '/api/shows',
  tags: ['Shows'],
  summary: 'List shows',
  description: 'Shows that have not ended, the next start first; or past shows, the newest start first, for 13 months.',
  request: { query: ShowsQuery },
  responses: { 200: answers(ShowList, 'One page'), ...problems(503) },
});

/** For the typed client. */
export type ShowListRoutes = typeof list;

/** The lists of shows. */
export function registerShowList(api: Api, deps: ApiDeps): void {
  api.openapi(list, async (context) => {
    const { state, limit, cursor, from, to } = context.req.valid('query');
    const after = cursor === undefined ? null : fromCursor(state, cursor);
    const page = { limit, after, from: toUtc(from), to: toUtc(to) };
    const { shows, hasMore } = state === 'past' ? await listPastShows(deps, page) : await listOpen(deps, page);
    const last = shows.at(-1);
    const nextCursor = hasMore && last ? toPlaceCursor([state, last.startsAt, last.showId]) : null;
    return context.json({ data: shows.map(toShowSummary), nextCursor }, 200);
  });
}

/** The number of open shows is limited, so each page reads them all. */
async function listOpen(
  deps: ApiDeps,
  { limit, after, from, to }: ShowPage,
): Promise<{ shows: Show[]; hasMore: boolean }> {
  const isWithin = ({ startsAt }: Show) => (from === null || startsAt >= from) && (to === null || startsAt < to);
  const open = (await listOpenShows(deps)).filter((show) => isOpen(show) && isWithin(show));
  const rest = after === null ? open : open.filter((show) => byStart(show, after) > 0);
  return { shows: rest.slice(0, limit), hasMore: rest.length > limit };
}

function toUtc(time: string | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}

const Cursor = z.tuple([z.enum(['open', 'past']), z.iso.datetime(), ShowId]);

function fromCursor(state: 'open' | 'past', cursor: string): ShowPlace {
  const [ofState, startsAt, showId] = fromPlaceCursor(cursor, Cursor) ?? [];
  if (ofState !== state || startsAt === undefined || showId === undefined) throw notACursor();
  return { startsAt, showId };
}
