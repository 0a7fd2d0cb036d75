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

/** A request of the API to itself. */
export interface OwnRequest {
  method: 'PATCH' | 'POST' | 'PUT';
  path: string;
  body?: object;
  /** A PNG to send instead of a body. */
  png?: Buffer<ArrayBuffer>;
}

/**
 * Returns a reader for the caller of a request, who is not authenticated again, so that it sees nothing that the caller
 * may not see. A trigger token may not read; what it started may be waited for.
 */
export function readAsCaller(api: Api, context: ApiContext): (path: string) => Promise<OwnAnswer> {
  const { triggers, ...principal } = context.get('principal');
  const reader: Principal = triggers ? { ...principal, role: 'viewer' } : principal;
  return (path) => fetchAs(reader, api, context, { path });
}

/** Sends a request as the caller of the one in progress: its role counts, and it is in the log and on the timeline. */
export function sendAsCaller(api: Api, context: ApiContext, request: OwnRequest): Promise<OwnAnswer> {
  return fetchAs(context.get('principal'), api, context, request);
}

async function fetchAs(
  principal: Principal,
  api: Api,
  context: ApiContext,
  { body, method, path, png }: Partial<OwnRequest> & { path: string },
): Promise<OwnAnswer> {
  const headers = new Headers(context.req.raw.headers);
  for (const name of OF_THE_REQUEST) headers.delete(name);
  if (method) headers.set('content-type', png ? 'image/png' : 'application/json');
  const content = method && { method, body: png ?? JSON.stringify(body) };
  const request = new Request(new URL(path, context.req.url), { ...content, headers });
  ownRequests.set(request, principal);
  const response = await api.fetch(request, context.env);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}
