import type { Api, ApiContext, ApiDeps } from './api-deps.ts';
import { readWaitSeconds } from './http/prefer-wait.ts';
import { readAsCaller } from './read-as-caller.ts';
import { servedRouteOf } from './route-roles.ts';
import { errorName } from '../domain/errors.ts';
import { WAITS, type Accepted, type Read, type Settled, type Wait } from './waits.ts';

/**
 * Waiting in a request: a call that answers 202 waits with `Prefer: wait=N` until its work has ended, and then answers
 * with the result. The work does not depend on the wait: it continues when the caller hangs up or the time is over.
 */

const LOOKS_EVERY_MS = 1_000;
/** When a caller should ask again. */
const RETRY_AFTER_SECONDS = 2;

/** Middleware for every route. */
export function waitForEnd(api: Api, deps: ApiDeps) {
  return async (context: ApiContext, next: () => Promise<void>): Promise<void> => {
    const wait = WAITS[servedRouteOf(context) ?? ''];
    // Read before the request is carried out, because a wrong header refuses it.
    const seconds = wait ? readWaitSeconds(context.req.raw.headers) : null;
    await next();
    // A repeated request answers 200 while the work that it found continues.
    if (!wait || !context.res.ok) return;
    if (seconds !== null) await waitFor(wait, { api, context, deps, seconds });
    if (context.res.status === 202) context.header('Retry-After', String(RETRY_AFTER_SECONDS));
  };
}

interface Waiting {
  api: Api;
  context: ApiContext;
  deps: ApiDeps;
  seconds: number;
}

async function waitFor({ look }: Wait, { api, context, deps, seconds }: Waiting): Promise<void> {
  const read = readerFor(api, context);
  const accepted: Accepted = {
    path: context.req.path,
    sent: context.get('body'),
    body: await context.res.clone().json(),
  };
  /** The request is accepted, so a failed look must not turn its answer into an error. */
  const lookOnce = async (): Promise<Settled | null> => {
    try {
      return await look(read, accepted);
    } catch (error) {
      deps.logger.warn('a wait could not look', { requestId: context.get('requestId'), error: errorName(error) });
      return null;
    }
  };
  const until = deps.now().getTime() + seconds * 1000;
  let settled = await lookOnce();
  for (let leftMs = seconds * 1000; settled === null && leftMs > 0; leftMs = until - deps.now().getTime()) {
    if (context.req.raw.signal.aborted) return;
    await deps.sleep(Math.min(LOOKS_EVERY_MS, leftMs));
    settled = await lookOnce();
  }
  if (settled) answer(context, settled.body);
  context.header('Preference-Applied', `wait=${seconds}`);
}

function answer(context: ApiContext, body: unknown): void {
  const headers = new Headers(context.res.headers);
  // They describe what was answered before the wait.
  for (const name of ['etag', 'content-length', 'content-type']) headers.delete(name);
  // Assigning a response would merge the headers of the earlier one into it.
  context.res = undefined;
  context.res = body === null ? new Response(null, { status: 204, headers }) : Response.json(body, { headers });
}

/** Reads what a wait looks at. */
function readerFor(api: Api, context: ApiContext): Read {
  const read = readAsCaller(api, context);
  return async <Resource>(path: string) => {
    const { status, body } = await read(path);
    if (status === 200) return body as Resource;
    if (status === 404) return null;
    throw new Error(`answered ${status}`);
  };
}
