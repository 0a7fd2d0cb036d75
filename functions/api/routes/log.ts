import { createRoute, z } from '@hono/zod-openapi';
import { getChannelLog } from '../../aws/channel-log.ts';
import { toChannelLogLine } from '../../domain/channel-log.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, problems } from '../contract.ts';
import { DestinationId, LogQuery } from '../request-schemas.ts';
import { ChannelLog } from '../schemas.ts';
import { findDestination } from './find-destination.ts';

const LINES_DEFAULT = 50;

const log = createRoute({
  method: 'get',
  path: '/api/destinations/{destinationId}/log',
  tags: ['Destinations'],
  summary: 'What the channel of a destination has logged last',
  description:
    'MediaLive’s encoder log without addresses and keys. Empty when it has no channel or has logged nothing.',
  request: { params: z.object({ destinationId: DestinationId }), query: LogQuery },
  responses: { 200: answers(ChannelLog, 'Lines, oldest first'), ...problems(404, 422, 503) },
});

/** `GET …/log`. */
export function registerLog(api: Api, deps: ApiDeps): void {
  api.openapi(log, async (context) => {
    const { streamKeyLast4, held } = await findDestination(deps, context.req.valid('param').destinationId);
    const { limit = LINES_DEFAULT } = context.req.valid('query');
    const events = held.channel ? await getChannelLog(deps, held.channel.channelArn, limit) : [];
    return context.json({ data: events.map((event) => toChannelLogLine(event, streamKeyLast4)) }, 200);
  });
}
