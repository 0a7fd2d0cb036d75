import type { Clock } from '../../../clock.ts';
import type { RehearsedChannelFault } from '../contract.ts';
import type { Link } from './send-queue.ts';

/** What a slow platform takes: enough to stay connected, too little for any picture. */
const SLOW_BYTES_PER_SECOND = 64_000;

/**
 * A link that takes less than it could, as a slow or frozen platform would: for practising. Without a fault it is the
 * link itself. What it does not take waits in the send queue, which drops frames by its own rules.
 */
export function makeRehearsedLink(link: Link, clock: Clock, fault: () => RehearsedChannelFault | null): Link {
  let allowance = SLOW_BYTES_PER_SECOND;
  let countedAtMs = clock.now();

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
      link.send(message);
    },
    isReady() {
      const current = fault();
      if (current === 'platform_frozen') return false;
      return link.isReady() && (current !== 'platform_slow' || takesMore());
    },
    unsentBytes: () => link.unsentBytes(),
  };
}
