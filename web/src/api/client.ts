import { createApiClient } from '../../../functions/api/api-client.ts';
import { sendRenewing } from './request.ts';

/** Sends what the typed client has written, with the timeout and the renewal of every request. */
function sendWithin(answerWithinMs?: number): typeof fetch {
  return async (input, init = {}) => {
    const { body, method, signal } = init;
    const { content, headers, status } = await sendRenewing(String(input), {
      method: readMethod(method),
      ...(body instanceof Blob ? { image: body } : typeof body === 'string' ? { json: body } : {}),
      ifMatch: new Headers(init.headers).get('if-match'),
      ...(signal ? { signal } : {}),
      ...(answerWithinMs === undefined ? {} : { answerWithinMs }),
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
export const { api } = createApiClient('', { fetch: sendWithin() });

/** Options of a call that its caller may end. */
export const endedBy = (signal: AbortSignal): { init: RequestInit } => ({ init: { signal } });

/** Options of a slow call. */
export const within = (answerWithinMs: number): { fetch: typeof fetch } => ({ fetch: sendWithin(answerWithinMs) });

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
