import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import ipaddr from 'ipaddr.js';
import { readSocketTable, SOCKET_FAMILIES, toTablePort } from './socket-table.ts';

/**
 * Names who a connection comes from, for counting wrong tokens: the address, of IPv6 the network a host may choose
 * addresses from. On loopback every user of the machine has the same address, and one who guesses must not lock out the
 * operator: there it is the user who opened the connection.
 */
export function nameCaller(bindings: unknown): string {
  const { socket } = (bindings as { incoming: IncomingMessage }).incoming;
  if (!socket.remoteAddress) return 'gone';
  const address = ipaddr.process(socket.remoteAddress);
  if (address.range() === 'loopback') return `local user ${findUser(socket) ?? 'unknown'}`;
  if (address.kind() === 'ipv4') return address.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`).toString()}/64`;
}

/** Finds who holds the other end of a connection on this machine; undefined where the kernel does not tell. */
function findUser({ remotePort = 0, localPort = 0 }: Socket): string | undefined {
  const [here, there] = [`:${toTablePort(remotePort)}`, `:${toTablePort(localPort)}`];
  for (const family of SOCKET_FAMILIES) {
    const rows = readSocketTable(family) ?? [];
    const user = rows.find(({ local, remote }) => local.endsWith(here) && remote.endsWith(there))?.userId;
    if (user !== undefined) return user;
  }
  return undefined;
}
