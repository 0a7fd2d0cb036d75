/**
 * Whether two names read the same: a page shows several spaces as one, and a letter with its accent may be one character
 * or two, depending on where it was typed.
 */
export function isSameName(one: string, other: string): boolean {
  return asRead(one) === asRead(other);
}

function asRead(name: string): string {
  return name.normalize('NFC').replaceAll(/\s+/g, ' ').trim();
}
