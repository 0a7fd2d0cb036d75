import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import ipaddr from 'ipaddr.js';
import { nameAddress } from '../../../functions/domain/name-address.ts';
import { readSocketTable, SOCKET_FAMILIES, toTablePort } from './socket-table.ts';

/**
 * Names the caller of a connection, so that wrong tokens can be counted per caller. The name is the IPv4 address, or
 * the /64 network of an IPv6 address, because a host may choose its address within it. All users of the machine share
 * the loopback address, so there the name is the user who opened the connection: a local guesser cannot lock out the
 * operator.
 */
export function nameCaller(bindings: unknown): string {
  const { socket } = (bindings as { incoming: IncomingMessage }).incoming;
  if (!socket.remoteAddress) return 'gone';
  const address = ipaddr.process(socket.remoteAddress);
  return address.range() === 'loopback' ? `local user ${findUser(socket) ?? 'unknown'}` : nameAddress(address);
}

/** Finds the user who owns the other end of a loopback connection; undefined where the kernel does not list it. */
function findUser({ remotePort = 0, localPort = 0 }: Socket): string | undefined {
  const [here, there] = [`:${toTablePort(remotePort)}`, `:${toTablePort(localPort)}`];
  for (const family of SOCKET_FAMILIES) {
    const rows = readSocketTable(family) ?? [];
    const user = rows.find(({ local, remote }) => local.endsWith(here) && remote.endsWith(there))?.userId;
    if (user !== undefined) return user;
  }
  return undefined;
}
