import { createHmac, randomBytes } from 'node:crypto';

/** Limits how many wrong tokens a caller may try. */
export interface GuessLimit {
  /** Returns the seconds until this caller may try again; 0 means now. */
  waitSeconds(caller: string): number;
  /** Counts a wrong token once, because a script with a stale token repeats it. */
  count(caller: string, guess: string): void;
}

interface GuessLimitOptions {
  now: () => Date;
  guessesMax: number;
  windowSeconds?: number;
  /** Number of callers with their own counter; all others share the same number again. */
  counters?: number;
}

interface Counter {
  startedAtMs: number;
  guesses: number;
  /** Newest first. */
  lastGuesses: string[];
}

const WINDOW_SECONDS = 60;
const COUNTERS = 1024;
const REMEMBERED_MAX = 8;

/**
 * Creates a limit per caller and minute. While all counters are in use, a random key decides which callers share one,
 * so no caller can choose addresses to exhaust another's counter.
 */
export function createGuessLimit(options: GuessLimitOptions): GuessLimit {
  const { now, guessesMax, windowSeconds = WINDOW_SECONDS, counters = COUNTERS } = options;
  const key = randomBytes(32);
  const own = new Map<string, Counter>();
  const shared = new Map<number, Counter>();
  const digest = (text: string) => createHmac('sha256', key).update(text).digest();
  const sharedIndexOf = (caller: string) => digest(caller).readUInt32BE() % counters;

  function counts(counter: Counter | undefined): counter is Counter {
    const ageMs = counter ? now().getTime() - counter.startedAtMs : 0;
    // A clock that was set back must not block callers.
    return counter !== undefined && ageMs >= 0 && ageMs < windowSeconds * 1000;
  }

  function hasRoom(): boolean {
    if (own.size >= counters) for (const [caller, counter] of own) if (!counts(counter)) own.delete(caller);
    return own.size < counters;
  }

  const find = (caller: string) => own.get(caller) ?? (hasRoom() ? undefined : shared.get(sharedIndexOf(caller)));

  function keep(caller: string, counter: Counter): void {
    if (own.has(caller) || hasRoom()) own.set(caller, counter);
    else shared.set(sharedIndexOf(caller), counter);
  }

  return {
    waitSeconds(caller) {
      const counter = find(caller);
      if (!counts(counter) || counter.guesses < guessesMax) return 0;
      return Math.ceil((counter.startedAtMs + windowSeconds * 1000 - now().getTime()) / 1000);
    },
    count(caller, guess) {
      const hash = digest(guess).toString('base64url');
      const former = find(caller);
      const remembered = former?.lastGuesses ?? [];
      if (remembered.includes(hash)) return;
      const { startedAtMs, guesses } = counts(former) ? former : { startedAtMs: now().getTime(), guesses: 0 };
      const lastGuesses = [hash, ...remembered].slice(0, REMEMBERED_MAX);
      keep(caller, { startedAtMs, guesses: guesses + 1, lastGuesses });
    },
  };
}
