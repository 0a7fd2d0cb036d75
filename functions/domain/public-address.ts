import ipaddr from 'ipaddr.js';

/** Which addresses may be dialled, and the refusal of a URL that must not be. */

/** Why a URL or its addresses are refused; a closed list. */
export type IngestUrlProblemCode =
  | 'url_malformed'
  | 'url_protocol_not_allowed'
  | 'url_has_credentials'
  | 'url_has_fragment'
  | 'url_host_invalid'
  | 'url_port_not_allowed'
  | 'url_app_missing'
  | 'url_contains_stream_key'
  | 'host_not_public'
  | 'host_not_found';

/** Why the URL is refused and what to do; both sentences are safe to show. */
export interface IngestUrlProblem {
  ok: false;
  code: IngestUrlProblemCode;
  message: string;
  remedy: string;
}

export interface AddressOptions {
  /** Allows addresses of this machine, for targets on one machine. */
  loopbackAllowed: boolean;
  /** Private addresses with their ports that are allowed as well: `192.168.1.20:8000`, `[fd00::5]:443`. */
  privateHosts?: readonly string[];
  /** Port of the connection, which `privateHosts` also names. Without it no private address is allowed. */
  port?: number;
}

/** Returns an address and a port in the form of `privateHosts`. */
export function toPrivateHost(address: string, port: number): string {
  const parsed = ipaddr.parse(address);
  return parsed.kind() === 'ipv6' ? `[${parsed.toString()}]:${port}` : `${parsed.toString()}:${port}`;
}

/**
 * Checks every address a host name resolved to, at write and again right before dialling, because the name may point
 * elsewhere by then. One bad address among good ones refuses them all. Connect to a checked address, not to the name.
 * @param addresses textual IPv4 and IPv6 addresses, as from `dns.lookup`
 */
export function checkResolvedAddresses(
  addresses: readonly string[],
  options: AddressOptions,
): { ok: true } | IngestUrlProblem {
  if (addresses.length === 0) {
    return refuse('host_not_found', 'the host name has no address', 'check the host in the RTMP URL for a typo');
  }
  for (const address of addresses) {
    if (!ipaddr.isValid(address)) return notPublic('the host name has an address that cannot be read');
    const kind = kindOfAddress(address);
    if (kind === 'private' && isListed(address, options)) continue;
    if (kind !== 'public' && !(kind === 'loopback' && options.loopbackAllowed)) {
      return notPublic(`the host name points at ${DESCRIPTIONS[kind]}`);
    }
  }
  return { ok: true };
}

function isListed(address: string, { privateHosts = [], port }: AddressOptions): boolean {
  return port !== undefined && privateHosts.includes(toPrivateHost(address, port));
}

/** What an address belongs to. */
export type AddressKind = 'public' | 'loopback' | 'private' | 'linkLocal' | 'translated' | 'reserved';

/** Each kind in words for a refusal. */
export const DESCRIPTIONS: Record<AddressKind, string> = {
  public: 'a public address',
  loopback: 'this machine itself',
  private: 'an address in a private network',
  linkLocal: 'a link-local address',
  translated: 'an IPv4 address wrapped in IPv6',
  reserved: 'an address that is not for hosts on the internet',
};

const KIND_OF_RANGE: Partial<Record<string, AddressKind>> = {
  loopback: 'loopback',
  private: 'private',
  carrierGradeNat: 'private',
  uniqueLocal: 'private',
  deprecatedSiteLocal: 'private',
  linkLocal: 'linkLocal',
  ipv4Mapped: 'translated',
  rfc6145: 'translated',
  rfc6052: 'translated',
  '6to4': 'translated',
  teredo: 'translated',
};

// IANA assigns hosts only 2000::/3, so any other address is not public, whatever the library calls it.
const IPV6_GLOBAL = ipaddr.IPv6.parseCIDR('2000::/3');

/** Returns what a textual IPv4 or IPv6 address belongs to. */
export function kindOfAddress(text: string): AddressKind {
  const address = ipaddr.parse(text);
  const range = address.range();
  if (range !== 'unicast') return KIND_OF_RANGE[range] ?? 'reserved';
  return address.kind() === 'ipv6' && !address.match(IPV6_GLOBAL) ? 'reserved' : 'public';
}

/** Returns a refusal. Both sentences are shown to operators. */
export function refuse(code: IngestUrlProblemCode, message: string, remedy: string): IngestUrlProblem {
  return { ok: false, code, message, remedy };
}

/** Refuses a host that is not on the internet. */
export function notPublic(message: string): IngestUrlProblem {
  return refuse('host_not_public', message, 'give the public address of the receiving server');
}
