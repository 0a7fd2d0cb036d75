import { ApiProblem, toProblem, unreachable } from '../../../functions/api/api-problem.ts';
import type { ProblemBody } from '../../../functions/api/schemas/answers.ts';
import { noteServerTime } from './server-clock.ts';
import { countWrite } from './writes.ts';

/** Request timeout, so that a hanging poll counts as missed instead of pending for ever. */
const ANSWER_WITHIN_MS = 10_000;

/** Returns the problem of a failed request; null without an error and for other errors. */
export function problemOf(error: unknown): ProblemBody | null {
  return error instanceof ApiProblem ? error.problem : null;
}

interface RequestOptions<Body> {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: Body;
  /** An image to send instead of a body. */
  image?: Blob;
  /** A body that is JSON already. */
  json?: string;
  ifMatch?: string | null;
  /** The ETag of a known answer; an unchanged one is answered with 304, which `alsoAnswers` has to name. */
  ifNoneMatch?: string | null;
  signal?: AbortSignal;
  /** An error status that is a valid answer. */
  alsoAnswers?: number;
  /** Timeout of a slow request. */
  answerWithinMs?: number;
  /** A write that changes nothing of the show, so that the page need not read it again. */
  isHeartbeat?: boolean;
}

/** An answer's body, status and ETag. */
export interface Answer<T> {
  body: T;
  status: number;
  etag: string | null;
}

/**
 * Sends a request to the API of this page's origin and renews an expired session. A request with a body has to name its
 * schema's type, so that a changed schema is a compile error here.
 * @throws {ApiProblem} for every failure, including an unreachable server
 */
export async function request<T, Body = never>(
  path: string,
  options: RequestOptions<NoInfer<Body>> = {},
): Promise<Answer<T>> {
  const { content, status, headers } = await sendRenewing(path, options);
  const text = toText(content);
  return { body: (text ? JSON.parse(text) : null) as T, status, etag: headers.get('etag') };
}

/**
 * Requests a picture.
 * @returns the picture and its time as an HTTP date, or null without a time
 */
export async function requestPicture(
  path: string,
  options: RequestOptions<never> = {},
): Promise<{ image: Blob; takenAt: string | null }> {
  const { content, headers } = await sendRenewing(path, options);
  return {
    image: new Blob([content], { type: headers.get('content-type') ?? '' }),
    takenAt: headers.get('last-modified'),
  };
}

/** Requests a text that is not read as JSON, such as a file to save. */
export async function requestText<Body>(path: string, options: RequestOptions<NoInfer<Body>>): Promise<string> {
  return toText((await sendRenewing(path, options)).content);
}

/** Requests a picture that may not exist. @returns null when it does not */
export async function requestPictureIfAny(
  ...wanted: Parameters<typeof requestPicture>
): Promise<Awaited<ReturnType<typeof requestPicture>> | null> {
  try {
    return await requestPicture(...wanted);
  } catch (error) {
    if (problemOf(error)?.status === 404) return null;
    throw error;
  }
}

interface Received {
  content: ArrayBuffer;
  status: number;
  headers: Headers;
}

/** Sends a request, and sends it again after an expired session was renewed. @throws {ApiProblem} */
export function sendRenewing(path: string, options: RequestOptions<unknown>): Promise<Received> {
  const isRead = (options.method ?? 'GET') === 'GET';
  return isRead || options.isHeartbeat
    ? sendTwiceIfExpired(path, options)
    : countWrite(() => sendTwiceIfExpired(path, options));
}

async function sendTwiceIfExpired(path: string, options: RequestOptions<unknown>): Promise<Received> {
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

async function send(path: string, options: RequestOptions<unknown>): Promise<Received> {
  const { method = 'GET', body, image, json, ifMatch, ifNoneMatch, signal } = options;
  const { answerWithinMs = ANSWER_WITHIN_MS } = options;
  const headers: Record<string, string> = { accept: 'application/json' };
  if (method !== 'GET') headers['content-type'] = image ? image.type : 'application/json';
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
  if (method !== 'GET') init.body = image ?? json ?? JSON.stringify(body ?? {});

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
  if (!response.ok && response.status !== options.alsoAnswers)
    throw new ApiProblem(toProblem(response, toText(content)));
  return { content, status: response.status, headers: response.headers };
}

function toText(content: ArrayBuffer): string {
  return new TextDecoder().decode(content);
}
