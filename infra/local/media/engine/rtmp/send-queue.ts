import type { OutgoingMessage } from './chunk-writer.ts';

/** A message on its way to one peer. Only frames may be dropped; headers and metadata never are. */
export interface QueuedMessage extends OutgoingMessage {
  frame: 'none' | 'video' | 'audio';
  /** A receiver can begin (again) here: a keyframe, or any audio frame of a program without video. */
  entryPoint: boolean;
}

export interface SendQueue {
  /** Sends now if the link takes it, else keeps it for later or drops it. */
  offer(message: QueuedMessage): 'taken' | 'dropped';
  /** Sends what waits, as far as the link takes it. Call when the link is ready for more. */
  flush(): void;
  clear(): void;
  /** Bytes taken but not yet accepted by the operating system. */
  unsentBytes(): number;
}

export interface Link {
  send(message: OutgoingMessage): void;
  isReady(): boolean;
  unsentBytes(): number;
}

/** Above this the peer is too slow for the stream: frames are dropped until it has caught up. */
export const DROP_ABOVE_BYTES = 4 * 1024 * 1024;
/** Sending resumes at the first keyframe that finds fewer bytes waiting than this. */
export const RESUME_BELOW_BYTES = 1024 * 1024;

/**
 * Keeps what a slow peer has not taken yet, and drops frames rather than let memory and delay grow. Frames wait here by
 * reference: a hundred slow peers hold the same bytes once.
 */
export function createSendQueue(link: Link): SendQueue {
  let waiting: QueuedMessage[] = [];
  let waitingBytes = 0;
  let dropping = false;

  const unsentBytes = () => link.unsentBytes() + waitingBytes;

  function flush(): void {
    let sent = 0;
    while (sent < waiting.length && link.isReady()) {
      const message = waiting[sent]!;
      sent += 1;
      waitingBytes -= message.body.length;
      link.send(message);
    }
    if (sent > 0) waiting = waiting.slice(sent);
  }

  return {
    offer(message) {
      if (message.frame !== 'none') {
        if (dropping && message.entryPoint && unsentBytes() < RESUME_BELOW_BYTES) dropping = false;
        else if (!dropping && unsentBytes() > DROP_ABOVE_BYTES) dropping = true;
        if (dropping) return 'dropped';
      }
      if (waiting.length === 0 && link.isReady()) {
        link.send(message);
      } else {
        waiting.push(message);
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
  };
}
