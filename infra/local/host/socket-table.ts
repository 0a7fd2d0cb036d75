import { readFileSync } from 'node:fs';

/**
 * The kernel's list of TCP connections, with facts that Node does not expose.
 * @see https://docs.kernel.org/networking/proc_net_tcp.html
 */
export interface SocketRow {
  /** Address and port in the kernel's notation: hexadecimal, 32-bit words in the machine's byte order. */
  local: string;
  remote: string;
  /** Bytes that the peer has not acknowledged (tx_queue). */
  unsentBytes: number;
  userId: string;
}

const TABLES = { IPv4: '/proc/net/tcp', IPv6: '/proc/net/tcp6' };
export type SocketFamily = keyof typeof TABLES;
export const SOCKET_FAMILIES = ['IPv4', 'IPv6'] as const;

/** `sl: local remote state tx_queue:rx_queue timer:when retransmits user …` */
const ROW = /^ *\d+: (\S+) (\S+) \S+ ([0-9A-F]+):\S+ \S+ \S+ +(\d+)/gm;

/** Reads the connections of one family; null where the system does not list them. */
export function readSocketTable(family: SocketFamily): SocketRow[] | null {
  let table: string;
  try {
    table = readFileSync(TABLES[family], 'latin1');
  } catch {
    return null;
  }
  return [...table.matchAll(ROW)].map(([, local, remote, unsent, userId]) => ({
    local: local!,
    remote: remote!,
    unsentBytes: Number.parseInt(unsent!, 16),
    userId: userId!,
  }));
}

/** Formats a port in the kernel's notation. */
export function toTablePort(port: number): string {
  return port.toString(16).padStart(4, '0').toUpperCase();
}
