import { awsErrorKind } from '../../../functions/aws/aws-errors.ts';
import type { ProofDeps } from './proof-deps.ts';

/** Waits for AWS with a time limit, until the operator interrupts. */

/** Thrown after the operator pressed Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Thrown when the time limit ends a wait. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

export interface Patience extends Pick<ProofDeps, 'now' | 'sleep'> {
  signal: AbortSignal;
}

/** Sleeps, or throws {@link Interrupted}. */
export async function pause({ sleep, signal }: Omit<Patience, 'now'>, delayMs: number): Promise<void> {
  if (signal.aborted) throw new Interrupted('interrupted');
  try {
    await sleep(delayMs, signal);
  } catch (error) {
    if (signal.aborted) throw new Interrupted('interrupted', { cause: error });
    throw error;
  }
  if (signal.aborted) throw new Interrupted('interrupted');
}

const FIRST_PAUSE_MS = 2_000;
const ATTEMPTS_MAX = 6;

/**
 * Repeats a call that AWS throttled or did not answer, with growing pauses: about a minute in total.
 * @param retries errors to retry; without a token, do not retry a call whose outcome is unknown
 */
export async function patiently<Answer>(
  patience: Patience,
  call: () => Promise<Answer>,
  retries: readonly ReturnType<typeof awsErrorKind>[] = ['throttled', 'unavailable'],
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || !retries.includes(awsErrorKind(error))) throw error;
      await pause(patience, FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  }
}

/** The result of one poll. */
export type Look<Value> = { isThere: true; value: Value } | { isThere: false; seen: string };

/** Returns the result of a poll that found the expected state. */
export function arrived<Value>(value: Value): Look<Value> {
  return { isThere: true, value };
}

/** Returns the result of a poll that must continue. @param seen the current state, for the error message */
export function pending(seen: string): Look<never> {
  return { isThere: false, seen };
}

/**
 * Polls until the probe has arrived.
 * @throws {OutOfTime} naming what was awaited and what was seen last
 * @throws {Interrupted}
 */
export async function waitFor<Value>(
  patience: Patience,
  what: string,
  probe: () => Promise<Look<Value>>,
  { limitMs, everyMs = 5_000 }: { limitMs: number; everyMs?: number },
): Promise<Value> {
  const untilMs = patience.now() + limitMs;
  for (;;) {
    const found = await patiently(patience, probe);
    if (found.isThere) return found.value;
    if (patience.now() >= untilMs) {
      throw new OutOfTime(`waited ${Math.round(limitMs / 60_000)} minutes for ${what}; last seen: ${found.seen}`);
    }
    await pause(patience, everyMs);
  }
}
