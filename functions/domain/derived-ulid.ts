import { createHash } from 'node:crypto';

/** ULIDs, without a prefix and in lower case, whose digits come from a text instead of chance: the same text, the same id. */

const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_LENGTH = 10;
const RANDOM_LENGTH = 16;

/** Returns digits that come from a text. @param length at most 32 */
export function digitsOf(text: string, length: number): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, length);
  return [...bytes].map((byte) => DIGITS[byte % DIGITS.length]).join('');
}

/** Returns a ULID that sorts by a time. @param timeMs Unix time in milliseconds */
export function ulidOf(timeMs: number, text: string): string {
  return timeDigitsOf(timeMs) + digitsOf(text, RANDOM_LENGTH);
}

/** Returns the last ULID of a time in the order of ULIDs. @param timeMs Unix time in milliseconds */
export function lastUlidOf(timeMs: number): string {
  return timeDigitsOf(timeMs) + DIGITS.at(-1)!.repeat(RANDOM_LENGTH);
}

function timeDigitsOf(timeMs: number): string {
  let time = '';
  for (let rest = timeMs; time.length < TIME_LENGTH; rest = Math.floor(rest / DIGITS.length)) {
    time = DIGITS[rest % DIGITS.length]! + time;
  }
  return time;
}

/** Returns the Unix time in milliseconds of the first ten digits of any ULID. */
export function timeOfDigits(digits: string): number {
  return [...digits].reduce((sum, digit) => sum * DIGITS.length + DIGITS.indexOf(digit), 0);
}
