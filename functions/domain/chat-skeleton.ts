/**
 * Reduces text to what a reader takes it for, so that spellings that look alike are equal: case, marks, wide and styled
 * letters, invisible characters, letters of other alphabets with the same shape, and digits in place of letters. Pure.
 * @see https://www.unicode.org/reports/tr39/#Confusable_Detection for the idea; the table here covers what chats see
 */

/** Letters by what they look like. NFKD has mapped styled and wide ones before. */
const LOOKALIKES: Record<string, string> = Object.fromEntries(
  Object.entries({
    a: 'аαɑᴀ4@',
    b: 'вβʙьᏏ8',
    c: 'сϲᴄ',
    d: 'ԁđᴅ',
    e: 'еεєᴇ3',
    f: 'ꜰϝ',
    g: 'ɡɢց',
    h: 'нһʜħ',
    i: 'іιıɩɪ1',
    j: 'јᴊ',
    k: 'кκᴋ',
    l: 'ʟłӏ',
    m: 'мᴍ',
    n: 'пηɴո',
    o: 'оοσᴏøօ0',
    p: 'рρᴘ',
    q: 'ԛ',
    r: 'гʀ',
    s: 'ѕꜱ5$',
    t: 'тτᴛŧ7',
    u: 'υμᴜս',
    v: 'νᴠѵ',
    w: 'ԝωᴡ',
    x: 'хχ',
    y: 'уγʏ',
    z: 'ᴢ',
    ae: 'æ',
    oe: 'œ',
    ss: 'ß',
  }).flatMap(([plain, shapes]) => [...shapes].map((shape) => [shape, plain])),
);

/** Returns text with lookalikes replaced. Separators stay. */
export function skeletonOf(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replaceAll(/[\p{M}\p{Default_Ignorable_Code_Point}]/gu, '')
    .toLowerCase()
    // An exclamation mark ends a sentence, unless a letter follows.
    .replaceAll(/[!|](?=\p{L})/gu, 'i');
  return [...plain].map((character) => LOOKALIKES[character] ?? character).join('');
}

/** Returns the words of text, without separators. */
export function wordsOf(text: string): string[] {
  return text.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
}
