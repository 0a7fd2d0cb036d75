import { AppError } from '../../domain/errors.ts';
import type { Principal } from '../auth/authentication.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** True for methods that change nothing. */
export function isSafe(method: string): boolean {
  return SAFE_METHODS.has(method);
}

/**
 * Host of the page a browser has open, with its port. Behind CloudFront the API sees the gateway's name as `Host`, so the
 * deployment says which host is the dashboard's. `X-Forwarded-Host` is only logged: it has to survive CloudFront and the
 * gateway, and without it every write would be refused.
 */
export function publicHostOf(request: Request, { publicHost }: { publicHost?: string }): string {
  return (publicHost ?? request.headers.get('host') ?? new URL(request.url).host).toLowerCase();
}

/** Answers only to the names we are known by, so that a web page cannot rebind its own name to us. */
export function requireAllowedHost(request: Request, isHostAllowed: ((host: string) => boolean) | undefined): void {
  if (!isHostAllowed) return;
  // The request's URL is made from the Host header, by every server we run on.
  const host = (request.headers.get('host') ?? new URL(request.url).host).toLowerCase().replace(/:\d+$/, '');
  if (isHostAllowed(host)) return;
  throw new AppError('forbidden', {
    detail: 'the control plane does not answer to this host name',
    remedy: 'use the address printed at startup',
  });
}

/**
 * A browser sends the session cookie for whoever asks. A write it did not begin on our own page is refused; SameSite
 * alone would let pages of other ports of this host through. What needs nobody signed in sets or ends a session, and is
 * held to the same.
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

/** `__proto__` vanishes in the framework's own query object, so it is looked for here. */
export function requirePlainQuery(request: Request): void {
  if (!new URL(request.url).searchParams.has('__proto__')) return;
  throw new AppError('validation_failed', {
    detail: 'unknown query parameter',
    remedy: 'leave it out',
    errors: [{ field: '(unknown)', message: 'unknown query parameter' }],
  });
}
