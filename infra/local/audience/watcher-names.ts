import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import ipaddr from 'ipaddr.js';
import { nameAddress } from '../../../functions/domain/name-address.ts';
import { nameCaller } from '../host/name-caller.ts';

/**
 * Creates what names the watcher of a request, so that limits hold for each. Behind a proxy on this machine it is the
 * last address in `X-Forwarded-For`, the one that this proxy has added itself. The header counts for nothing in a
 * connection from elsewhere, whose sender could write anything.
 */
export function createWatcherNames({ isBehindProxy }: { isBehindProxy: boolean }): (bindings: unknown) => string {
  // Naming a user of this machine reads the kernel's list of connections, so each connection is named once.
  const names = new WeakMap<Socket, string>();

  return (bindings) => {
    const { socket, headers } = (bindings as { incoming: IncomingMessage }).incoming;
    const forwarded = isBehindProxy && isLoopback(socket) ? readLast(headers['x-forwarded-for']) : null;
    if (forwarded !== null) return forwarded;
    const known = names.get(socket) ?? nameCaller(bindings);
    names.set(socket, known);
    return known;
  };
}

function isLoopback({ remoteAddress }: Socket): boolean {
  return remoteAddress !== undefined && ipaddr.process(remoteAddress).range() === 'loopback';
}

function readLast(header: string | string[] | undefined): string | null {
  const last = header?.toString().split(',').at(-1)?.trim() ?? '';
  return ipaddr.isValid(last) ? nameAddress(ipaddr.process(last)) : null;
}
