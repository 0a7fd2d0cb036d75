import { lookup } from 'node:dns/promises';

/** Returns all addresses of a host name; an empty list when it does not resolve. */
export async function resolveHost(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
}
