import ipaddr from 'ipaddr.js';
import { readSalt } from '../../aws/chat-author-table.ts';
import type { TableDeps } from '../../aws/clients.ts';
import type { ChatKey } from '../../domain/chat-identity.ts';
import { DAY_MS, dayOf } from '../../domain/utc-day.ts';

/**
 * Names the network of a caller by a hash, for limits and blocks. The hash needs the salt of the day, which is deleted
 * after three days; from then on no address can be compared with it, not even with the deployment's key.
 */
export interface Networks {
  /** Returns today's hash, which new items get, and yesterday's, so that a block outlasts midnight. */
  hashesOf(caller: string, showId: string): Promise<{ today: string; yesterday: string }>;
}

/** Today's and yesterday's, and those of the day before at midnight. */
const SALTS_MAX = 4;
const IPV4_BYTES = 3;
const IPV6_BYTES = 6;

export function createNetworks(deps: TableDeps & { now: () => Date; newSecret: () => string }, key: ChatKey): Networks {
  const salts = new Map<string, Promise<string>>();

  function saltOf(day: string, now: Date): Promise<string> {
    const known = salts.get(day);
    if (known) return known;
    const salt = readSalt(deps, { day, fresh: deps.newSecret(), now });
    if (salts.size >= SALTS_MAX) salts.clear();
    salts.set(day, salt);
    salt.catch(() => salts.delete(day));
    return salt;
  }

  return {
    async hashesOf(caller, showId) {
      const now = deps.now();
      const days = [now, new Date(now.getTime() - DAY_MS)].map(dayOf);
      const network = coarseNetworkOf(caller);
      const [today = '', yesterday = ''] = await Promise.all(
        days.map(async (day) => key.hash(await saltOf(day, now), `${showId} ${day} ${network}`)),
      );
      return { today, yesterday };
    },
  };
}

/**
 * Returns the network of a caller: the /24 of an IPv4 address and the /48 of an IPv6 one, within which one household or
 * school can change its address. Other names of callers stay as they are.
 */
export function coarseNetworkOf(caller: string): string {
  const [text = ''] = caller.split('/');
  if (!ipaddr.isValid(text)) return caller;
  const address = ipaddr.process(text);
  const isShort = address.kind() === 'ipv4';
  return address
    .toByteArray()
    .slice(0, isShort ? IPV4_BYTES : IPV6_BYTES)
    .join('.');
}
