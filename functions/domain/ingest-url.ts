import ipaddr from 'ipaddr.js';
import { listPlatforms } from '../../presets/index.ts';
import { DESCRIPTIONS, kindOfAddress, notPublic, refuse, type IngestUrlProblem } from './public-address.ts';

/**
 * Parses the RTMP or SRT URL of a destination, and refuses targets that must never be dialled: our own machine, the network
 * around it, and disguised addresses. `new URL()` does not help: for unknown schemes it keeps `2130706433` or `0x7f.1`
 * as a host name, which the resolver then turns into 127.0.0.1. So the URL must be written plainly, in a small subset
 * of RFC 3986. Everything else is refused, not repaired.
 *
 * A refusal never repeats the path, query or user part it was given, because operators paste their stream key there.
 */

export type IngestProtocol = 'rtmp' | 'rtmps' | 'srt';

/** A URL that may be dialled once its addresses have been checked as well. */
export interface IngestUrl {
  protocol: IngestProtocol;
  /** Lower case; an IPv6 address has no brackets. */
  host: string;
  port: number;
  /** RTMP application with its query, without slashes around it: `live2?backup=1`; empty for SRT. */
  app: string;
  /** Protocol and host in lower case, no trailing slash; the port as given. Contains no stream key. */
  normalized: string;
}

/** What the check needs of a platform; `Platform` of the presets has it. */
export interface IngestPlatform {
  name: string;
  protocols: readonly IngestProtocol[];
  /** Known URL, whose number of segments the application must have; any further segment is the stream key. */
  rtmpUrl: string | null;
}

export interface IngestUrlOptions {
  /**
   * Accepts `localhost`, 127.0.0.0/8 and ::1, for rehearsal on one machine. No other private target is ever accepted.
   */
  loopbackAllowed: boolean;
  platform?: IngestPlatform;
}

const URL_CHARACTERS_MAX = 2048;
/** SRT has no default. */
const DEFAULT_PORTS: Record<IngestProtocol, number | null> = { rtmp: 1935, rtmps: 443, srt: null };

// Only the characters of RFC 3986: no spaces, controls, backslashes, quotes or letters outside ASCII.
const URL_CHARACTERS = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]*$/;
const URL_PARTS = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/;
const AUTHORITY_PARTS = /^(\[[0-9A-Fa-f]*:[0-9A-Fa-f:.]*\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/;

/** Ports below 1024 on which platforms receive RTMP. The rest of that range belongs to other services. */
const LOW_PORTS_ALLOWED = new Set([80, 443]);
/** Ports of databases, caches and control interfaces. A push to one would be an attack, not a broadcast. */
const HIGH_PORTS_REFUSED = new Set([2049, 2375, 2376, 3306, 3389, 5432, 5984, 6379, 9200, 10250, 11211, 27017]);

/**
 * Suffixes that are only valid inside a network: those of RFC 6761, 6762, 7686, 8375 and 9476, those ICANN will never
 * delegate (corp, home, mail, internal), and those of container platforms, service registries and routers.
 */
const PRIVATE_SUFFIXES = [
  'localhost',
  'local',
  'localdomain',
  'internal',
  'intranet',
  'private',
  'corp',
  'home',
  'lan',
  'arpa',
  'mail',
  'svc',
  'cluster',
  'consul',
  'docker',
  'containers',
  'kube',
  'marathon',
  'mesos',
  'rancher',
  'vault',
  'node',
  'pod',
  'domain',
  'workgroup',
  'localnet',
  'router',
  'gateway',
  'invalid',
  'onion',
  'alt',
];
/** Public-looking names of cloud metadata services. The others end in `.internal` or are addresses. */
const METADATA_NAMES = new Set(['metadata.tencentyun.com', 'metadata.azure.com', 'metadata.packet.net']);

/** Shapes of the keys of every platform, whichever was selected: operators paste one key beside another. */
const STREAM_KEY_SHAPES = listPlatforms().flatMap((platform) =>
  platform.streamKeyShape === null ? [] : [new RegExp(platform.streamKeyShape, 'i')],
);
/** Domains whose application has one segment, so a second one is the stream key whatever platform was selected. */
const ONE_SEGMENT_DOMAINS = listPlatforms().flatMap(({ oneSegmentDomains }) => oneSegmentDomains);

/** Checks a URL without its stream key or passphrase. SRT only for a platform that has it. Pure: `checkResolvedAddresses` checks what its name resolves to. */
export function parseIngestUrl(
  text: string,
  options: IngestUrlOptions,
): { ok: true; url: IngestUrl } | IngestUrlProblem {
  if (text.length > URL_CHARACTERS_MAX) return malformed(`the URL has more than ${URL_CHARACTERS_MAX} characters`);
  if (!URL_CHARACTERS.test(text))
    return malformed('the URL holds a space, a control character or a character outside ASCII');
  const parts = URL_PARTS.exec(text);
  if (!parts) return malformed('this is not a URL');
  const [, scheme = '', authority = '', path = '', query = '', fragment] = parts;

  const { platform } = options;
  const protocol = toProtocol(scheme);
  if (!protocol || (protocol === 'srt' && !platform))
    return refuse(
      'url_protocol_not_allowed',
      'only rtmp:// and rtmps:// URLs are allowed',
      'begin the URL with rtmp:// or rtmps://',
    );
  if (platform && !platform.protocols.includes(protocol)) {
    const allowed = platform.protocols.map((each) => `${each}://`).join(' or ');
    const other = protocol === 'srt' ? 'choose the platform SRT, or ' : '';
    return refuse(
      'url_protocol_not_allowed',
      `${platform.name} accepts ${allowed} only`,
      `${other}begin the URL with ${allowed}`,
    );
  }
  if (authority.includes('@')) {
    return refuse(
      'url_has_credentials',
      'the URL holds a user name or password',
      'remove everything before the @: servers that want a user name and a password are not supported; a stream key has its own field',
    );
  }
  if (fragment !== undefined)
    return refuse('url_has_fragment', 'the URL holds a #', 'remove the # and what follows it');

  const address = readAuthority(authority, protocol);
  if ('code' in address) return address;
  const hostProblem = checkHost(address.host, options.loopbackAllowed);
  if (hostProblem) return hostProblem;
  const { host, port, portText } = address;
  const hostText = host.includes(':') ? `[${host}]` : host;
  if (protocol === 'srt') {
    if (path.replace(/^\//, '') !== '' || query !== '') return srtParameters();
    return { ok: true, url: { protocol, host, port, app: '', normalized: `srt://${hostText}:${port}` } };
  }
  const app = readApp(path, query, appSegmentsMax(address.host, platform));
  if ('code' in app) return app;

  const normalized = `${protocol}://${hostText}${portText}/${app.app}`;
  return { ok: true, url: { protocol, host, port, app: app.app, normalized } };
}

function toProtocol(scheme: string): IngestProtocol | null {
  const lower = scheme.toLowerCase();
  return lower === 'rtmp' || lower === 'rtmps' || lower === 'srt' ? lower : null;
}

type Authority = { host: string; port: number; portText: string };

function readAuthority(authority: string, protocol: IngestProtocol): Authority | IngestUrlProblem {
  if (authority === '' || authority.startsWith(':')) return hostInvalid('the URL has no host');
  const parts = AUTHORITY_PARTS.exec(authority);
  if (!parts?.[1]) return hostInvalid('the host or port cannot be read');
  const portText = parts[2];
  if (portText?.startsWith('0'))
    return protocol === 'srt' ? srtPortRefused(`${portText} is not a port`) : portRefused(portText);
  const port = portText === undefined ? DEFAULT_PORTS[protocol] : Number(portText);
  if (port === null) return srtPortRefused('the URL has no port');
  if (protocol === 'srt' && port > 65535) return srtPortRefused(`${port} is not a port`);
  const isTaken = protocol !== 'srt' && ((port < 1024 && !LOW_PORTS_ALLOWED.has(port)) || HIGH_PORTS_REFUSED.has(port));
  if (port > 65535 || isTaken) return portRefused(String(port));
  const host = parts[1].replace(/^\[|\]$/g, '').toLowerCase();
  return { host, port, portText: portText === undefined ? '' : `:${port}` };
}

/** Checks a host as written, in lower case: a plain public name or address. @returns why it is refused, or null */
export function checkHost(host: string, loopbackAllowed: boolean): IngestUrlProblem | null {
  if (host === 'localhost') return loopbackAllowed ? null : notPublic(`the URL points at ${DESCRIPTIONS.loopback}`);
  const isAddress = host.includes(':') ? ipaddr.IPv6.isValid(host) : ipaddr.IPv4.isValidFourPartDecimal(host);
  if (isAddress) {
    const kind = kindOfAddress(host);
    if (kind === 'public' || (kind === 'loopback' && loopbackAllowed)) return null;
    return notPublic(`the URL points at ${DESCRIPTIONS[kind]}`);
  }
  if (host.includes(':')) return hostInvalid('the IPv6 address cannot be read');
  return checkHostName(host);
}

function checkHostName(host: string): IngestUrlProblem | null {
  const labels = host.split('.');
  const last = labels.at(-1) ?? '';
  const isWellFormed =
    host.length <= 253 && labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
  if (!isWellFormed) return hostInvalid('the host is not a plain host name');
  // Resolvers read such "names" as addresses: 2130706433, 0x7f.1, 0177.0.0.1 and 127.1 are all 127.0.0.1.
  if (/^(\d+|0x[0-9a-f]*)$/.test(last)) return hostInvalid('the host is an IP address in an unusual spelling');
  if (labels.length < 2) return notPublic('the host is a name of the local network');
  if (PRIVATE_SUFFIXES.includes(last) || METADATA_NAMES.has(host))
    return notPublic('the host is a name inside a private network');
  return null;
}

function readApp(path: string, query: string, segmentsMax: number): { app: string } | IngestUrlProblem {
  const app = path.replace(/^\//, '').replace(/\/$/, '');
  if (app === '') {
    return refuse(
      'url_app_missing',
      'the URL has no application after the host',
      'add it as the platform shows it, for example /live or /app',
    );
  }
  const segments = app.split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
    return malformed('the path holds an empty part or dots only');
  }
  if (!hasPlainEscapes(path) || !hasPlainEscapes(query))
    return malformed('the path holds an escape that is not allowed');
  if (/[[\]]/.test(path + query)) return malformed('the path holds a bracket');
  if (carriesStreamKey(segments, query, segmentsMax)) {
    return refuse(
      'url_contains_stream_key',
      'the URL seems to hold the stream key',
      'put the stream key into its own field and leave the URL without it',
    );
  }
  return { app: app + (query === '?' ? '' : query) };
}

/** Returns true when every % begins an escape of a printable character without a special meaning in a path. */
function hasPlainEscapes(text: string): boolean {
  const escapes = text.match(/%.{0,2}/g) ?? [];
  return escapes.every((escape) => {
    const code = /^%[0-9A-Fa-f]{2}$/.test(escape) ? Number.parseInt(escape.slice(1), 16) : 0;
    return code > 0x20 && code < 0x7f && !'/\\%.?#'.includes(String.fromCharCode(code));
  });
}

/** Returns how many segments the application may have, if known; any further segment is the stream key. */
function appSegmentsMax(host: string, platform: IngestPlatform | undefined): number {
  const known = platform?.rtmpUrl ? URL_PARTS.exec(platform.rtmpUrl)?.[3] : undefined;
  if (known !== undefined) return known.split('/').filter(Boolean).length;
  return ONE_SEGMENT_DOMAINS.some((domain) => host === domain || host.endsWith(`.${domain}`)) ? 1 : Infinity;
}

function carriesStreamKey(segments: string[], query: string, segmentsMax: number): boolean {
  if (segments.length > segmentsMax) return true;
  const words = [...segments, ...query.split(/[?&=]/)].map((word) => decodeURIComponent(word));
  return words.some((word) => STREAM_KEY_SHAPES.some((shape) => shape.test(word)));
}

function malformed(message: string): IngestUrlProblem {
  return refuse('url_malformed', message, 'write it as rtmp://host/app or rtmps://host:port/app');
}

function hostInvalid(message: string): IngestUrlProblem {
  return refuse(
    'url_host_invalid',
    message,
    'write the host as a plain name or address, as in rtmp://live.example.com/app',
  );
}

function portRefused(port: string): IngestUrlProblem {
  return refuse(
    'url_port_not_allowed',
    `port ${port} is not a port that receives RTMP`,
    'leave out the port, or use 80, 443 or one from 1024 to 65535',
  );
}

function srtPortRefused(message: string): IngestUrlProblem {
  return refuse('url_port_not_allowed', message, 'add a port from 1 to 65535, as in srt://live.example.com:9000');
}

function srtParameters(): IngestUrlProblem {
  return refuse(
    'url_malformed',
    'the URL holds more than host and port',
    'write it as srt://host:port; stream ID, passphrase and latency have their own fields',
  );
}
