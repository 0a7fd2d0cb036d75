/** EventBridge Scheduler in this process, as far as Sluice needs it: an action at a fixed interval. */
import type { Clock } from '../../host/clock.ts';

/** The schedules of this process. */
export interface Scheduler {
  /**
   * Runs `action` every `seconds`, for the first time after one interval. Skips a run while the previous one of this
   * name is still in progress. Logs errors and continues.
   */
  every(seconds: number, name: string, action: () => Promise<void>): void;
  /** Starts no further run and waits for those in progress. */
  close(): Promise<void>;
}

/**
 * Creates an empty scheduler.
 * @param deps.isPaused skips the runs that are due while it returns true
 */
export function createScheduler(deps: { clock: Clock; isPaused?: () => boolean }): Scheduler {
  const { clock, isPaused = () => false } = deps;
  const running = new Map<string, Promise<void>>();
  const cancels = new Map<object, () => void>();
  let closed = false;

  function run(name: string, action: () => Promise<void>): void {
    if (running.has(name) || isPaused()) return;
    const work = Promise.resolve()
      .then(action)
      .catch((error: unknown) => console.error(`scheduled ${name} failed:`, error))
      .finally(() => running.delete(name));
    running.set(name, work);
  }

  return {
    every(seconds, name, action) {
      const schedule = {};
      function next(): void {
        if (closed) return;
        const cancel = clock.after(seconds * 1000, () => {
          run(name, action);
          next();
        });
        cancels.set(schedule, cancel);
      }
      next();
    },
    async close() {
      closed = true;
      for (const cancel of cancels.values()) cancel();
      await Promise.all(running.values());
    },
  };
}
