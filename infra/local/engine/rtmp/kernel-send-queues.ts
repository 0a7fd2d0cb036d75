import type net from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Clock } from '../../host/clock.ts';
import {
  readSocketTable,
  SOCKET_FAMILIES,
  toTablePort,
  type SocketFamily,
  type SocketRow,
} from '../../host/socket-table.ts';

/**
 * Measures the bytes the local operating system has accepted and the peer's has not confirmed. Node does not expose
 * them, and a kernel accepts megabytes for a peer that reads nothing.
 */
export interface KernelSendQueues {
  /**
   * Reports the unconfirmed bytes of a connected socket about once a second.
   * @returns the meter; null where the system does not list send queues
   */
  watch(socket: net.Socket, onUnsent: (bytes: number) => void): (() => void) | null;
}

const SAMPLE_MS = 1_000;
/** Reads each table once per sample, however many sockets are watched. */
export function createKernelSendQueues(clock: Clock, readTable = readSocketTable): KernelSendQueues {
  const watched = {
    IPv4: new Map<string, (bytes: number) => void>(),
    IPv6: new Map<string, (bytes: number) => void>(),
  };
  let cancelSample: (() => void) | null = null;

  function sample(): void {
    cancelSample = null;
    for (const family of SOCKET_FAMILIES) {
      if (watched[family].size > 0) report(readTable(family), watched[family]);
    }
    schedule();
  }

  function schedule(): void {
    if (watched.IPv4.size + watched.IPv6.size === 0) cancelSample?.();
    else cancelSample ??= clock.after(SAMPLE_MS, sample);
    if (watched.IPv4.size + watched.IPv6.size === 0) cancelSample = null;
  }

  return {
    watch(socket, onUnsent) {
      const { localAddress, localPort, remoteAddress, remotePort, remoteFamily } = socket;
      if (!localAddress || !localPort || !remoteAddress || !remotePort || !readTable('IPv4')) return null;
      const family: SocketFamily = remoteFamily === 'IPv6' ? 'IPv6' : 'IPv4';
      const key = `${toTableAddress(localAddress, localPort)} ${toTableAddress(remoteAddress, remotePort)}`;
      watched[family].set(key, onUnsent);
      schedule();
      return () => {
        watched[family].delete(key);
        schedule();
      };
    },
  };
}

function report(rows: readonly SocketRow[] | null, watched: ReadonlyMap<string, (bytes: number) => void>): void {
  for (const { local, remote, unsentBytes } of rows ?? []) {
    watched.get(`${local} ${remote}`)?.(unsentBytes);
  }
}

/** Addresses are written as 32-bit words in the byte order of the machine, which is little-endian wherever we run. */
function toTableAddress(address: string, port: number): string {
  const bytes = ipaddr.parse(address).toByteArray();
  let text = '';
  for (let at = 0; at < bytes.length; at += 4)
    text += Buffer.from(bytes.slice(at, at + 4).toReversed()).toString('hex');
  return `${text.toUpperCase()}:${toTablePort(port)}`;
}
