import { createRoute, z } from '@hono/zod-openapi';
import { getChannelLog } from '../../aws/channel-log.ts';
import { toChannelLogLine } from '../../domain/channel-log.ts';
import { towardsDesired } from '../../domain/lifecycle.ts';
import { requestChange } from '../../workflow/operations.ts';
import type { Api, ApiContext, ApiDeps } from '../api-deps.ts';
import { answers, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { requireChangeable } from '../../domain/requests.ts';
import { LogQuery, SetDetailedLog, ChannelLog } from '../schemas/channel-log.ts';
import { DestinationId } from '../schemas/destination-requests.ts';
import { DestinationResource } from '../schemas/destinations.ts';
import { findDestination, presentDestination, requireFound } from '../find-destination.ts';

const LINES_DEFAULT = 50;

const log = createRoute({
  method: 'get',
  path: '/api/destinations/{destinationId}/log',
  tags: ['Destinations'],
  summary: 'Get the newest log lines of the channel of a destination',
  description:
    'MediaLive’s encoder log of each pipeline, without addresses and keys. Empty when the destination has no channel or the channel has logged nothing.',
  request: { params: z.object({ destinationId: DestinationId }), query: LogQuery },
  responses: { 200: answers(ChannelLog, 'Lines, oldest first'), ...problems(404, 422, 503) },
});

const detailPath = '/api/destinations/{destinationId}/detailed-log';
const detailAnswers = {
  200: answers(DestinationResource, 'The destination after the change'),
  ...problems(...WRITE_PROBLEMS, 404, 409, 503),
};

const detail = createRoute({
  method: 'put',
  path: detailPath,
  tags: ['Destinations'],
  summary: 'Log in detail for some hours',
  description:
    'From the next start on, the channel also logs successes. On AWS these lines contain the publish URL, readable by anyone with access to the log group, so the setting expires.',
  request: { params: z.object({ destinationId: DestinationId }), query: NoQuery, body: takes(SetDetailedLog) },
  responses: detailAnswers,
});

const detailEnd = createRoute({
  method: 'delete',
  path: detailPath,
  tags: ['Destinations'],
  summary: 'Log warnings and errors only, from the next start on',
  request: { params: z.object({ destinationId: DestinationId }), query: NoQuery },
  responses: detailAnswers,
});

const HOUR_MS = 3_600_000;

/** For the typed client. */
export type LogRoutes = typeof log | typeof detail | typeof detailEnd;

/** `…/log` and `…/detailed-log`. */
export function registerLog(api: Api, deps: ApiDeps): void {
  const setDetail = async (context: ApiContext, destinationId: string, detailedLogUntil: string | null) => {
    const change = await requestChange(deps, destinationId, {
      requestedBy: context.get('principal').id,
      decide: (before) => {
        requireChangeable(before, 'edit');
        return towardsDesired({ ...before, detailedLogUntil, lastModified: deps.now().toISOString() });
      },
    });
    return presentDestination(deps, context, requireFound(change, destinationId).record);
  };

  api.openapi(detail, async (context) => {
    const { hours } = context.req.valid('json');
    const until = new Date(deps.now().getTime() + hours * HOUR_MS).toISOString();
    return context.json(await setDetail(context, context.req.valid('param').destinationId, until), 200);
  });

  api.openapi(detailEnd, async (context) =>
    context.json(await setDetail(context, context.req.valid('param').destinationId, null), 200),
  );

  api.openapi(log, async (context) => {
    const record = await findDestination(deps, context.req.valid('param').destinationId);
    const { channel } = record.held;
    const { limit = LINES_DEFAULT } = context.req.valid('query');
    const lines = channel ? await getChannelLog(deps, channel, limit) : [];
    const keys = [record.streamKeyLast4, record.backupStreamKeyLast4].filter((last4) => last4 != null);
    return context.json({ data: lines.map((line) => toChannelLogLine(line, keys)) }, 200);
  });
}
