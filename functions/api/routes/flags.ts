import { createRoute, z } from '@hono/zod-openapi';
import { deleteFlag, getFlag, listFlags, readFlagNotes } from '../../aws/flag-table.ts';
import { getShow } from '../../aws/show-table.ts';
import { AppError } from '../../domain/errors.ts';
import { timesFlagged, type Flag } from '../../domain/flag.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { logModeration } from '../moderate-chat.ts';
import { CloseFlag, FlagId, FlagList, type FlagResource } from '../schemas/flags.ts';
import { answers, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { ModerationEntry } from '../schemas/show-chat.ts';
import { toEntryResource } from './show-chat.ts';

const tags = ['Shows'];
const SHOWN_MAX = 50;
const NOTES_MAX = 20;

const list = createRoute({
  method: 'get',
  path: '/api/flags',
  tags,
  summary: 'List the shows and chat messages that watchers flagged, the last flagged first',
  request: { query: NoQuery },
  responses: { 200: answers(FlagList, 'The open flags'), ...problems(503) },
});

const close = createRoute({
  method: 'post',
  path: '/api/flags/{flagId}/close',
  tags,
  summary: 'Close a flag',
  description:
    'Takes it off the list, and adds an entry to the moderation log of the show. It deletes nothing: delete a message or cancel a show first. A report on a later day opens it again.',
  request: { params: z.object({ flagId: FlagId }), query: NoQuery, body: takes(CloseFlag) },
  responses: { 200: answers(ModerationEntry, 'The entry in the log'), ...problems(...WRITE_PROBLEMS, 404, 503) },
});

/** For the typed client. */
export type FlagRoutes = typeof list | typeof close;

/** What watchers flagged, for the people who keep order. */
export function registerFlags(api: Api, deps: ApiDeps): void {
  api.openapi(list, async (context) => {
    const flags = await listFlags(deps);
    const shown = flags.slice(0, SHOWN_MAX);
    const titles = await readTitles(deps, shown);
    const data = await Promise.all(shown.map((flag) => present(deps, flag, titles.get(flag.showId) ?? null)));
    return context.json({ data, total: flags.length }, 200);
  });

  api.openapi(close, async (context) => {
    const { flagId } = context.req.valid('param');
    const { reason } = context.req.valid('json');
    const flag = await getFlag(deps, flagId);
    if (!flag) throw notFound();
    const { messageId, message, showId } = flag;
    // The entry first: an interruption leaves a flag that can be closed again, never a close without an entry.
    const entry = await logModeration(deps, showId, {
      ...{ kind: 'close-flag', by: context.get('principal').id, reason },
      ...{ messageId, name: message?.name ?? null, scope: null, until: null },
    });
    await deleteFlag(deps, flagId);
    return context.json(toEntryResource(entry), 200);
  });
}

async function readTitles(deps: ApiDeps, flags: readonly Flag[]): Promise<Map<string, string>> {
  const ids = [...new Set(flags.map(({ showId }) => showId))];
  const shows = await Promise.all(ids.map((showId) => getShow(deps, showId)));
  return new Map(shows.flatMap((show) => (show ? [[show.showId, show.title]] : [])));
}

async function present(deps: ApiDeps, flag: Flag, showTitle: string | null): Promise<FlagResource> {
  const notes = await readFlagNotes(deps, flag, NOTES_MAX);
  return { ...flag, showTitle, times: timesFlagged(flag), notes: notes.filter(({ text }) => text !== '') };
}

function notFound(): AppError {
  return new AppError('not_found', {
    detail: 'there is no such open flag',
    remedy: 'GET /api/flags lists those that are open; another person may have closed it',
  });
}
