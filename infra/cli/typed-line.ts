/** Reads a line that is being typed in bash, and writes what completes it. */

export interface TypedLine {
  /** All words without their quotes; the last one is the one to complete, and is often empty. */
  words: string[];
  /** The quotation mark that the last word is still in. */
  quote: '"' | "'" | null;
  /**
   * How many characters of the last word bash does not replace: it takes `--apply=n` for three words, of which the last
   * one is `n`.
   */
  kept: number;
}

/** Characters at which bash begins another word to complete. */
const WORD_BREAKS = new Set(['=', ':']);
const SPACE = /\s/;

/** Splits a line as bash does, up to the cursor. */
export function readTypedLine(line: string): TypedLine {
  const words = [''];
  let quote: TypedLine['quote'] = null;
  let kept = 0;
  let isBegun = false;
  for (let index = 0; index < line.length; index++) {
    let character = line[index]!;
    if (quote === null && SPACE.test(character)) {
      if (isBegun) words.push('');
      isBegun = false;
      kept = 0;
      continue;
    }
    isBegun = true;
    if (character === quote) {
      quote = null;
      continue;
    }
    if (quote === null && (character === '"' || character === "'")) {
      quote = character;
      continue;
    }
    const isBreak = quote === null && WORD_BREAKS.has(character);
    if (character === '\\' && quote !== "'" && index + 1 < line.length) character = line[++index]!;
    words[words.length - 1] += character;
    if (isBreak) kept = words.at(-1)!.length;
  }
  return { words, quote, kept };
}

/** Returns what bash puts in place of the word that it completes. */
export function toBashReply(text: string, { kept, quote }: TypedLine): string {
  if (quote === '"') return text.replaceAll(/["\\$`]/g, '\\$&');
  if (quote === "'") return text.replaceAll("'", `'\\''`);
  return text.slice(kept).replaceAll(/[\s"'\\$`&|;<>()*?[\]{}!#~]/g, '\\$&');
}
