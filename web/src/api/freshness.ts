/** How often the page asks while something runs or moves. */
export const POLL_BUSY_MS = 1000;

/** How often the page asks while nothing does. */
export const POLL_QUIET_MS = 3000;

/** How often the page asks for what stands behind an opened row, and for what happened to all. */
export const POLL_DETAILS_MS = 5000;

/** How often the page asks for leftovers: they appear with a sweep, not with a press of a button. */
export const POLL_LEFTOVERS_MS = 15_000;

/** How often the page asks what everything costs: it changes with the minutes. */
export const POLL_COSTS_MS = 5000;

/** How often the page polls the uptime, which moves by seconds of a whole day. */
export const POLL_UPTIME_MS = 30_000;

/** How often the page asks for a picture of the source where the preview does not play. */
export const POLL_PICTURE_MS = 10_000;

/** Time an answer may take before the poll counts as missed. */
const ANSWER_GRACE_MS = 1000;

/** True once two polls in a row brought nothing, so that what is on the page may no longer be true. */
export function isStale(nowMs: number, lastAnswerMs: number, pollMs: number): boolean {
  return lastAnswerMs > 0 && nowMs - lastAnswerMs > 2 * pollMs + ANSWER_GRACE_MS;
}
