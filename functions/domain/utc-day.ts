/** Days as history, reports and costs count them: UTC, so that no clock change makes one longer or shorter. */

export const DAY_MS = 86_400_000;

/** Midnight UTC of an instant's day. */
export function startOfDay(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / DAY_MS) * DAY_MS);
}

/** The day an instant lies in, such as `2026-11-21`. */
export function dayOf(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}
