import type { Api, ApiContext } from './api-deps.ts';

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

/** A request of the API to itself. */
export interface OwnRequest {
  method: 'PATCH' | 'POST' | 'PUT';
  path: string;
  body?: object;
  /** A PNG to send instead of a body. */
  png?: Buffer<ArrayBuffer>;
}

/** Returns a reader with the credentials of a request, so that it sees nothing that the caller may not see. */
export function readAsCaller(api: Api, context: ApiContext): (path: string) => Promise<OwnAnswer> {
  return (path) => fetchAsCaller(api, context, path, {});
}

/**
 * Sends a request with the credentials of the one in progress: its caller's role counts, and its caller is in the log
 * and on the timeline.
 */
export function sendAsCaller(
  api: Api,
  context: ApiContext,
  { body, method, path, png }: OwnRequest,
): Promise<OwnAnswer> {
  return fetchAsCaller(api, context, path, {
    method,
    body: png ?? JSON.stringify(body),
    headers: { 'content-type': png ? 'image/png' : 'application/json' },
  });
}

async function fetchAsCaller(
  api: Api,
  context: ApiContext,
  path: string,
  { headers: own = {}, ...init }: { method?: string; body?: string | Buffer<ArrayBuffer>; headers?: object },
): Promise<OwnAnswer> {
  const headers = new Headers(context.req.raw.headers);
  for (const name of OF_THE_REQUEST) headers.delete(name);
  for (const [name, value] of Object.entries(own)) headers.set(name, String(value));
  const response = await api.fetch(new Request(new URL(path, context.req.url), { ...init, headers }), context.env);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}
