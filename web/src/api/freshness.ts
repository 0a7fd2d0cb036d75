/** Poll interval while a destination runs or changes. */
export const POLL_BUSY_MS = 2000;

/** Poll interval for a minute after something happened. */
export const POLL_QUIET_MS = 5000;

/** Poll interval of a page that nothing happens on. */
export const POLL_IDLE_MS = 10_000;

/** Poll interval of an open details panel and of the timeline. */
export const POLL_DETAILS_MS = 5000;

/** Poll interval of what lies beside the snapshot: the newest recordings and the source's picture. */
export const POLL_BESIDE_MS = 20_000;

/** The same on a page that nothing happens on. */
export const POLL_BESIDE_IDLE_MS = 60_000;

/** Poll interval of the uptime, which changes by seconds of a whole day. */
export const POLL_UPTIME_MS = 30_000;

/** Poll interval of incidents in a hidden tab while something is on air. Browsers may lengthen it to a minute. */
export const POLL_HIDDEN_MS = 15_000;

/** Time for an answer before the poll counts as missed. */
const ANSWER_GRACE_MS = 1000;

/** Returns true after two missed polls in a row, when the page may no longer be current. */
export function isStale(nowMs: number, lastAnswerMs: number, pollMs: number): boolean {
  return lastAnswerMs > 0 && nowMs - lastAnswerMs > 2 * pollMs + ANSWER_GRACE_MS;
}
