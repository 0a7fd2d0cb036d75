import type { ChatBucket } from '../../../functions/domain/chat-bucket.ts';
import { readBeginning, readBucket, type Beginning } from './chat-requests.ts';

/** Follows a chat: its beginning once, and then each bucket as soon as it is closed. */

interface Listener {
  /** Called with the whole state: at first, after the settings were changed, and when the page was behind. */
  begin: (beginning: Beginning) => void;
  bucket: (bucket: ChatBucket) => void;
  /** Called with true while the server does not answer. */
  lost: (isLost: boolean) => void;
}

/** Pages ask at slightly different times. */
const SPREAD_MS = 500;
const RETRY_MS = 4_000;
/** While nothing can be written, messages can only be removed. */
const CLOSED_EVERY_MS = 15_000;
const EARLY_MS = 1_000;
/** A page that slept begins again. */
const BEHIND_BUCKETS_MAX = 20;

/** @returns what begins again at once */
export function followChat(showId: string, listener: Listener): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  // Answers to requests of an earlier beginning are ignored.
  let run = 0;

  function after(delayMs: number, action: () => void): void {
    clearTimeout(timer);
    timer = setTimeout(action, delayMs);
  }

  async function begin(): Promise<void> {
    clearTimeout(timer);
    run += 1;
    const own = run;
    const beginning = await readBeginning(showId);
    if (own !== run) return;
    listener.lost(beginning === null);
    if (beginning === null) return after(RETRY_MS + Math.random() * SPREAD_MS, begin);
    listener.begin(beginning);
    if (beginning.opening !== 'open' && !beginning.canReact)
      return after(CLOSED_EVERY_MS + Math.random() * SPREAD_MS, begin);
    const { nextBucket, nextInMs, bucketMs } = beginning;
    follow(own, { next: nextBucket, dueAtMs: Date.now() + nextInMs + Math.random() * SPREAD_MS, bucketMs });
  }

  function follow(own: number, place: { next: number; dueAtMs: number; bucketMs: number }): void {
    const { next, dueAtMs, bucketMs } = place;
    const aheadMs = dueAtMs - Date.now();
    if (-aheadMs > BEHIND_BUCKETS_MAX * bucketMs) return void begin();
    // A clock that was set back must not stop the chat.
    after(Math.min(Math.max(0, aheadMs), bucketMs * 2), async () => {
      const bucket = await readBucket(showId, next);
      if (own !== run) return;
      listener.lost(bucket === null);
      if (bucket === null)
        return after(RETRY_MS, () => follow(own, { ...place, dueAtMs: Math.min(dueAtMs, Date.now()) }));
      if (bucket === 'gone') return void begin();
      if (bucket === 'early') return follow(own, { ...place, dueAtMs: Date.now() + EARLY_MS });
      listener.bucket(bucket);
      if (bucket.isChanged) return void begin();
      follow(own, { next: next + 1, dueAtMs: dueAtMs + bucketMs, bucketMs });
    });
  }

  void begin();
  return () => void begin();
}
