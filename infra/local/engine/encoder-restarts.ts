import type { Clock } from '../host/clock.ts';

const RESPAWN_MS = 500;
const RESPAWN_MAX_MS = 5_000;
/** A run that keeps up for this long clears earlier failures. */
const HEALTHY_AFTER_MS = 20_000;
/** An encoder that was too slow has to keep up for this long before it counts as good again. */
const KEEPS_UP_AFTER_MS = 8_000;
/** Consecutive failures after which the subscribers are notified that the program is lost. */
const FAILURES_SHOWN = 2;

export interface EncoderProblem {
  code: 'encoder_slow' | 'encoder_failed';
  detail: string;
  attempt?: number;
  nextAttemptAtMs?: number;
}

/** The failures of one encoder, what is reported of them, and the time of its next start. */
export interface EncoderRestarts {
  problem(): EncoderProblem | null;
  /** Reports a problem of a run that continues. */
  report(problem: EncoderProblem): void;
  /**
   * Counts the failure of a run and plans the next one.
   * @param healthyMs how long the failed run had kept up
   */
  failed(problem: EncoderProblem, healthyMs: number): void;
  /** Returns whether the failures in a row are enough to count the program as lost. */
  areRepeated(): boolean;
  /** Notes that the next run has begun. */
  begun(): void;
  /** Notes a keyframe of a run that has kept up for this long. */
  delivered(healthyMs: number): void;
  /** Forgets the failures and cancels the next start. */
  forget(): void;
}

/** @param deps.onChange what is reported has changed */
export function createEncoderRestarts(deps: {
  clock: Clock;
  restart: () => void;
  onChange: () => void;
}): EncoderRestarts {
  const { clock } = deps;
  let failures = 0;
  let problem: EncoderProblem | null = null;
  let cancelRestart: (() => void) | undefined;

  function report(next: EncoderProblem | null): void {
    problem = next;
    deps.onChange();
  }

  const areRepeated = () => failures >= FAILURES_SHOWN;

  return {
    problem: () => problem,
    report,
    failed(next, healthyMs) {
      // A run that kept up for a while ends the series of failures.
      if (healthyMs >= HEALTHY_AFTER_MS) failures = 0;
      failures += 1;
      const delayMs = Math.min(RESPAWN_MAX_MS, RESPAWN_MS * 2 ** (failures - 1));
      cancelRestart?.();
      cancelRestart = clock.after(delayMs, deps.restart);
      report({ ...next, attempt: failures, nextAttemptAtMs: clock.now() + delayMs });
    },
    areRepeated,
    begun() {
      if (problem?.nextAttemptAtMs) report({ ...problem, nextAttemptAtMs: undefined });
    },
    // Pictures clear a single failure; slowness and repeated failures end when the encoder has kept up for a while.
    delivered(healthyMs) {
      if (!problem) return;
      const isStubborn = problem.code === 'encoder_slow' || areRepeated();
      if (!isStubborn || healthyMs >= KEEPS_UP_AFTER_MS) report(null);
    },
    forget() {
      cancelRestart?.();
      failures = 0;
      problem = null;
    },
  };
}
