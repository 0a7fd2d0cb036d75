import { lookup } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { checkResolvedAddresses, type AddressOptions } from '../domain/public-address.ts';

/** Why a connection was not attempted. `code` is `ERR_ADDRESS_NOT_ALLOWED`; the message is safe to show. */
export class AddressNotAllowed extends Error {
  readonly code = 'ERR_ADDRESS_NOT_ALLOWED';
}

export interface CheckedLookupOptions extends AddressOptions {
  /** Resolves a name; the system's resolver when absent. */
  resolve?: (host: string) => Promise<LookupAddress[]>;
}

/**
 * Builds the `lookup` of a socket (`net`, `tls`, `http`, `https`): it resolves the name, refuses it when any of its
 * addresses is not allowed, and otherwise returns exactly the checked addresses to the socket. So a name
 * that points elsewhere a moment later (DNS rebinding) changes nothing, and TLS still checks the certificate for the
 * name. Sockets do not look up a host that is an address: check it with `requireAllowedAddress`.
 */
export function createCheckedLookup(options: CheckedLookupOptions): LookupFunction {
  const resolve = options.resolve ?? ((host: string) => lookup(host, { all: true }));
  return (host, request, callback) => {
    const family = toFamily(request.family);
    resolve(host).then(
      (found) => {
        const checked = checkResolvedAddresses(
          found.map(({ address }) => address),
          options,
        );
        const usable = found.filter((each) => family === 0 || each.family === family);
        if (!checked.ok && checked.code !== 'host_not_found') callback(new AddressNotAllowed(checked.message), []);
        else if (usable.length === 0) callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), []);
        else if (request.all) callback(null, usable);
        else callback(null, usable[0]!.address, usable[0]!.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
}

/**
 * Refuses a host that is a forbidden address. A name passes, because the lookup checks it.
 * @throws {AddressNotAllowed}
 */
export function requireAllowedAddress(host: string, options: AddressOptions): void {
  if (isIP(host) === 0) return;
  const checked = checkResolvedAddresses([host], options);
  if (!checked.ok) throw new AddressNotAllowed(checked.message);
}

function toFamily(family: number | 'IPv4' | 'IPv6' | undefined): number {
  return family === 'IPv4' ? 4 : family === 'IPv6' ? 6 : (family ?? 0);
}
