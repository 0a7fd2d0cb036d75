import { createMinuteWindows } from '../domain/minute-windows.ts';

/**
 * Bounds the work of the public side, so that a flood there leaves the rest of the machine its share: a number of requests
 * at once, and a number a minute from one address. Counts are in the memory of one process.
 */
export interface Admission {
  /**
   * Runs a request if there is room.
   * @returns the answer, or why it was refused: too many requests of everyone, or of this caller
   */
  run(caller: string, answer: () => Promise<Response>): Promise<Response | Refused>;
}

interface Refused {
  reason: 'busy' | 'throttled';
  retryAfterSeconds: number;
}

const BUSY_RETRY_SECONDS = 5;

/**
 * @param options.atOnceMax requests that are answered at the same time
 * @param options.perMinute requests of one address in a minute
 */
export function createAdmission(options: { atOnceMax: number; perMinute: number; now: () => Date }): Admission {
  const windows = createMinuteWindows(options.now);
  let running = 0;

  return {
    async run(caller, answer) {
      const { requests, resetSeconds } = windows.count(caller);
      if (requests > options.perMinute) return { reason: 'throttled', retryAfterSeconds: resetSeconds };
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
