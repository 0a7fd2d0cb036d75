/**
 * Bounds the work of the public side, so that a flood there leaves the rest of the machine its share: a number of requests
 * at once, and a number a minute from one address. Counts are in the memory of one process.
 */
export interface Admission {
  /**
   * Runs a request if there is room.
   * @returns the answer, or why there is none: too many requests of everyone, or of this caller
   */
  run(caller: string, answer: () => Promise<Response>): Promise<Response | Refused>;
}

interface Refused {
  reason: 'busy' | 'throttled';
  retryAfterSeconds: number;
}

const WINDOW_MS = 60_000;
/** Addresses that are counted at once. Those with the oldest minute are forgotten first. */
const CALLERS_MAX = 10_000;
const BUSY_RETRY_SECONDS = 5;

/**
 * @param options.atOnceMax requests that are answered at the same time
 * @param options.perMinute requests of one address in a minute
 */
export function createAdmission(options: { atOnceMax: number; perMinute: number; now: () => Date }): Admission {
  const windows = new Map<string, { startedAtMs: number; requests: number }>();
  let running = 0;

  /** Counts a request. @returns the seconds to wait above the limit; 0 below it */
  function count(caller: string): number {
    const nowMs = options.now().getTime();
    const known = windows.get(caller);
    const ageMs = known ? nowMs - known.startedAtMs : -1;
    // A clock that was set back begins a new minute.
    if (known && ageMs >= 0 && ageMs < WINDOW_MS) {
      known.requests += 1;
      return known.requests > options.perMinute ? Math.ceil((WINDOW_MS - ageMs) / 1000) : 0;
    }
    windows.delete(caller);
    const [oldest] = windows.keys();
    if (windows.size >= CALLERS_MAX && oldest !== undefined) windows.delete(oldest);
    windows.set(caller, { startedAtMs: nowMs, requests: 1 });
    return 0;
  }

  return {
    async run(caller, answer) {
      const retryAfterSeconds = count(caller);
      if (retryAfterSeconds > 0) return { reason: 'throttled', retryAfterSeconds };
      if (running >= options.atOnceMax) return { reason: 'busy', retryAfterSeconds: BUSY_RETRY_SECONDS };
      running += 1;
      try {
        return await answer();
      } finally {
        running -= 1;
      }
    },
  };
}
