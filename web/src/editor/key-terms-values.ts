import { toLocalInput } from '../ui/local-input.ts';

/** Times of the stream key's expiry, between the API and the field of a form. */

/** Returns an instant as the field shows it, in the viewer's time; empty for none. */
export function toLocalTime(instant: string): string {
  return instant === '' ? '' : toLocalInput(Date.parse(instant));
}

/** Returns the instant of a time in the field; empty for none. */
export function toInstantText(local: string): string {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? '' : at.toISOString();
}
