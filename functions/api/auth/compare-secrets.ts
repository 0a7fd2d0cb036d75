import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares secrets in a time that does not depend on their lengths or on where they differ. */
export function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
