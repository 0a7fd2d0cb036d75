import type { OutputProblem } from '../contract.ts';
import type { Settled } from './send-queue.ts';

/** What keeps a connected platform from getting the stream in time. */
export interface DeliveryTrouble {
  code: Extract<OutputProblem, 'not_accepting' | 'platform_slow'>;
  detail: string;
}

/** What one look at a session's delivery says. */
export interface DeliveryLook {
  trouble: DeliveryTrouble | null;
  /** Nothing has been taken for so long that the connection is given up. */
  isStalled: boolean;
}

export interface DeliveryWatch {
  look(nowMs: number, settled: Settled, input: { overdueMs: number | null; hasDropped: boolean }): DeliveryLook;
}

const NOT_ACCEPTING_AFTER_MS = 4_000;
const STALLED_AFTER_MS = 10_000;
const SLOW_ABOVE_MS = 3_000;
/** Slowness comes in waves: it is over when none of it has been seen for this long. */
const SLOW_LASTS_MS = 5_000;

/**
 * Judges by time how far the far end is behind: bytes it has not taken, frames that wait, acknowledgements that are overdue.
 * Pauses of the source are none of the far end's.
 */
export function createDeliveryWatch(sinceMs: number): DeliveryWatch {
  let deliveredBytes = 0;
  let progressAtMs = sinceMs;
  let slowAtMs: number | null = null;

  return {
    look(nowMs, settled, { overdueMs, hasDropped }) {
      if (settled.deliveredBytes > deliveredBytes || settled.isEmpty) progressAtMs = nowMs;
      deliveredBytes = settled.deliveredBytes;
      const silentMs = Math.max(nowMs - progressAtMs, overdueMs ?? 0);
      if (silentMs >= NOT_ACCEPTING_AFTER_MS) {
        const detail = 'connected, but the platform isn’t accepting video';
        return { trouble: { code: 'not_accepting', detail }, isStalled: silentMs >= STALLED_AFTER_MS };
      }
      if (settled.delayMs >= SLOW_ABOVE_MS || hasDropped) slowAtMs = nowMs;
      const isSlow = slowAtMs !== null && nowMs - slowAtMs < SLOW_LASTS_MS;
      const detail = 'the platform takes the stream more slowly than it is sent, and frames are dropped';
      return { trouble: isSlow ? { code: 'platform_slow', detail } : null, isStalled: false };
    },
  };
}
