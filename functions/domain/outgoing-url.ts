import ipaddr from 'ipaddr.js';
import { checkHost } from './ingest-url.ts';
import { toPrivateHost, type AddressOptions } from './public-address.ts';

/**
 * Checks the URL of a webhook: plain spelling, https, a port that serves HTTP, a public host. Names are resolved and
 * checked again when the connection is made; this check refuses early and explains.
 */

/** Loopback and the listed private addresses may be reached by http as well as https. */
export type OutgoingUrlOptions = Omit<AddressOptions, 'port'>;

export type OutgoingUrl = { ok: true; url: string; host: string } | { ok: false; message: string };

const CHARACTERS_MAX = 2048;
// Only the characters of RFC 3986, without escapes of the host.
const PARTS =
  /^(https?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([1-9]\d{0,4}))?([/?][a-z0-9\-._~:/?[\]@!$&'()*+,;=%]*)?$/i;
/** Ports of databases, caches, file shares and control interfaces, which speak no webhook. */
const PORTS_REFUSED = new Set([2049, 2375, 2376, 3306, 3389, 5432, 5984, 6000, 6379, 9200, 10250, 11211, 27017]);
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;

/** Checks a URL. The message of a refusal never repeats the URL, which may hold a secret. */
export function parseOutgoingUrl(
  text: string,
  { loopbackAllowed, privateHosts = [] }: OutgoingUrlOptions,
): OutgoingUrl {
  const refuse = (message: string): OutgoingUrl => ({ ok: false, message });
  if (text.length > CHARACTERS_MAX) return refuse(`must be at most ${CHARACTERS_MAX} characters`);
  if (/^[a-z]+:\/\/[^/?]*@/i.test(text)) return refuse('must hold no user name or password');
  if (text.includes('#')) return refuse('must hold no #');
  const parts = PARTS.exec(text);
  if (!parts) return refuse('must be a plain https:// URL');
  const [, scheme = '', hostText = '', portText, rest = '/'] = parts;
  const host = hostText.replace(/^\[|\]$/g, '').toLowerCase();
  const isHttp = scheme.toLowerCase() === 'http';
  const port = portText === undefined ? (isHttp ? 80 : 443) : Number(portText);
  const isListed = isAddress(host) && privateHosts.includes(toPrivateHost(host, port));
  const problem = isListed ? null : checkHost(host, loopbackAllowed);
  if (problem) return refuse(problem.message);
  const isLoopback = LOOPBACK.test(host);
  if (isHttp && !isListed && !(loopbackAllowed && isLoopback)) return refuse('must begin with https://');
  const isLow = port < 1024 && port !== 443 && !(isHttp && port === 80);
  if (!isListed && (port > 65535 || isLow || PORTS_REFUSED.has(port))) {
    return refuse(`must have no port, 443, 8443 or another from 1024 to 65535 that serves HTTP, not ${port}`);
  }
  const path = rest.startsWith('?') ? `/${rest}` : rest;
  const portPart = portText === undefined ? '' : `:${portText}`;
  return { ok: true, url: `${scheme.toLowerCase()}://${hostText.toLowerCase()}${portPart}${path}`, host };
}

/** Returns the port that a URL leads to. */
export function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

/** Returns true for an address in its plain spelling. */
function isAddress(host: string): boolean {
  return host.includes(':') ? ipaddr.IPv6.isValid(host) : ipaddr.IPv4.isValidFourPartDecimal(host);
}
