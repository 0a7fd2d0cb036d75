/** What every answer to a browser says, of the dashboard and of the public side. */
export const COMMON_SECURITY_HEADERS: Record<string, string> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
};

/** Two years, as browsers' preload lists require. Sent over TLS only. */
export const STRICT_TRANSPORT_SECURITY = 'max-age=63072000; includeSubDomains';

/** Sets the common headers and the id of the request. Answers without a cache policy get no-store. */
export function setCommonHeaders(headers: Headers, { requestId, https }: { requestId: string; https: boolean }): void {
  for (const [name, value] of Object.entries(COMMON_SECURITY_HEADERS)) headers.set(name, value);
  headers.set('x-request-id', requestId);
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
  if (https) headers.set('strict-transport-security', STRICT_TRANSPORT_SECURITY);
}
