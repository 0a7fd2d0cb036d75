/**
 * Computes the delay before a Task is retried. The interpreter decides whether to retry; this mirrors its choice of
 * retrier.
 */
import type { Retrier } from './definition.ts';

/** Counts how often each retrier was used during one visit to a state. */
export interface RetryCounter {
  /** @returns the delay in milliseconds, or null when no retrier (still) handles this error */
  next(errorName: string): number | null;
}

/**
 * Starts counting for one visit to a state.
 * @param random returns 0 to 1, for full jitter
 * @see https://states-language.net/#retrying-after-error
 */
export function countRetries(retriers: readonly Retrier[], random: () => number): RetryCounter {
  const attempts = retriers.map(() => 0);
  return {
    next(errorName) {
      const index = retriers.findIndex((retrier) => takes(retrier, errorName));
      const retrier = retriers[index];
      if (retrier === undefined) return null;
      const { IntervalSeconds = 1, BackoffRate = 2, MaxAttempts = 3, MaxDelaySeconds = Infinity } = retrier;
      const attempt = attempts[index]!;
      if (attempt >= MaxAttempts) return null;
      attempts[index] = attempt + 1;
      const delayMs = Math.min(IntervalSeconds * BackoffRate ** attempt, MaxDelaySeconds) * 1000;
      return retrier.JitterStrategy === 'FULL' ? Math.floor(random() * delayMs) : delayMs;
    },
  };
}

function takes(retrier: Retrier, errorName: string): boolean {
  return retrier.ErrorEquals.some(
    (name) =>
      name === errorName || name === 'States.ALL' || (name === 'States.TaskFailed' && errorName !== 'States.Timeout'),
  );
}
