import { AppError, errorName } from '../../domain/errors.ts';
import type { Api } from '../api-deps.ts';

/** Headers of the origin that are passed on. */
const PASSED_HEADERS = ['content-type', 'content-length', 'cache-control', 'etag', 'last-modified', 'age'];
const PATH = /^\/out\/v1(\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$/;

/** Serves the preview's playlists and segments from our own origin to signed-in users. */
export function registerHls(api: Api, hlsProxy: (path: string) => Promise<Response>): void {
  api.get('/out/v1/*', async (context) => {
    const { pathname, search } = new URL(context.req.url);
    if (!PATH.test(pathname)) throw notFound();
    let origin: Response;
    try {
      origin = await hlsProxy(pathname + search);
    } catch (error) {
      throw unavailable(errorName(error));
    }
    if (origin.status >= 400) {
      await origin.body?.cancel();
      throw origin.status < 500 ? notFound() : unavailable(`status ${origin.status}`);
    }
    const headers = new Headers();
    for (const name of PASSED_HEADERS) {
      const value = origin.headers.get(name);
      if (value !== null) headers.set(name, value);
    }
    if (context.req.method === 'HEAD') {
      await origin.body?.cancel();
      return new Response(null, { status: origin.status, headers });
    }
    return new Response(origin.body, { status: origin.status, headers });
  });
}

function notFound(): AppError {
  return new AppError('not_found', {
    detail: 'no such playlist or segment',
    remedy: 'use preview.hlsUrl of the flow status; it exists only while the preview runs',
  });
}

function unavailable(internal: string): AppError {
  return new AppError('upstream_unavailable', {
    detail: 'the preview’s origin does not answer',
    remedy: 'try again in a moment',
    internal,
    retryAfterSeconds: 1,
  });
}
