import type { Clock } from '../../host/clock.ts';

/** Wakes the requests that wait for the next change. */
export interface ChangeSignal {
  announce(): void;
  /** Waits for the next change. Resolves with false when there was none within the limit. */
  next(limitMs: number): Promise<boolean>;
}

/** Creates a signal without a waiting request. */
export function createChangeSignal(clock: Clock): ChangeSignal {
  const waiters = new Set<() => void>();
  return {
    announce() {
      for (const wake of waiters) wake();
    },
    next(limitMs) {
      return new Promise((resolve) => {
        const wake = () => {
          cancel();
          waiters.delete(wake);
          resolve(true);
        };
        const cancel = clock.after(limitMs, () => {
          waiters.delete(wake);
          resolve(false);
        });
        waiters.add(wake);
      });
    },
  };
}
