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

/** Returns a reader with the credentials of a request, so that it sees nothing that the caller may not see. */
export function readAsCaller(api: Api, context: ApiContext): (path: string) => Promise<OwnAnswer> {
  const headers = new Headers(context.req.raw.headers);
  for (const name of OF_THE_REQUEST) headers.delete(name);
  return async (path) => {
    const response = await api.fetch(new Request(new URL(path, context.req.url), { headers }), context.env);
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
}
