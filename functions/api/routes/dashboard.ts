import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join, resolve, sep } from 'node:path';
import { AppError } from '../../domain/errors.ts';
import type { Api, ApiContext } from '../api-deps.ts';

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};
/** Vite adds a hash of the content to the names below it. */
const HASHED_DIRECTORY = '/assets/';
const PATH = /^(\/[A-Za-z0-9_~@-][A-Za-z0-9._~@-]*)*\/?$/;

/**
 * Serves the built dashboard to anyone, because it contains no data and includes the sign-in page. Paths without a file
 * extension get `index.html`, whose router finds the page.
 */
export function registerDashboard(api: Api, { directory }: { directory: string }): void {
  const root = resolve(directory);
  api.get('/*', async (context, next) => {
    const { pathname } = new URL(context.req.url);
    if (/^\/(api|out)(\/|$)/.test(pathname)) return next();
    const isPage = extname(pathname) === '';
    const found = !isPage && PATH.test(pathname) ? await read(root, pathname) : null;
    if (found) return send(context, found, pathname);
    if (!isPage) return next();
    const index = await read(root, '/index.html');
    if (index) return send(context, index, '/index.html');
    throw new AppError('not_found', {
      detail: 'the dashboard has not been built',
      remedy: 'restart Sluice, which builds the dashboard, or use the API: GET /api/docs',
    });
  });
}

async function read(root: string, pathname: string): Promise<Buffer | null> {
  const file = join(root, pathname);
  if (!file.startsWith(root + sep)) return null;
  try {
    return await readFile(file);
  } catch {
    return null;
  }
}

function send(context: ApiContext, content: Buffer, pathname: string): Response {
  const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
  const headers = {
    'content-type': TYPES[extname(pathname)] ?? 'application/octet-stream',
    'cache-control': pathname.startsWith(HASHED_DIRECTORY) ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag,
  };
  if (context.req.header('if-none-match') === etag) return context.body(null, 304, headers);
  return context.body(new Uint8Array(content), 200, headers);
}
