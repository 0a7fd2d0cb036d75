/**
 * Returns true when two names look the same: browsers collapse spaces, and an accented letter may be one character or
 * two.
 */
export function isSameName(one: string, other: string): boolean {
  return asRead(one) === asRead(other);
}

function asRead(name: string): string {
  return name.normalize('NFC').replaceAll(/\s+/g, ' ').trim();
}
