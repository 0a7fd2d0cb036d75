/** Poll interval while a destination runs or changes. */
export const POLL_BUSY_MS = 1000;

/** Poll interval otherwise. */
export const POLL_QUIET_MS = 3000;

/** Poll interval of an open details panel and of the timeline. */
export const POLL_DETAILS_MS = 5000;

/** Poll interval of orphans, which appear with a sweep and not with a click. */
export const POLL_ORPHANS_MS = 15_000;

/** Poll interval of costs, which change by the minute. */
export const POLL_COSTS_MS = 5000;

/** Poll interval of the uptime, which changes by seconds of a whole day. */
export const POLL_UPTIME_MS = 30_000;

/** Poll interval of incidents in a hidden tab while something is on air. Browsers may lengthen it to a minute. */
export const POLL_HIDDEN_MS = 15_000;

/** Poll interval of the source's picture where the preview does not play. */
export const POLL_PICTURE_MS = 10_000;

/** Time between two heartbeats of a visible tab. A tab without one for 45 seconds counts as closed. */
export const HEARTBEAT_MS = 20_000;

/** Poll interval of the other people on the dashboard. */
export const POLL_PRESENCE_MS = 10_000;

/** Time for an answer before the poll counts as missed. */
const ANSWER_GRACE_MS = 1000;

/** Returns true after two missed polls in a row, when the page may no longer be current. */
export function isStale(nowMs: number, lastAnswerMs: number, pollMs: number): boolean {
  return lastAnswerMs > 0 && nowMs - lastAnswerMs > 2 * pollMs + ANSWER_GRACE_MS;
}
