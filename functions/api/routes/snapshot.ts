import { createHash } from 'node:crypto';
import { createRoute } from '@hono/zod-openapi';
import { compress } from 'hono/compress';
import { tagsOf } from '../../domain/etag.ts';
import type { Api, ApiContext } from '../api-deps.ts';
import { readAsCaller, type OwnAnswer } from '../read-as-caller.ts';
import type { DestinationList, ProblemBody } from '../schemas/answers.ts';
import { answers, NoQuery, problems } from '../schemas/openapi-parts.ts';
import { Snapshot, type SnapshotPart } from '../schemas/snapshot.ts';

type Read = (path: string) => Promise<OwnAnswer>;
type Unlisted = Exclude<SnapshotPart, 'destinations'>;

/** The call that answers each part, and what of its answer the part is. */
const CALLS: { [Part in Unlisted]: { path: string; isList?: true } } = {
  source: { path: '/api/mediaconnect/flow/status' },
  primary: { path: '/api/primary' },
  incidents: { path: '/api/incidents?limit=200', isList: true },
  groupStarts: { path: '/api/group-starts', isList: true },
  orphans: { path: '/api/orphans', isList: true },
  costs: { path: '/api/costs/now' },
  ceilings: { path: '/api/ceilings' },
  noSourceLimit: { path: '/api/no-source-limit' },
  presence: { path: '/api/presence', isList: true },
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
    ...problems(503),
  },
});

/** `GET /api/snapshot`. */
export function registerSnapshot(api: Api): void {
  api.openapi(snapshot, async (context) => {
    const read = readAsCaller(api, context);
    const destinations = await listAll(read);
    // Without the destinations there is nothing worth showing.
    if (destinations.status !== 200) return refuse(context, destinations) as never;
    const text = JSON.stringify({ destinations: destinations.body, ...(await readOthers(read)) });
    // Weak, because the compressed answer has the same tag.
    const etag = `W/"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
    context.header('ETag', etag);
    context.header('Cache-Control', 'private, no-cache');
    if (tagsOf(context.req.header('if-none-match') ?? '').includes(etag)) return context.body(null, 304) as never;
    context.header('Content-Type', 'application/json');
    return context.body(text, 200) as never;
  });
}

/** Reads the parts besides the destinations. */
async function readOthers(read: Read): Promise<object> {
  const failed: Record<string, unknown> = {};
  const parts = Object.entries(CALLS).map(async ([name, { isList, path }]) => {
    const { status, body } = await read(path);
    // The health of a service that is not well is answered with 503.
    if (status === 200 || (name === 'service' && status === 503)) {
      return [name, isList ? (body as { data: unknown }).data : body] as const;
    }
    failed[name] = body;
    return [name, null] as const;
  });
  return { ...Object.fromEntries(await Promise.all(parts)), problems: failed };
}

/** Passes a refusal on, under the request id with which it is in the log. */
function refuse(context: ApiContext, { body, headers, status }: OwnAnswer): Response {
  context.set('requestId', (body as ProblemBody).requestId);
  return new Response(JSON.stringify(body), { status, headers });
}

/** Reads all pages. */
async function listAll(read: Read): Promise<OwnAnswer> {
  const all: DestinationList['data'] = [];
  for (let cursor: string | null = ''; ;) {
    const answer: OwnAnswer = await read(`/api/destinations?limit=200${cursor && `&cursor=${cursor}`}`);
    if (answer.status !== 200) return answer;
    const page = answer.body as DestinationList;
    all.push(...page.data);
    cursor = page.nextCursor;
    if (cursor === null) return { ...answer, body: all };
  }
}
