import { createRoute, z } from '@hono/zod-openapi';
import { listAllDestinations } from '../../aws/destination-table.ts';
import { isPrimary } from '../../domain/lifecycle.ts';
import { errorName } from '../../domain/errors.ts';
import { stateWordOf, worstOf } from '../../domain/state-word.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import type { DestinationResource } from '../schemas/destinations.ts';
import { problems } from '../schemas/openapi-parts.ts';
import { anyDestinationId } from '../schemas/parts.ts';
import { toFlowStatusResource, type FlowLookMemo } from '../views/flow-status.ts';
import { toDestinationResource } from '../views/resources.ts';
import { findDestination, resourceView } from '../find-destination.ts';

const SOURCE_WORDS = {
  off: 'Off',
  waiting: 'Waiting for an encoder',
  connected: 'Connected',
  failed: 'Failed',
} as const;
const UNKNOWN = 'unknown';
const TYPE = 'text/plain; charset=utf-8';

const status = createRoute({
  method: 'get',
  path: '/api/status.txt',
  tags: ['Service'],
  summary: 'Get the state of everything as plain text',
  description:
    'For buttons and scripts without JSON. Fields are separated by one tab, lines end with a line feed, and what is not known is `unknown`. The first line is `source`, its state, since when, and the worst state of all destinations (`none` without any). One line per destination follows, oldest first: name, state as the dashboard shows it, since when. With destination, the answer is the line of that destination only.',
  request: { query: z.strictObject({ destination: anyDestinationId.optional() }) },
  responses: {
    200: { description: 'The lines', content: { 'text/plain': { schema: z.string() } } },
    ...problems(404, 503),
  },
});

/** For the typed client. */
export type StatusTextRoutes = typeof status;

/** `GET /api/status.txt`. */
export function registerStatusText(api: Api, deps: ApiDeps, look: FlowLookMemo): void {
  /** Returns the first two fields of the source; its failure must not hide the destinations. */
  async function describeSource(): Promise<string[]> {
    try {
      const { source } = toFlowStatusResource(deps, await look.get(), '');
      return [SOURCE_WORDS[source.state], source.since ?? UNKNOWN];
    } catch (error) {
      deps.logger.warn('the status text lacks the source', { error: errorName(error) });
      return ['Unknown', UNKNOWN];
    }
  }

  api.openapi(status, async (context) => {
    const { destination } = context.req.valid('query');
    const view = resourceView(deps, context);
    const headers = { 'content-type': TYPE, 'cache-control': 'no-store' };
    if (destination !== undefined) {
      const record = await findDestination(deps, destination);
      return context.text(toLine(toDestinationResource(record, view), record.desiredAt), 200, headers);
    }
    const records = (await listAllDestinations(deps)).filter((record) => !isPrimary(record));
    const shown = records.map((record) => ({ record, resource: toDestinationResource(record, view) }));
    const worst = worstOf(shown.map(({ resource }) => stateWordOf(resource))) ?? 'none';
    const lines = shown.map(({ record, resource }) => toLine(resource, record.desiredAt));
    return context.text(joined(['source', ...(await describeSource()), worst]) + lines.join(''), 200, headers);
  });
}

function toLine(resource: DestinationResource, desiredAt: string | undefined): string {
  return joined([resource.name, stateWordOf(resource), sinceOf(resource, desiredAt) ?? UNKNOWN]);
}

function joined(fields: readonly string[]): string {
  return `${fields.map((field) => field.replaceAll(/\s+/g, ' ')).join('\t')}\n`;
}

/** Returns when the present state began; null when that is not recorded. */
function sinceOf(resource: DestinationResource, desiredAt: string | undefined): string | null {
  const { health, lastError, onAir, operation, runningSince, status: state } = resource;
  if (operation) return operation.startedAt;
  if (state === 'running') return onAir ? runningSince : health.since;
  if (state === 'error') return lastError?.at ?? null;
  return desiredAt ?? null;
}
