import { createHash } from 'node:crypto';
import { createRoute } from '@hono/zod-openapi';
import { compress } from 'hono/compress';
import { tagsOf } from '../../domain/etag.ts';
import { listAllDestinations } from '../../aws/destination-table.ts';
import { withSharedReads } from '../../aws/shared-reads.ts';
import type { Api, ApiContext, ApiDeps } from '../api-deps.ts';
import { explain, logFailure, toProblemResponse } from '../http/problem.ts';
import { explainStorage } from '../http/storage-guard.ts';
import { readAsCaller, type OwnAnswer } from '../read-as-caller.ts';
import { answers, NoQuery, problems } from '../schemas/openapi-parts.ts';
import { Snapshot, type SnapshotPart } from '../schemas/snapshot.ts';
import { toDestinationResource } from '../views/resources.ts';
import { resourceView } from '../find-destination.ts';

type Call = Exclude<SnapshotPart, 'destinations'>;

/** The call that answers each part, and what of its answer the part is. */
const CALLS: { [Part in Call]: { path: string; isList?: true; isLocal?: true } } = {
  source: { path: '/api/mediaconnect/flow/status' },
  primary: { path: '/api/primary' },
  incidents: { path: '/api/incidents?limit=200', isList: true },
  groupStarts: { path: '/api/group-starts', isList: true },
  orphans: { path: '/api/orphans', isList: true },
  costs: { path: '/api/costs/now' },
  ceilings: { path: '/api/ceilings' },
  noSourceLimit: { path: '/api/no-source-limit' },
  presence: { path: '/api/presence', isList: true },
  rehearsal: { path: '/api/rehearsal', isList: true, isLocal: true },
  service: { path: '/api/health' },
};

const snapshot = createRoute({
  method: 'get',
  path: '/api/snapshot',
  tags: ['Service'],
  summary: 'Get everything that the dashboard shows, in one answer',
  description:
    'Each part is what its own call answers. A part that cannot be read is null, and problems says why. Compressed on request. With If-None-Match, an unchanged snapshot is answered with 304.',
  middleware: compress(),
  request: { query: NoQuery },
  responses: {
    200: answers(Snapshot, 'The snapshot'),
    304: { description: 'Nothing has changed since the ETag in If-None-Match' },
    ...problems(),
  },
});

/** For the typed client. */
export type SnapshotRoutes = typeof snapshot;

/** What a part is, or why it could not be read. */
type PartAnswer = { value: unknown } | { problem: unknown };

/** `GET /api/snapshot`. The parts share their reads of the table, most of which are for all destinations. */
export function registerSnapshot(api: Api, deps: ApiDeps): void {
  api.openapi(snapshot, async (context) => {
    const read = await withSharedReads(() => readAll(api, deps, context));
    const etag = tagOf(read);
    context.header('ETag', etag);
    context.header('Cache-Control', 'private, no-cache');
    if (tagsOf(context.req.header('if-none-match') ?? '').includes(etag)) return context.body(null, 304) as never;
    context.header('Content-Type', 'application/json');
    return context.body(JSON.stringify(read), 200) as never;
  });
}

/**
 * Returns the tag of a snapshot. The times of reading without a change do not count: that of the costs, and that of a
 * source that sends nothing. Weak, because the compressed answer has the same tag.
 */
function tagOf(read: object): string {
  const { source, costs } = read as Pick<Snapshot, 'costs' | 'source'>;
  const isSending = source?.source.state === 'connected';
  const counted = {
    ...read,
    costs: costs && { ...costs, observedAt: null },
    source: source && { ...source, observedAt: isSending ? source.observedAt : null },
  };
  return `W/"${createHash('sha256').update(JSON.stringify(counted)).digest('base64url').slice(0, 27)}"`;
}

async function readAll(api: Api, deps: ApiDeps, context: ApiContext): Promise<object> {
  const read = readAsCaller(api, context);
  const parts: [string, Promise<PartAnswer>][] = [
    ['destinations', readDestinations(deps, context)],
    ...Object.entries(CALLS).map(([name, call]): [string, Promise<PartAnswer>] => [
      name,
      call.isLocal && !deps.rehearsal ? Promise.resolve({ value: null }) : readCall(read, call),
    ]),
  ];
  const values: Record<string, unknown> = {};
  const failed: Record<string, unknown> = {};
  for (const [name, part] of parts) {
    const answer = await part;
    values[name] = 'value' in answer ? answer.value : null;
    if ('problem' in answer) failed[name] = answer.problem;
  }
  return { ...values, problems: failed };
}

/** Reads all of them at once, as the other parts do, instead of page by page. */
async function readDestinations(deps: ApiDeps, context: ApiContext): Promise<PartAnswer> {
  try {
    const view = resourceView(deps, context);
    return { value: (await listAllDestinations(deps)).map((record) => toDestinationResource(record, view)) };
  } catch (thrown) {
    const error = explainStorage(deps, explain(thrown));
    const requestId = context.get('requestId');
    logFailure(deps.logger, error, { requestId, route: '/api/snapshot', method: 'GET' });
    return { problem: await toProblemResponse(error, { requestId, signIn: deps.authentication.signIn }).json() };
  }
}

async function readCall(
  read: (path: string) => Promise<OwnAnswer>,
  { path, isList }: { path: string; isList?: true },
): Promise<PartAnswer> {
  const { status, body } = await read(path);
  // The health of a service that is not well is answered with 503.
  const isAnswer = status === 200 || (path === CALLS.service.path && status === 503);
  if (!isAnswer) return { problem: body };
  return { value: isList ? (body as { data: unknown }).data : body };
}
