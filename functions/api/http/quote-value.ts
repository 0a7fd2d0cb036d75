import { TOKEN_PREFIX } from '../../domain/access-token.ts';

const SHOWN_CHARACTERS_MAX = 80;
/** An access token that was pasted into the wrong field. */
const PASTED_TOKEN = new RegExp(`${TOKEN_PREFIX}[\\w-]*`, 'g');

/** Formats an input value for a message: short, on one line, quoted. Never call it with a secret or a URL. */
export function shownValue(value: unknown): string {
  const given = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  const text = given.replaceAll(PASTED_TOKEN, '[redacted]');
  // Truncates before and after the replacement, because either text may be long.
  const plain = text.slice(0, 4 * SHOWN_CHARACTERS_MAX).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '');
  const characters = Array.from(plain);
  const cut = characters.length > SHOWN_CHARACTERS_MAX || text.length > 4 * SHOWN_CHARACTERS_MAX;
  const shown = characters.slice(0, SHOWN_CHARACTERS_MAX).join('') + (cut ? '…' : '');
  return typeof value === 'string' ? `"${shown}"` : shown;
}
