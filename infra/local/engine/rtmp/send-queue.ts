import type { OutgoingMessage } from '../../../../functions/connect/rtmp/chunk-writer.ts';

/** A message on its way to one peer. Only frames may be dropped; headers and metadata never are. */
export interface QueuedMessage extends OutgoingMessage {
  frame: 'none' | 'video' | 'audio';
  /** A receiver can start here: a keyframe, or any audio frame of a program without video. */
  entryPoint: boolean;
  /** Whether the frame counts towards the frame rate. */
  counted: boolean;
}

export interface SendQueue {
  /** Sends the message if the link accepts it, else queues or drops it. */
  offer(message: QueuedMessage, nowMs: number): 'taken' | 'dropped';
  /** Sends queued messages as far as the link accepts them. Call it when the link is ready for more. */
  flush(): void;
  clear(): void;
  /** Returns the queued bytes not yet accepted by the operating system. */
  unsentBytes(): number;
  /** Compares the queue with the link's delivered bytes. */
  settle(): Settled;
}

export interface Settled {
  /** Time of the link's measurement, ms epoch. */
  atMs: number;
  deliveredBytes: number;
  /** Age of the oldest undelivered message, 0 without one. */
  delayMs: number;
  isEmpty: boolean;
  /** Counted frames delivered since the beginning, and the timestamp of the newest of them. */
  frames: number;
  newestMs: number;
}

export interface Link {
  /** @returns the position of the message's end among all written bytes */
  send(message: OutgoingMessage): number;
  isReady(): boolean;
  unsentBytes(): number;
  /** Returns the bytes the far end is known to have accepted, and the time of that measurement. */
  delivered(): { bytes: number; atMs: number };
}

/** Above this age the peer is too slow for the stream, and frames are dropped until it has caught up. */
export const DROP_ABOVE_MS = 5_000;
/** Sending resumes at the first keyframe with no older message than this on its way. */
export const RESUME_BELOW_MS = 2_000;
/** Limits the memory at any bitrate. */
export const DROP_ABOVE_BYTES = 16 * 1024 * 1024;

interface Waiting {
  message: QueuedMessage;
  offeredAtMs: number;
}

interface OnItsWay {
  endsAt: number;
  offeredAtMs: number;
  timestampMs: number;
  counted: boolean;
}

/**
 * Queues messages a slow peer has not accepted yet, and drops frames rather than let memory and delay grow. Frames are
 * queued by reference: a hundred slow peers hold the same bytes once. A frame counts as delivered when the peer has
 * accepted its last byte, not when the local system has.
 */
export function createSendQueue(link: Link): SendQueue {
  let waiting: Waiting[] = [];
  let waitingBytes = 0;
  let onTheirWay: OnItsWay[] = [];
  let dropping = false;
  const settled: Settled = { atMs: 0, deliveredBytes: 0, delayMs: 0, isEmpty: true, frames: 0, newestMs: 0 };

  const unsentBytes = () => link.unsentBytes() + waitingBytes;
  const send = ({ message, offeredAtMs }: Waiting) => {
    const endsAt = link.send(message);
    onTheirWay.push({ endsAt, offeredAtMs, timestampMs: message.timestampMs, counted: message.counted });
  };

  function flush(): void {
    let sent = 0;
    while (sent < waiting.length && link.isReady()) {
      const next = waiting[sent]!;
      sent += 1;
      waitingBytes -= next.message.body.length;
      send(next);
    }
    if (sent > 0) waiting = waiting.slice(sent);
  }

  function settle(): Settled {
    const { bytes, atMs } = link.delivered();
    let arrived = 0;
    for (; arrived < onTheirWay.length && onTheirWay[arrived]!.endsAt <= bytes; arrived += 1) {
      const { counted, timestampMs } = onTheirWay[arrived]!;
      if (!counted) continue;
      settled.frames += 1;
      settled.newestMs = timestampMs;
    }
    if (arrived > 0) onTheirWay = onTheirWay.slice(arrived);
    const oldest = onTheirWay[0] ?? waiting[0];
    settled.atMs = atMs;
    settled.deliveredBytes = bytes;
    settled.isEmpty = oldest === undefined;
    settled.delayMs = oldest ? Math.max(0, atMs - oldest.offeredAtMs) : 0;
    return settled;
  }

  function drops(entryPoint: boolean): boolean {
    if (dropping && entryPoint) {
      dropping = settle().delayMs >= RESUME_BELOW_MS || unsentBytes() > DROP_ABOVE_BYTES / 4;
    } else if (!dropping) {
      dropping = settled.delayMs > DROP_ABOVE_MS || unsentBytes() > DROP_ABOVE_BYTES;
    }
    return dropping;
  }

  return {
    offer(message, nowMs) {
      if (message.frame !== 'none' && drops(message.entryPoint)) return 'dropped';
      const offered = { message, offeredAtMs: nowMs };
      if (waiting.length === 0 && link.isReady()) {
        send(offered);
      } else {
        waiting.push(offered);
        waitingBytes += message.body.length;
      }
      return 'taken';
    },
    flush,
    clear() {
      waiting = [];
      waitingBytes = 0;
    },
    unsentBytes,
    settle,
  };
}
