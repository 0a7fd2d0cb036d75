/**
 * Searches texts for stream keys in every encoding, whole or in part: any twelve consecutive characters of an encoded
 * key. Texts are long and keys are many, so one rolling hash passes over each text.
 */

/** Number of consecutive characters that reveal a key. */
const WINDOW = 12;
const FACTOR = 31;
/** Number of hash slots. An empty slot rules a window out at once. */
const SLOTS = 1 << 20;

/** Returns every encoding of a key in a text: raw, URL, JSON, HTML, base64, base64url, hex. */
function spellingsOf(key: string): string[] {
  const bytes = Buffer.from(key);
  const html = key
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
  return [
    key,
    encodeURIComponent(key),
    encodeURI(key),
    new URLSearchParams({ key }).toString().slice('key='.length),
    JSON.stringify(key).slice(1, -1),
    html,
    ...[0, 1, 2].flatMap((before) => base64Of(bytes, before)),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
  ];
}

/**
 * Encodes a key after 0, 1 or 2 other bytes, because its base64 text differs, and drops the groups shared with other
 * bytes.
 */
function base64Of(bytes: Buffer, before: number): string[] {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  const own = text.slice(before === 0 ? 0 : 4, text.length - (text.endsWith('=') ? 4 : 0));
  return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
}

const FIRST_FACTOR = (() => {
  let factor = 1;
  for (let index = 1; index < WINDOW; index++) factor = Math.imul(factor, FACTOR);
  return factor;
})();

/** Searches texts for keys. */
export interface KeySearch {
  /** Adds a key to the search. */
  add(key: string): void;
  /** Searches a text. @returns null, or where part of a key was found, without the part itself */
  find(text: string): string | null;
}

/** Creates a search for the keys. */
export function makeKeySearch(keys: readonly string[] = []): KeySearch {
  const windows = new Set<string>();
  const known = new Set<string>();
  const slots = new Uint8Array(SLOTS);
  const slotOf = (hash: number) => (hash ^ (hash >>> 12)) & (SLOTS - 1);

  function add(key: string): void {
    if (known.has(key)) return;
    known.add(key);
    for (const spelling of spellingsOf(key)) {
      for (let start = 0; start + WINDOW <= spelling.length; start++) {
        const window = spelling.slice(start, start + WINDOW);
        windows.add(window);
        slots[slotOf(hashOf(window))] = 1;
      }
    }
  }

  function find(text: string): string | null {
    if (text.length < WINDOW || windows.size === 0) return null;
    let hash = hashOf(text);
    for (let end = WINDOW; ; end++) {
      if (slots[slotOf(hash)] === 1 && windows.has(text.slice(end - WINDOW, end))) return whereIn(text, end - WINDOW);
      if (end >= text.length) return null;
      hash = Math.imul(hash - Math.imul(text.charCodeAt(end - WINDOW), FIRST_FACTOR), FACTOR) + text.charCodeAt(end);
    }
  }

  for (const key of keys) add(key);
  return { add, find };
}

/** Returns the hash of the first window of a text. */
function hashOf(text: string): number {
  let hash = 0;
  for (let index = 0; index < WINDOW; index++) hash = Math.imul(hash, FACTOR) + text.charCodeAt(index);
  return hash | 0;
}

function whereIn(text: string, at: number): string {
  return `at character ${at}, after ${JSON.stringify(text.slice(Math.max(0, at - 40), at))}`;
}
