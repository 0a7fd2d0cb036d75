import { skeletonOf, wordsOf } from './chat-skeleton.ts';

/** Finds refused words in chat text, also where simple tricks hide them. Pure. */

/** Scripts that write words without spaces between them. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
/** Fewer single letters in sequence are ordinary text. */
const SPELLED_MIN = 3;

/**
 * Returns the first refused word that a text contains; null without one. A word counts whole, so a refused `ass` leaves
 * `class` alone. Letters with separators between them, and letters that are repeated, are joined first.
 */
export function findRefusedWord(text: string, refused: readonly string[]): string | null {
  if (refused.length === 0) return null;
  const readings = readingsOf(text);
  return refused.find((word) => isIn(word, readings)) ?? null;
}

function isIn(word: string, readings: readonly string[]): boolean {
  const wanted = wordsOf(skeletonOf(word)).join(' ');
  if (wanted === '') return false;
  if (UNSPACED.test(wanted)) return readings.some((reading) => reading.replaceAll(' ', '').includes(wanted));
  return readings.some((reading) => reading.includes(` ${wanted} `));
}

/** Returns the ways to read a text: words between single spaces, with a space before and after. */
function readingsOf(text: string): string[] {
  const skeleton = skeletonOf(text);
  const variants = [skeleton, shorten(skeleton, 1), shorten(skeleton, 2)];
  return [...new Set(variants)].flatMap((variant) => {
    const words = wordsOf(variant);
    // `b.a-d` is one word between spaces.
    const chunks = variant.split(/\s+/).map((chunk) => wordsOf(chunk).join(''));
    return [words, chunks, joinSpelled(words)].map((list) => ` ${list.filter((word) => word !== '').join(' ')} `);
  });
}

/** Returns text in which letters that occur three times or more in sequence occur less. */
function shorten(text: string, times: number): string {
  return text.replaceAll(/(\p{L})\1{2,}/gu, (_run, letter: string) => letter.repeat(times));
}

/** Joins words that are spelled letter by letter, such as `b a d`. */
function joinSpelled(words: readonly string[]): string[] {
  const joined: string[] = [];
  let letters: string[] = [];
  const flush = () => {
    joined.push(...(letters.length >= SPELLED_MIN ? [letters.join('')] : letters));
    letters = [];
  };
  for (const word of words) {
    if ([...word].length === 1) letters.push(word);
    else {
      flush();
      joined.push(word);
    }
  }
  flush();
  return joined;
}
