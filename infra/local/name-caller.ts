import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import ipaddr from 'ipaddr.js';

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

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

/** Finds the other end of a connection on this machine in the kernel's table; undefined where there is none. */
function findUser({ remotePort = 0, localPort = 0 }: Socket): string | undefined {
  const ends = [remotePort, localPort].map((port) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`);
  for (const table of TABLES) {
    // sl, local address, remote address, state, queues, timer, retransmits, user
    const rows = readTable(table).map((line) => line.trim().split(/\s+/));
    const user = rows.find((row) => row[1]?.endsWith(ends[0]!) && row[2]?.endsWith(ends[1]!))?.[7];
    if (user !== undefined) return user;
  }
  return undefined;
}

function readTable(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}
