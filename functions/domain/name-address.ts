import ipaddr from 'ipaddr.js';

/** Names a caller by its address: the IPv4 address, or the /64 network of an IPv6 one, within which a host chooses. */
export function nameAddress(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  if (address.kind() === 'ipv4') return address.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`).toString()}/64`;
}
