import { lookup } from 'node:dns/promises';

/** All addresses of a host name; none when it does not resolve. */
export async function resolveHost(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
}
