import { COMMON_SECURITY_HEADERS, setCommonHeaders } from '../../domain/security-headers.ts';

/**
 * Policy of every answer. Styles may be inline because the component library needs it; scripts may not. hls.js plays
 * from `blob:` URLs.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** The same on AWS and on one machine. On AWS, CloudFront adds them to the dashboard's files too. */
export const SECURITY_HEADERS: Record<string, string> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  ...COMMON_SECURITY_HEADERS,
};

/** Sets the headers. Answers without a cache policy get no-store. */
export function setSecurityHeaders(headers: Headers, options: { requestId: string; https: boolean }): void {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) headers.set(name, value);
  setCommonHeaders(headers, options);
}
