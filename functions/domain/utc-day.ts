/** Days in history, reports and costs: UTC, so that no clock change makes a day longer or shorter. */

export const DAY_MS = 86_400_000;

/** Returns midnight UTC of an instant's day. */
export function startOfDay(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / DAY_MS) * DAY_MS);
}

/** Returns the day that many days after a day, or before it. */
export function addDays(day: string, days: number): string {
  return dayOf(new Date(Date.parse(day) + days * DAY_MS));
}

/** Returns an instant's day, such as `2026-11-21`. */
export function dayOf(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}
