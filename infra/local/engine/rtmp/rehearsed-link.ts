import type { Clock } from '../../host/clock.ts';
import type { RehearsedChannelFault } from '../contract.ts';
import type { Link } from './send-queue.ts';

/** The rate of a simulated slow platform: enough to stay connected, too little for video. */
const SLOW_BYTES_PER_SECOND = 64_000;

/**
 * Returns a link that accepts data as slowly as a slow or frozen platform. Without a fault it is the link itself. Data
 * it does not accept waits in the send queue, which drops frames by its own rules.
 */
export function createRehearsedLink(link: Link, clock: Clock, fault: () => RehearsedChannelFault | null): Link {
  let allowance = SLOW_BYTES_PER_SECOND;
  let countedAtMs = clock.now();
  let frozenAtBytes: number | null = null;

  function takesMore(): boolean {
    const nowMs = clock.now();
    const earned = ((nowMs - countedAtMs) / 1000) * SLOW_BYTES_PER_SECOND;
    allowance = Math.min(SLOW_BYTES_PER_SECOND, allowance + earned);
    countedAtMs = nowMs;
    return allowance > 0;
  }

  return {
    send(message) {
      if (fault() === 'platform_slow') allowance -= message.body.length;
      return link.send(message);
    },
    isReady() {
      const current = fault();
      if (current === 'platform_frozen') return false;
      return link.isReady() && (current !== 'platform_slow' || takesMore());
    },
    unsentBytes: () => link.unsentBytes(),
    delivered() {
      const delivered = link.delivered();
      if (fault() !== 'platform_frozen') {
        frozenAtBytes = null;
        return delivered;
      }
      // Answers to the server's pings are still sent; they are not progress of the stream.
      frozenAtBytes ??= delivered.bytes;
      return { ...delivered, bytes: frozenAtBytes };
    },
  };
}
