import { AppError } from '../../domain/errors.ts';
import type { Principal } from '../auth/principal.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Returns true for methods that change nothing. */
export function isSafe(method: string): boolean {
  return SAFE_METHODS.has(method);
}

/**
 * Returns the host and port of the page in the browser. Behind CloudFront the API sees the gateway's name as `Host`, so
 * the deployment configures the dashboard's host. `X-Forwarded-Host` is only logged: if CloudFront or the gateway
 * dropped it, every write would be refused.
 */
export function publicHostOf(request: Request, { publicHost }: { publicHost?: string }): string {
  return (publicHost ?? request.headers.get('host') ?? new URL(request.url).host).toLowerCase();
}

/** Refuses unknown host names, so that a web page cannot rebind its own name to this server. */
export function requireAllowedHost(request: Request, isHostAllowed: ((host: string) => boolean) | undefined): void {
  if (!isHostAllowed) return;
  // Every server we run on builds the request's URL from the Host header.
  const host = (request.headers.get('host') ?? new URL(request.url).host).toLowerCase().replace(/:\d+$/, '');
  if (isHostAllowed(host)) return;
  throw new AppError('forbidden', {
    detail: 'the control plane does not answer to this host name',
    remedy: 'use the address printed at startup',
  });
}

/**
 * Refuses a write by cookie that does not come from our own page, because browsers send the cookie with every request.
 * SameSite alone would allow pages of other ports of this host. Open routes set or end a session and have the same
 * rule.
 * @param publicHost see `publicHostOf`
 */
export function requireSameOrigin(request: Request, principal: Principal | null, publicHost: string): void {
  if (isSafe(request.method) || (principal !== null && principal.via !== 'cookie')) return;
  const site = request.headers.get('sec-fetch-site');
  const origin = request.headers.get('origin');
  const isForeign =
    (site !== null && site !== 'same-origin' && site !== 'none') ||
    (origin !== null && URL.parse(origin)?.host !== publicHost);
  if (!isForeign) return;
  throw new AppError('forbidden', {
    detail: 'the request comes from a page of another origin',
    remedy: 'use the dashboard, or call the API with the bearer token',
    internal: `origin ${origin ?? 'none'}, sec-fetch-site ${site ?? 'none'}, page ${publicHost}, x-forwarded-host ${request.headers.get('x-forwarded-host') ?? 'none'}`,
  });
}

/** Refuses `__proto__`, which disappears in the framework's query object. */
export function requirePlainQuery(request: Request): void {
  if (!new URL(request.url).searchParams.has('__proto__')) return;
  throw new AppError('validation_failed', {
    detail: 'unknown query parameter',
    remedy: 'leave it out',
    errors: [{ field: '(unknown)', message: 'unknown query parameter' }],
  });
}
