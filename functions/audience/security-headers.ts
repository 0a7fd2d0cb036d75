import { setCommonHeaders } from '../domain/security-headers.ts';

/**
 * The policy of the public pages. Everything comes from their own origin, and no style or script is inline. hls.js feeds
 * the video from `blob:` URLs.
 */
function policyOf(framedBy: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${framedBy}`,
  ].join('; ');
}

/**
 * Sets the headers of every answer. Answers without a cache policy get no-store.
 * @param options.framedBy sites that may show the answer in a frame; undefined: none
 */
export function setSecurityHeaders(
  headers: Headers,
  { framedBy, ...options }: { requestId: string; framedBy: string | undefined; https: boolean },
): void {
  headers.set('content-security-policy', policyOf(framedBy ?? "'none'"));
  if (framedBy === undefined) headers.set('x-frame-options', 'DENY');
  // A picture or an embed is meant for other sites.
  if (!headers.has('cross-origin-resource-policy')) headers.set('cross-origin-resource-policy', 'same-origin');
  setCommonHeaders(headers, options);
  // With no-referrer, browsers send `Origin: null` with the forms of these pages. Other sites still learn nothing.
  headers.set('referrer-policy', 'same-origin');
}
