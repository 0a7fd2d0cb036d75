import type { ProblemBody } from '../../../functions/api/schemas/answers.ts';
import { noteServerTime } from './server-clock.ts';

/** An answer is waited for this long; a poll that hangs must count as missed, not as pending for ever. */
const ANSWER_WITHIN_MS = 10_000;

/** A request that failed, with the API's problem; made up here only when nothing could be reached. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly problem: ProblemBody;

  constructor(problem: ProblemBody) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** The problem a request has failed with; null without an error, and for a fault that is none of the API's. */
export function problemOf(error: unknown): ProblemBody | null {
  return error instanceof ApiProblem ? error.problem : null;
}

interface RequestOptions<Body> {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: Body;
  ifMatch?: string | null;
  signal?: AbortSignal;
  /** A status that is an answer, although it is an error's. */
  alsoAnswers?: number;
  /** For the few requests that take their time by nature. */
  answerWithinMs?: number;
}

/** An answer's body with the ETag it came with. */
export interface Answer<T> {
  body: T;
  etag: string | null;
}

/**
 * Sends one request to the API of this page's origin; a session that has run out in between is renewed. A request with
 * a body has to name its schema's type, so that a changed schema is a compile error here.
 * @throws {ApiProblem} for every failure, the unreachable server included
 */
export async function request<T, Body = never>(
  path: string,
  options: RequestOptions<NoInfer<Body>> = {},
): Promise<Answer<T>> {
  const { content, headers } = await sendRenewing(path, options);
  const text = toText(content);
  return { body: (text ? JSON.parse(text) : null) as T, etag: headers.get('etag') };
}

/**
 * The same for a picture.
 * @returns with the moment it was taken, as HTTP writes times; null when nothing says
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

interface Received {
  content: ArrayBuffer;
  headers: Headers;
}

async function sendRenewing(path: string, options: RequestOptions<unknown>): Promise<Received> {
  try {
    return await send(path, options);
  } catch (error) {
    if (!(error instanceof ApiProblem) || !error.problem.signIn) throw error;
    way = error.problem.signIn;
    if (way.kind !== 'redirect') throw error;
    // What was refused for want of a session has not happened, so it may be sent again.
    await renewSession();
    return send(path, options);
  }
}

let way: NonNullable<ProblemBody['signIn']> = { kind: 'token' };

/** How to sign in here: every 401 says it. */
export function wayToSignIn(): typeof way {
  return way;
}

let renewal: Promise<unknown> | null = null;

/** Once for all requests that wait for it. */
function renewSession(): Promise<unknown> {
  renewal ??= send('/api/session/refresh', { method: 'POST' }).finally(() => {
    renewal = null;
  });
  return renewal;
}

async function send(path: string, options: RequestOptions<unknown>): Promise<Received> {
  const { method = 'GET', body, ifMatch, signal, answerWithinMs = ANSWER_WITHIN_MS } = options;
  const headers: Record<string, string> = { accept: 'application/json' };
  if (method !== 'GET') headers['content-type'] = 'application/json';
  if (ifMatch) headers['if-match'] = ifMatch;
  const timeout = AbortSignal.timeout(answerWithinMs);
  const init: RequestInit = {
    method,
    headers,
    credentials: 'same-origin',
    cache: 'no-store',
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  };
  if (method !== 'GET') init.body = JSON.stringify(body ?? {});

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
  return { content, headers: response.headers };
}

function toText(content: ArrayBuffer): string {
  return new TextDecoder().decode(content);
}

function toProblem(response: Response, text: string): ProblemBody {
  try {
    const body = JSON.parse(text) as Partial<ProblemBody>;
    if (typeof body.detail === 'string' && typeof body.code === 'string') {
      return { ...unreachable(), remedy: '', requestId: '', ...body } as ProblemBody;
    }
  } catch {
    // Not JSON: a proxy in between answered.
  }
  return {
    ...unreachable(),
    title: 'Unreadable answer',
    status: response.status,
    code: 'unreadable_answer',
    detail: `the server answered ${response.status} without a reason`,
    requestId: response.headers.get('x-request-id') ?? '',
  };
}

function unreachable(): ProblemBody {
  return {
    type: 'about:blank',
    title: 'Server unreachable',
    status: 0,
    code: 'unreachable',
    detail: 'the server does not answer',
    remedy: 'check that it is running and that this machine can reach it',
    requestId: '',
  };
}
