/** EventBridge Scheduler in this process, as far as we need it: an action every so many seconds. */
import type { Clock } from '../../host/clock.ts';

/** The schedules of this process. */
export interface Scheduler {
  /**
   * Runs `action` every `seconds`, the first time after that long. A run that is due while the last one of this name is
   * still going is left out. Errors are logged; the schedule goes on.
   */
  every(seconds: number, name: string, action: () => Promise<void>): void;
  /** Starts no further run and waits for those that go. */
  close(): Promise<void>;
}

/**
 * Makes a scheduler with nothing scheduled.
 * @param deps.isPaused leaves out the runs that are due while it says so
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
