import { createApiClient } from '../../../functions/api/api-client.ts';
import { problemOf, sendRenewing, type SendOptions } from './request.ts';

/** Sends what the typed client has written, with the timeout and the renewal of every request. */
function sendWith(options: Pick<SendOptions, 'answerWithinMs' | 'isHeartbeat'> = {}): typeof fetch {
  return async (input, init = {}) => {
    const { body, method, signal } = init;
    const sent = new Headers(init.headers);
    const { content, headers, status } = await sendRenewing(String(input), {
      ...options,
      method: readMethod(method),
      ...(body instanceof Blob || typeof body === 'string' ? { body } : {}),
      ifMatch: sent.get('if-match'),
      ifNoneMatch: sent.get('if-none-match'),
      ...(signal ? { signal } : {}),
    });
    return new Response(content.byteLength > 0 ? content : null, { headers, status });
  };
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

function readMethod(method: string | undefined): (typeof METHODS)[number] {
  return METHODS.find((each) => each === method) ?? 'GET';
}

/**
 * The API's calls by path, typed by its routes, so that a changed schema is a compile error here. They throw an
 * `ApiProblem` for every failure, including an unreachable server.
 */
export const { api } = createApiClient('', { fetch: sendWith() });

/** Options of a call that its caller may end. */
export const endedBy = (signal: AbortSignal): { init: RequestInit } => ({ init: { signal } });

/** Options of a slow call. */
export const within = (answerWithinMs: number): { fetch: typeof fetch } => ({ fetch: sendWith({ answerWithinMs }) });

/** Options of a write that changes nothing of the show, so that the page need not read it again. */
export const asHeartbeat = (): { fetch: typeof fetch } => ({ fetch: sendWith({ isHeartbeat: true }) });

/** Options of a call that sends a picture. */
export function sending(picture: Blob): { init: RequestInit; fetch: typeof fetch } {
  return { ...within(PICTURE_WITHIN_MS), init: { body: picture } };
}

/** Timeout of an upload: the largest picture on a slow line. */
const PICTURE_WITHIN_MS = 120_000;

/** Returns the body of an answer. */
export async function bodyOf<Body>(sent: Promise<{ json(): Promise<Body> }>): Promise<Body> {
  return (await sent).json();
}

/** A body with its ETag, for a change that must not overwrite another one. */
export interface Tagged<Body> {
  body: Body;
  etag: string | null;
}

/** Returns the body of an answer with its ETag. */
export async function taggedBodyOf<Body>(
  sent: Promise<{ json(): Promise<Body>; headers: Headers }>,
): Promise<Tagged<Body>> {
  const answer = await sent;
  return { body: await answer.json(), etag: answer.headers.get('etag') };
}

/** Returns a picture and its time as an HTTP date, or null without a time; null when there is no picture. */
export async function pictureIfAny(
  sent: Promise<{ blob(): Promise<Blob>; headers: Headers }>,
): Promise<{ image: Blob; takenAt: string | null } | null> {
  try {
    const answer = await sent;
    return { image: await answer.blob(), takenAt: answer.headers.get('last-modified') };
  } catch (error) {
    if (problemOf(error)?.status === 404) return null;
    throw error;
  }
}
