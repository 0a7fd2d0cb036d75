import type { Api, ApiContext } from './api-deps.ts';
import type { Principal } from './auth/authentication.ts';

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

/** Requests of the API to itself that are parts of one answer, with the caller of that answer. */
const callers = new WeakMap<Request, Principal>();

/**
 * Returns the caller of a request that is a part of an answer; undefined for every request from outside, whose object
 * is never among these.
 */
export function callerOfPart(request: Request): Principal | undefined {
  return callers.get(request);
}

/**
 * Returns a reader with the credentials of a request, so that it sees nothing that the caller may not see.
 * @param isPartOfAnswer the reads belong to one answer: its caller is not authenticated, or counted, for each of them
 */
export function readAsCaller(
  api: Api,
  context: ApiContext,
  { isPartOfAnswer = false } = {},
): (path: string) => Promise<OwnAnswer> {
  const headers = new Headers(context.req.raw.headers);
  for (const name of OF_THE_REQUEST) headers.delete(name);
  return async (path) => {
    const request = new Request(new URL(path, context.req.url), { headers });
    if (isPartOfAnswer) callers.set(request, context.get('principal'));
    const response = await api.fetch(request, context.env);
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
}
