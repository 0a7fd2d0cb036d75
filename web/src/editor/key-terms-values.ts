/** Times of the stream key's expiry, between the API and the field of a form. */

/** Returns an instant as the field shows it, in the viewer's time; empty for none. */
export function toLocalTime(instant: string): string {
  if (instant === '') return '';
  const at = new Date(instant);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Returns the instant of a time in the field; empty for none. */
export function toInstantText(local: string): string {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? '' : at.toISOString();
}
