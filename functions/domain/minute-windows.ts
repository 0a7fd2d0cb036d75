/**
 * Counts the requests of each caller in its own minutes, in the memory of one process. A minute begins with a caller's
 * first request.
 */
export interface MinuteWindows {
  /** Counts a request. @returns how many the caller sent in this minute, with this one, and when the minute is over */
  count(caller: string): { requests: number; resetSeconds: number };
}

export const WINDOW_SECONDS = 60;
/** Callers that are counted at once. Those with the oldest minute are forgotten first. */
const CALLERS_MAX = 10_000;

export function createMinuteWindows(now: () => Date): MinuteWindows {
  const windows = new Map<string, { startedAtMs: number; requests: number }>();

  function currentWindow(caller: string, nowMs: number) {
    const known = windows.get(caller);
    const ageMs = known ? nowMs - known.startedAtMs : -1;
    // A clock that was set back begins a new minute.
    if (known && ageMs >= 0 && ageMs < WINDOW_SECONDS * 1000) return known;
    windows.delete(caller);
    const [oldest] = windows.keys();
    if (windows.size >= CALLERS_MAX && oldest !== undefined) windows.delete(oldest);
    const window = { startedAtMs: nowMs, requests: 0 };
    windows.set(caller, window);
    return window;
  }

  return {
    count(caller) {
      const nowMs = now().getTime();
      const window = currentWindow(caller, nowMs);
      window.requests += 1;
      const restMs = window.startedAtMs + WINDOW_SECONDS * 1000 - nowMs;
      return { requests: window.requests, resetSeconds: Math.ceil(restMs / 1000) };
    },
  };
}
