import { ApiProblem, toProblem, unreachable } from '../../../functions/api/api-problem.ts';
import type { ProblemBody } from '../../../functions/api/schemas/problem.ts';
import { noteServerTime } from './server-clock.ts';
import { countWrite } from './writes.ts';

/** Request timeout, so that a hanging poll counts as missed instead of pending for ever. */
const ANSWER_WITHIN_MS = 10_000;

/** Returns the problem of a failed request; null without an error and for other errors. */
export function problemOf(error: unknown): ProblemBody | null {
  return error instanceof ApiProblem ? error.problem : null;
}

/** How to send a request. */
export interface SendOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** JSON, or a picture. */
  body?: string | Blob;
  ifMatch?: string | null;
  /** The ETag of a known answer; an unchanged one is answered with 304. */
  ifNoneMatch?: string | null;
  signal?: AbortSignal;
  /** Timeout of a slow request. */
  answerWithinMs?: number;
  /** A write that changes nothing of the show, so that the page need not read it again. */
  isHeartbeat?: boolean;
}

interface Received {
  content: ArrayBuffer;
  status: number;
  headers: Headers;
}

/**
 * Sends a request to the API of this page's origin, and sends it again after an expired session was renewed.
 * @throws {ApiProblem} for every failure, including an unreachable server
 */
export function sendRenewing(path: string, options: SendOptions = {}): Promise<Received> {
  const isRead = (options.method ?? 'GET') === 'GET';
  return isRead || options.isHeartbeat
    ? sendTwiceIfExpired(path, options)
    : countWrite(() => sendTwiceIfExpired(path, options));
}

async function sendTwiceIfExpired(path: string, options: SendOptions): Promise<Received> {
  try {
    return await send(path, options);
  } catch (error) {
    if (!(error instanceof ApiProblem) || !error.problem.signIn) throw error;
    way = error.problem.signIn;
    if (way.kind !== 'redirect') throw error;
    // The server has not run a request that it answered with 401, so it is safe to send it again.
    await renewSession();
    return send(path, options);
  }
}

let way: NonNullable<ProblemBody['signIn']> = { kind: 'token' };

/** Returns how to sign in, from the newest 401. */
export function wayToSignIn(): typeof way {
  return way;
}

let renewal: Promise<unknown> | null = null;

/** Renews the session once for all waiting requests. */
function renewSession(): Promise<unknown> {
  renewal ??= send('/api/session/refresh', { method: 'POST' }).finally(() => {
    renewal = null;
  });
  return renewal;
}

async function send(path: string, options: SendOptions): Promise<Received> {
  const { method = 'GET', body = '{}', ifMatch, ifNoneMatch, signal } = options;
  const { answerWithinMs = ANSWER_WITHIN_MS } = options;
  const headers: Record<string, string> = { accept: 'application/json' };
  if (method !== 'GET') headers['content-type'] = typeof body === 'string' ? 'application/json' : body.type;
  if (ifMatch) headers['if-match'] = ifMatch;
  if (ifNoneMatch) headers['if-none-match'] = ifNoneMatch;
  const timeout = AbortSignal.timeout(answerWithinMs);
  const init: RequestInit = {
    method,
    headers,
    credentials: 'same-origin',
    cache: 'no-store',
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  };
  if (method !== 'GET') init.body = body;

  let response: Response;
  let content: ArrayBuffer;
  try {
    response = await fetch(path, init);
    content = await response.arrayBuffer();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiProblem(unreachable());
  }
  noteServerTime(response.headers.get('date'));
  const isUnchanged = response.status === 304 && ifNoneMatch;
  if (!response.ok && !isUnchanged) throw new ApiProblem(toProblem(response, new TextDecoder().decode(content)));
  return { content, status: response.status, headers: response.headers };
}
