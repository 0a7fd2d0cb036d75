export interface RtmpTarget {
  secure: boolean;
  /** Without the brackets of an IPv6 literal. */
  host: string;
  port: number;
  /** Path without its leading slash, query string included. */
  app: string;
  /** The URL for the `connect` command, without user information. */
  tcUrl: string;
}

/**
 * Parses an `rtmp:` or `rtmps:` URL. Ports default to 1935 and 443.
 * @throws {TypeError} for anything else; the message does not repeat the URL, which may hold a key by mistake
 */
export function parseRtmpTarget(url: string): RtmpTarget {
  const parsed = URL.parse(url);
  if (parsed === null || (parsed.protocol !== 'rtmp:' && parsed.protocol !== 'rtmps:') || parsed.hostname === '') {
    throw new TypeError('an RTMP target is a URL like rtmp://host[:port]/app or rtmps://host[:port]/app');
  }
  const secure = parsed.protocol === 'rtmps:';
  const app = parsed.pathname.replace(/^\/+|\/+$/g, '') + parsed.search;
  return {
    secure,
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: parsed.port === '' ? (secure ? 443 : 1935) : Number(parsed.port),
    app,
    tcUrl: `${parsed.protocol}//${parsed.host}/${app}`,
  };
}
