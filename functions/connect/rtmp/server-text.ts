const SHOWN_CHARACTERS_MAX = 200;
/** Longer text adds nothing and takes time to read. */
const READ_CHARACTERS_MAX = 4_000;
/** A piece of the key this long reveals it; shorter keys are searched for as a whole. */
const TELLING_CHARACTERS = 8;
const REDACTED = '[redacted]';

/**
 * Returns a server's text in a form safe to show: one line, at most 200 characters, without invisible or
 * direction-changing characters, and without the stream key or a revealing piece of it in any spelling (case, percent
 * and other escapes, hex, base64).
 */
export function toShownText(text: string, secret: string): string {
  const read = unescape(clean(text.slice(0, READ_CHARACTERS_MAX)));
  const pieces = piecesOf(clean(secret), clean(unescape(secret)));
  if (pieces.length > 0) return redact(redactEncoded(read, pieces), pieces).trim().slice(0, SHOWN_CHARACTERS_MAX);
  return read.trim().slice(0, SHOWN_CHARACTERS_MAX);
}

/** Normalizes characters and removes invisible ones (Cf holds the zero-width and bidi characters). */
function clean(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\p{Cf}\p{Mn}\u115f\u1160\u3164\uffa0]+/gu, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Co}]+/gu, ' ');
}

/** Decodes percent, JavaScript and HTML escapes, also nested ones, for comparison as plain text. */
function unescape(text: string): string {
  let plain = text;
  for (let round = 0; round < 3; round += 1) {
    const next = clean(
      plain
        .replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8'))
        .replace(/\\u\{?([0-9a-f]{2,6})\}?|\\x([0-9a-f]{2})|&#x([0-9a-f]{1,6});/gi, (escape, ...codes: unknown[]) =>
          toCharacter(escape, Number.parseInt(codes.find((code) => typeof code === 'string') as string, 16)),
        )
        .replace(/&#(\d{1,7});/g, (escape, code: string) => toCharacter(escape, Number(code)))
        .replaceAll('&amp;', '&'),
    );
    if (next === plain) break;
    plain = next;
  }
  return plain;
}

function toCharacter(escape: string, code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : escape;
}

/** Returns every piece of the key long enough to reveal it, in lower case. */
function piecesOf(...spellings: string[]): string[] {
  const pieces = new Set<string>();
  for (const spelling of spellings) {
    const lower = spelling.toLowerCase().trim();
    const length = Math.min(TELLING_CHARACTERS, lower.length);
    if (length === 0) continue;
    for (let at = 0; at + length <= lower.length; at += 1) pieces.add(lower.slice(at, at + length));
  }
  return [...pieces];
}

function redact(text: string, pieces: string[]): string {
  // Characters whose lower case is longer would shift the found positions.
  const lower = Array.from(text, (character) => {
    const lowered = character.toLowerCase();
    return lowered.length === character.length ? lowered : character;
  }).join('');
  const hidden = new Uint8Array(text.length);
  for (const piece of pieces) {
    for (let at = lower.indexOf(piece); at >= 0; at = lower.indexOf(piece, at + 1))
      hidden.fill(1, at, at + piece.length);
  }
  let shown = '';
  for (let at = 0; at < text.length; at += 1) {
    if (!hidden[at]) shown += text[at];
    else if (!hidden[at - 1]) shown += REDACTED;
  }
  return shown;
}

/** Replaces words that contain the key in hex or base64; both may start and end in the middle of other data. */
function redactEncoded(text: string, pieces: string[]): string {
  const gives = (bytes: Buffer) => {
    const decoded = bytes.toString('latin1').toLowerCase();
    const wide = bytes.toString('utf16le').toLowerCase();
    return pieces.some((piece) => decoded.includes(piece) || wide.includes(piece));
  };
  return text.replace(/[A-Za-z0-9+/_-]{6,}={0,2}/g, (word) => {
    const isHex = /^(?:[0-9a-f]{2})+$/i.test(word) && gives(Buffer.from(word, 'hex'));
    // A label directly in front (`key-`, `v1/`) belongs to the alphabet and shifts the groups of four.
    const isBase64 = [0, 1, 2, 3].some((shift) => gives(Buffer.from(word.slice(shift), 'base64')));
    return isHex || isBase64 ? REDACTED : word;
  });
}
