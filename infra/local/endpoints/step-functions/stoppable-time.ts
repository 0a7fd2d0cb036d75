import type { Clock } from '../../host/clock.ts';
import { TaskError } from './task-error.ts';

export const TIMED_OUT = Symbol('timed out');

/** The clock of an execution, which can be stopped in the middle of a wait. */
export interface StoppableTime {
  /** Ends every wait at once. */
  stop(): void;
  isStopped(): boolean;
  /** @throws {TaskError} once stopped */
  requireRunning(): void;
  /** Waits. Returns early when stopped. */
  pause(delayMs: number): Promise<void>;
  /**
   * Waits for the work, for so long; `undefined` is without a limit.
   * @throws {TaskError} when stopped
   */
  limit<Result>(work: Promise<Result>, seconds: number | undefined): Promise<Result | typeof TIMED_OUT>;
}

/** Creates the time of an execution that runs. */
export function createStoppableTime(clock: Clock): StoppableTime {
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  let isStopped = false;

  function whenStopped(): Promise<never> {
    return stopped.then(() => {
      throw stoppedError();
    });
  }

  return {
    stop() {
      isStopped = true;
      resolve();
    },
    isStopped: () => isStopped,
    requireRunning() {
      if (isStopped) throw stoppedError();
    },
    async pause(delayMs) {
      if (delayMs <= 0) return;
      const { promise: elapsed, resolve: elapse } = Promise.withResolvers<void>();
      const cancel = clock.after(delayMs, elapse);
      await Promise.race([elapsed, whenStopped().catch(() => {})]);
      cancel();
    },
    async limit(work, seconds) {
      if (seconds === undefined) return Promise.race([work, whenStopped()]);
      const { promise: timeout, resolve: expire } = Promise.withResolvers<typeof TIMED_OUT>();
      const cancel = clock.after(seconds * 1000, () => expire(TIMED_OUT));
      try {
        return await Promise.race([work, timeout, whenStopped()]);
      } finally {
        cancel();
      }
    },
  };
}

function stoppedError(): TaskError {
  return new TaskError('States.Runtime', 'the execution was stopped', false);
}
