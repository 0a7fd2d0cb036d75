import type { Api, ApiContext } from './api-deps.ts';
import type { Principal } from './auth/principal.ts';

/** An answer of the API to itself. */
export interface OwnAnswer {
  status: number;
  headers: Headers;
  body: unknown;
}

/** Headers that belong to the request and not to its caller. */
const OF_THE_REQUEST = [
  'prefer',
  'accept-encoding',
  'content-type',
  'content-length',
  'idempotency-key',
  'if-match',
  'if-none-match',
];

/** The callers of the requests that the API sends to itself. Nothing that comes from outside is in here. */
const ownRequests = new WeakMap<Request, Principal>();

/** Returns whom a request of the API to itself is for; undefined for every other request. */
export function ownPrincipalOf(request: Request): Principal | undefined {
  return ownRequests.get(request);
}

/**
 * Returns a reader for the caller of a request, who is not authenticated again, so that it sees nothing that the caller
 * may not see. A trigger token may not read; what it started may be waited for.
 */
export function readAsCaller(api: Api, context: ApiContext): (path: string) => Promise<OwnAnswer> {
  const headers = new Headers(context.req.raw.headers);
  for (const name of OF_THE_REQUEST) headers.delete(name);
  const { triggers, ...principal } = context.get('principal');
  return async (path) => {
    const request = new Request(new URL(path, context.req.url), { headers });
    ownRequests.set(request, triggers ? { ...principal, role: 'viewer' } : principal);
    const response = await api.fetch(request, context.env);
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
}
