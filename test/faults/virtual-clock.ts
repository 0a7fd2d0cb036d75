import type { Clock } from '../../infra/local/host/clock.ts';

/**
 * A clock that only the simulation moves. Timers fire one by one, ordered by due time and then by creation, so that a
 * run depends only on its inputs.
 */
export interface VirtualClock extends Clock {
  /** Returns when the next timer is due, or null if none is set. */
  nextDueMs(): number | null;
  /** Moves to the next timer and runs it. @returns false if none is set */
  fireNext(): boolean;
  /** Moves the time without running timers; those due by then fire late. */
  skipTo(timeMs: number): void;
  /** Sets the clock forward or back. Timers that are set keep waiting as long as they would have, as on a real machine. */
  step(byMs: number): void;
}

interface Timer {
  dueMs: number;
  order: number;
  action: () => void;
}

/** Creates a clock that does not move by itself. */
export function makeVirtualClock(startMs: number): VirtualClock {
  /** Latest first, so that the next timer is the last element. */
  const timers: Timer[] = [];
  /** What has passed, apart from steps. Timers are due by it. */
  let passedMs = startMs;
  let steppedMs = 0;
  let timersSet = 0;

  function insert(timer: Timer): void {
    let low = 0;
    let high = timers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      // Timers set later fire later, so they come before those with the same due time.
      if (timers[middle]!.dueMs > timer.dueMs) low = middle + 1;
      else high = middle;
    }
    timers.splice(low, 0, timer);
  }

  return {
    now: () => passedMs + steppedMs,
    after(delayMs, action) {
      timersSet += 1;
      const timer = { dueMs: passedMs + Math.max(0, delayMs), order: timersSet, action };
      insert(timer);
      return () => {
        const index = timers.indexOf(timer);
        if (index >= 0) timers.splice(index, 1);
      };
    },
    nextDueMs() {
      const next = timers.at(-1);
      return next ? next.dueMs + steppedMs : null;
    },
    fireNext() {
      const timer = timers.pop();
      if (!timer) return false;
      passedMs = Math.max(passedMs, timer.dueMs);
      timer.action();
      return true;
    },
    skipTo(timeMs) {
      passedMs = Math.max(passedMs, timeMs - steppedMs);
    },
    step(byMs) {
      steppedMs += byMs;
    },
  };
}

/**
 * Runs `body` with the global `setTimeout` on the virtual clock. Libraries use it (the state machine interpreter does
 * for its timeouts), and real time would change the order of events.
 */
export async function withVirtualTimers<Result>(clock: Clock, body: () => Promise<Result>): Promise<Result> {
  const { setTimeout: realSetTimeout, clearTimeout: realClearTimeout } = globalThis;
  const cancels = new Map<unknown, () => void>();
  const patched = (action: (...given: unknown[]) => void, delayMs = 0, ...given: unknown[]) => {
    const handle = { unref: () => handle, ref: () => handle, hasRef: () => false, refresh: () => handle };
    const cancel = clock.after(delayMs, () => {
      cancels.delete(handle);
      action(...given);
    });
    cancels.set(handle, cancel);
    return handle;
  };
  globalThis.setTimeout = patched as unknown as typeof setTimeout;
  globalThis.clearTimeout = ((handle: unknown) => {
    const cancel = cancels.get(handle);
    if (!cancel) return realClearTimeout(handle as never);
    cancels.delete(handle);
    cancel();
  }) as typeof clearTimeout;
  try {
    return await body();
  } finally {
    globalThis.setTimeout = realSetTimeout;
    globalThis.clearTimeout = realClearTimeout;
  }
}
