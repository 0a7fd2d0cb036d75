import ipaddr from 'ipaddr.js';

/**
 * Returns the IPv4 block a CIDR lies in, without bits beyond its prefix, or null when the text is not an IPv4 CIDR. A
 * CIDR that differs from its block covers other addresses than it names.
 */
export function blockOf(cidr: string): string | null {
  const [, address = '', length] = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(cidr) ?? [];
  if (!ipaddr.IPv4.isValidFourPartDecimal(address) || Number(length) > 32) return null;
  return `${ipaddr.IPv4.networkAddressFromCIDR(cidr).toString()}/${length}`;
}
