import { createRoute } from '@hono/zod-openapi';
import { EVENT_MEANINGS, EVENT_TYPES } from '../../domain/webhook-events.ts';
import type { Api } from '../api-deps.ts';
import { EventTypeList } from '../schemas/notifications.ts';
import { answers, NoQuery, problems } from '../schemas/openapi-parts.ts';

const list = createRoute({
  method: 'get',
  path: '/api/event-types',
  tags: ['Notifications'],
  summary: 'List the types of events and what each says',
  request: { query: NoQuery },
  responses: { 200: answers(EventTypeList, 'All types'), ...problems() },
});

/** For the typed client. */
export type EventTypesRoutes = typeof list;

/** `GET /api/event-types`. */
export function registerEventTypes(api: Api): void {
  const data = EVENT_TYPES.map((type) => ({ type, meaning: EVENT_MEANINGS[type] }));
  api.openapi(list, (context) => context.json({ data }, 200));
}
