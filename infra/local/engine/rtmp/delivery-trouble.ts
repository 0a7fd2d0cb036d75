import type { OutputProblem } from '../../../../functions/domain/output-problem.ts';
import type { Settled } from './send-queue.ts';

/** Delivery problems of a connected platform. */
export interface DeliveryTrouble {
  code: Extract<OutputProblem, 'not_accepting' | 'platform_slow'>;
  detail: string;
}

/** The verdict on a session's delivery at one moment. */
export interface DeliveryLook {
  trouble: DeliveryTrouble | null;
  /** No data has been accepted for so long that the connection is to be closed. */
  isStalled: boolean;
}

export interface DeliveryWatch {
  look(nowMs: number, settled: Settled, input: { overdueMs: number | null; hasDropped: boolean }): DeliveryLook;
}

const NOT_ACCEPTING_AFTER_MS = 4_000;
const STALLED_AFTER_MS = 10_000;
const SLOW_ABOVE_MS = 3_000;
/** Slowness comes in waves: it ends when none has been observed for this long. */
const SLOW_LASTS_MS = 5_000;

/**
 * Measures in time how far the far end is behind: unaccepted bytes, waiting frames, overdue acknowledgements. Pauses of
 * the source do not count against the far end.
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
      const detail = 'the platform accepts the stream more slowly than it is sent, and frames are dropped';
      return { trouble: isSlow ? { code: 'platform_slow', detail } : null, isStalled: false };
    },
  };
}
