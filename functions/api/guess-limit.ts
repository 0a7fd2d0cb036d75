import { createHmac, randomBytes } from 'node:crypto';

/** Bounds how many wrong tokens a caller may try. */
export interface GuessLimit {
  /** Seconds until this caller may try again; 0: now. */
  waitSeconds(caller: string): number;
  /** Counts a wrong token, unless the caller was wrong with it before: a script with a stale one repeats itself. */
  count(caller: string, guess: string): void;
}

interface GuessLimitOptions {
  now: () => Date;
  guessesMax: number;
  windowSeconds?: number;
  /** Callers are told apart by this many counters, however many there are. */
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
 * Counts per caller and minute. Which counter is a caller's is decided under a random key, so that no caller can choose
 * addresses to use up another's.
 */
export function createGuessLimit(options: GuessLimitOptions): GuessLimit {
  const { now, guessesMax, windowSeconds = WINDOW_SECONDS, counters = COUNTERS } = options;
  const key = randomBytes(32);
  const kept = new Map<number, Counter>();
  const digest = (text: string) => createHmac('sha256', key).update(text).digest();
  const indexOf = (caller: string) => digest(caller).readUInt32BE() % counters;

  function read(caller: string): Counter | undefined {
    const counter = kept.get(indexOf(caller));
    const ageMs = counter ? now().getTime() - counter.startedAtMs : 0;
    // A clock that was set back must not lock callers out.
    return counter && ageMs >= 0 && ageMs < windowSeconds * 1000 ? counter : undefined;
  }

  return {
    waitSeconds(caller) {
      const counter = read(caller);
      if (!counter || counter.guesses < guessesMax) return 0;
      return Math.ceil((counter.startedAtMs + windowSeconds * 1000 - now().getTime()) / 1000);
    },
    count(caller, guess) {
      const index = indexOf(caller);
      const hash = digest(guess).toString('base64url');
      const remembered = kept.get(index)?.lastGuesses ?? [];
      if (remembered.includes(hash)) return;
      const { startedAtMs, guesses } = read(caller) ?? { startedAtMs: now().getTime(), guesses: 0 };
      const lastGuesses = [hash, ...remembered].slice(0, REMEMBERED_MAX);
      kept.set(index, { startedAtMs, guesses: guesses + 1, lastGuesses });
    },
  };
}
