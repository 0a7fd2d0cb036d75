import { createRoute, z } from '@hono/zod-openapi';
import { listChatBlocks, listModerationEntries } from '../../aws/chat-moderation-table.ts';
import { getChatSettings, listChatMessages, putChatSettings } from '../../aws/chat-table.ts';
import { readTotals } from '../../aws/chat-votes-table.ts';
import { chatOpeningOf, type ChatMessage, type ChatSettings } from '../../domain/chat.ts';
import type { ModerationEntry as Entry } from '../../domain/chat-moderation.ts';
import { meanRating } from '../../domain/chat-reactions.ts';
import { AppError } from '../../domain/errors.ts';
import { etagOf, tagsOf } from '../../domain/etag.ts';
import type { Show } from '../../domain/show.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { findShow } from '../find-show.ts';
import { fromPlaceCursor, notACursor, toPlaceCursor } from '../http/paging.ts';
import { logModeration, moderateChat, publish } from '../moderate-chat.ts';
import { answers, IfMatchHeaders, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import {
  ChatMessageList,
  ChatMessageQuery,
  ModerateChat,
  ModerationEntry,
  ModerationLog,
  ModerationQuery,
  SetShowChat,
  ShowChat,
  type ChatMessageResource,
  type ModerationEntryResource,
} from '../schemas/show-chat.ts';
import { ShowId } from '../schemas/shows.ts';

const tags = ['Shows'];
const path = '/api/shows/{showId}/chat';
const params = z.object({ showId: ShowId });
const resource = answers(ShowChat, 'The settings; their ETag guards a change');

const get = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'Get the chat of a show: its settings, totals and blocks',
  request: { params, query: NoQuery },
  responses: { 200: resource, ...problems(404, 503) },
});

const put = createRoute({
  method: 'put',
  path,
  tags,
  summary: 'Set the chat of a show',
  description: 'Pages of readers follow within seconds. Fields that are left out get their defaults.',
  request: { params, query: NoQuery, headers: IfMatchHeaders, body: takes(SetShowChat) },
  responses: { 200: resource, ...problems(...WRITE_PROBLEMS, 404, 409, 412, 503) },
});

const listMessages = createRoute({
  method: 'get',
  path: `${path}/messages`,
  tags,
  summary: 'List the chat messages of a show, the newest first',
  request: { params, query: ChatMessageQuery },
  responses: { 200: answers(ChatMessageList, 'One page'), ...problems(404, 503) },
});

const moderate = createRoute({
  method: 'post',
  path: `${path}/actions`,
  tags,
  summary: 'Moderate the chat of a show',
  description:
    'Deletes or approves a message, blocks or unblocks an author or a network, or clears the chat. Pages of readers follow within seconds. Each action is in the moderation log.',
  request: { params, query: NoQuery, body: takes(ModerateChat) },
  responses: {
    201: answers(ModerationEntry, 'The entry in the log'),
    ...problems(...WRITE_PROBLEMS, 404, 409, 503),
  },
});

const listActions = createRoute({
  method: 'get',
  path: `${path}/actions`,
  tags,
  summary: 'List the moderation log of a show, the newest first',
  request: { params, query: ModerationQuery },
  responses: { 200: answers(ModerationLog, 'One page'), ...problems(404, 503) },
});

/** For the typed client. */
export type ShowChatRoutes = typeof get | typeof put | typeof listMessages | typeof moderate | typeof listActions;

/** The chat of a show, for the people who moderate it. */
export function registerShowChat(api: Api, deps: ApiDeps): void {
  api.openapi(get, async (context) => {
    const { showId } = context.req.valid('param');
    const show = await findShow(deps, showId);
    const settings = await getChatSettings(deps, showId);
    context.header('ETag', etagOf(settings));
    return context.json(await present(deps, show, settings), 200);
  });

  api.openapi(put, async (context) => {
    const { showId } = context.req.valid('param');
    const wanted = context.req.valid('json');
    const show = await findShow(deps, showId);
    if (!deps.audience) throw audienceOff();
    const before = await getChatSettings(deps, showId);
    requireMatch(before, context.req.valid('header')['If-Match']);
    const settings = await putChatSettings(deps, showId, before, { ...wanted, revision: before.revision });
    if (!settings) throw changedMeanwhile();
    await publish(deps, showId, { kind: 'settings' });
    const about = { messageId: null, name: null, scope: null, until: null };
    await logModeration(deps, showId, { kind: 'settings', by: context.get('principal').id, reason: '', ...about });
    context.header('ETag', etagOf(settings));
    return context.json(await present(deps, show, settings), 200);
  });

  api.openapi(listMessages, async (context) => {
    const { showId } = context.req.valid('param');
    const { state, limit, cursor } = context.req.valid('query');
    await findShow(deps, showId);
    const after = readCursor(cursor);
    const { messages, last } = await listChatMessages(deps, showId, { isHeld: state === 'held', limit, after });
    return context.json({ data: messages.map(toResource), nextCursor: last && toPlaceCursor(last) }, 200);
  });

  api.openapi(moderate, async (context) => {
    const { showId } = context.req.valid('param');
    await findShow(deps, showId);
    const entry = await moderateChat(deps, showId, context.req.valid('json'), context.get('principal').id);
    deps.logger.info('chat moderated', { requestId: context.get('requestId'), showId, action: entry.kind });
    return context.json(toEntryResource(entry), 201);
  });

  api.openapi(listActions, async (context) => {
    const { showId } = context.req.valid('param');
    const { limit, cursor } = context.req.valid('query');
    await findShow(deps, showId);
    const { entries, last } = await listModerationEntries(deps, showId, { limit, after: readCursor(cursor) });
    return context.json({ data: entries.map(toEntryResource), nextCursor: last && toPlaceCursor(last) }, 200);
  });
}

async function present(deps: ApiDeps, show: Show, settings: ChatSettings): Promise<ShowChat> {
  const now = deps.now();
  const [totals, blocks] = await Promise.all([readTotals(deps, show.showId), listChatBlocks(deps, show.showId, now)]);
  const { messages, reactions, likes, ratings } = totals;
  return {
    ...settings,
    opening: deps.audience ? chatOpeningOf(show, settings, now) : 'off',
    totals: {
      ...{ messages, reactions, likes },
      ratings: ratings.reduce((sum, each) => sum + each, 0),
      meanRating: meanRating(totals),
    },
    blocks,
  };
}

function toResource({ addressHash: network, ...message }: ChatMessage): ChatMessageResource {
  return { ...message, network };
}

/** Returns an entry of the moderation log as the API shows it. */
export function toEntryResource({ kind: action, ...entry }: Entry): ModerationEntryResource {
  return { ...entry, action };
}

/** Returns the id after which a page begins; null for the first one. */
function readCursor(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const place = fromPlaceCursor(cursor, PLACE);
  if (place === null) throw notACursor();
  return place;
}

const PLACE = z.string().regex(/^[0-9a-z]{26}$/);

function requireMatch(settings: ChatSettings, ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch === '*' || tagsOf(ifMatch).includes(etagOf(settings))) return;
  throw new AppError('etag_mismatch', {
    detail: 'the chat was set after you read it',
    remedy: 'read it again, check what changed, and repeat your change',
  });
}

function changedMeanwhile(): AppError {
  return new AppError('concurrent_change', {
    detail: 'the chat was set by another person at the same time',
    remedy: 'read it again and repeat the change',
    retryAfterSeconds: 1,
  });
}

function audienceOff(): AppError {
  return new AppError('illegal_transition', {
    detail: 'the public pages are switched off, so a show has no chat',
    remedy: 'start Sluice with SLUICE_AUDIENCE=on',
  });
}
