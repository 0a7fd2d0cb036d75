/** The packets of a call that the receiver has not acknowledged yet, for retransmission. */
import {
  nextMessage,
  nextSequence,
  sequenceDistance,
  type DataPacket,
} from '../../../../functions/connect/srt/packets.ts';

interface Kept {
  packet: DataPacket;
  /** When it was first sent, and last. */
  firstAtMs: number;
  lastAtMs: number;
}

export interface SendBuffer {
  /** Adds a payload as the next packet. */
  add(payload: Buffer, times: { timestamp: number; nowMs: number }): DataPacket;
  /** Removes what the receiver has, up to and without this number. Returns the bytes that arrived. */
  acknowledge(sequence: number): number;
  /**
   * Returns the packets of a lost range to send again, and the numbers that are no longer here. A packet that was sent
   * within `pauseMs` is skipped, because its copy may still be on the way.
   */
  resend(
    range: [number, number],
    nowMs: number,
    pauseMs: number,
  ): { packets: DataPacket[]; gone: [number, number] | null };
  /** Returns the newest packet to send it again, null when everything has arrived. */
  resendNewest(nowMs: number): DataPacket | null;
  /** Removes packets that would arrive too late. Returns how many. */
  dropOlderThan(atMs: number): number;
  /** Removes the oldest packets until at most `count` are left. Returns how many. */
  dropBeyond(count: number): number;
  size(): number;
}

/**
 * @param firstSequence number of the first packet
 * @param encrypt encrypts a payload; absent without encryption
 */
export function createSendBuffer(
  firstSequence: number,
  encrypt: ((payload: Buffer, sequence: number) => Buffer) | undefined,
): SendBuffer {
  let kept: Kept[] = [];
  let sequence = firstSequence;
  let message = 1;
  /** Number of the oldest packet that is kept, or of the next one. */
  const oldest = () => kept[0]?.packet.sequence ?? sequence;

  function removeOldest(count: number): Kept[] {
    const removed = kept.slice(0, count);
    kept = kept.slice(count);
    return removed;
  }

  return {
    add(payload, { timestamp, nowMs }) {
      const packet: DataPacket = {
        ...{ sequence, message, timestamp },
        isEncrypted: encrypt !== undefined,
        isRetransmitted: false,
        payload: encrypt ? encrypt(payload, sequence) : payload,
      };
      kept.push({ packet, firstAtMs: nowMs, lastAtMs: nowMs });
      sequence = nextSequence(sequence);
      message = nextMessage(message);
      return packet;
    },
    acknowledge(upTo) {
      const count = sequenceDistance(oldest(), upTo);
      if (count <= 0 || count > kept.length) return 0;
      return removeOldest(count).reduce((sum, { packet }) => sum + packet.payload.length, 0);
    },
    resend([first, last], nowMs, pauseMs) {
      const from = sequenceDistance(oldest(), first);
      const to = sequenceDistance(oldest(), last);
      if (to < from || to >= kept.length) return { packets: [], gone: null };
      const due = kept
        .slice(Math.max(0, from), Math.max(0, to + 1))
        .filter(({ lastAtMs }) => nowMs - lastAtMs >= pauseMs);
      for (const each of due) each.lastAtMs = nowMs;
      const packets = due.map(({ packet }) => ({ ...packet, isRetransmitted: true }));
      if (from >= 0) return { packets, gone: null };
      return { packets, gone: [first, to < 0 ? last : previous(oldest())] };
    },
    resendNewest(nowMs) {
      const newest = kept.at(-1);
      if (!newest) return null;
      newest.lastAtMs = nowMs;
      return { ...newest.packet, isRetransmitted: true };
    },
    dropOlderThan(atMs) {
      const fresh = kept.findIndex(({ firstAtMs }) => firstAtMs >= atMs);
      return removeOldest(fresh === -1 ? kept.length : fresh).length;
    },
    dropBeyond: (count) => removeOldest(Math.max(0, kept.length - count)).length,
    size: () => kept.length,
  };
}

function previous(sequence: number): number {
  return sequence === 0 ? 0x7fff_ffff : sequence - 1;
}
