const SHOWN_CHARACTERS_MAX = 80;

/** Formats an input value for a message: short, on one line, quoted. Never call it with a secret or a URL. */
export function shownValue(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  // Truncates before and after the replacement, because either text may be long.
  const plain = text.slice(0, 4 * SHOWN_CHARACTERS_MAX).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '');
  const characters = Array.from(plain);
  const cut = characters.length > SHOWN_CHARACTERS_MAX || text.length > 4 * SHOWN_CHARACTERS_MAX;
  const shown = characters.slice(0, SHOWN_CHARACTERS_MAX).join('') + (cut ? '…' : '');
  return typeof value === 'string' ? `"${shown}"` : shown;
}
