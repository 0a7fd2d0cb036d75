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

/** Two years, as browsers' preload lists require. Sent over TLS only. */
const STRICT_TRANSPORT_SECURITY = 'max-age=63072000; includeSubDomains';

/**
 * Sets the headers of every answer. Answers without a cache policy get no-store.
 * @param options.framedBy sites that may show the answer in a frame; undefined: none
 */
export function setSecurityHeaders(
  headers: Headers,
  { requestId, framedBy, https }: { requestId: string; framedBy: string | undefined; https: boolean },
): void {
  headers.set('content-security-policy', policyOf(framedBy ?? "'none'"));
  headers.set('x-content-type-options', 'nosniff');
  headers.set('referrer-policy', 'no-referrer');
  headers.set('cross-origin-opener-policy', 'same-origin');
  // A picture or an embed is meant for other sites.
  if (!headers.has('cross-origin-resource-policy')) headers.set('cross-origin-resource-policy', 'same-origin');
  headers.set('permissions-policy', 'camera=(), microphone=(), geolocation=()');
  headers.set('x-request-id', requestId);
  if (framedBy === undefined) headers.set('x-frame-options', 'DENY');
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
  if (https) headers.set('strict-transport-security', STRICT_TRANSPORT_SECURITY);
}
