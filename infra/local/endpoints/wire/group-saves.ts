import { performance } from 'node:perf_hooks';
import type { StateStore } from '../../host/state-store.ts';

/** Maximum pause between two saves, however long the last one took. */
const PAUSE_MS_MAX = 100;

/**
 * Combines changes that are close together into one save. A save writes the whole state and waits for the disk, so
 * during many changes the process would otherwise do little else. Code that responds to a caller awaits `saved` first.
 * A change that no caller waits for is saved a moment later; a crash before that undoes it, as if its timer had not
 * fired.
 */
export function groupSaves(store: StateStore): StateStore & { saved(): Promise<void> } {
  let state: unknown;
  let pending: Promise<void> | null = null;
  let lastTookMs = 0;
  let lastEndedAtMs = -Infinity;

  async function saveSoon(): Promise<void> {
    await pause(lastEndedAtMs + Math.min(lastTookMs, PAUSE_MS_MAX) - performance.now());
    // Later changes belong to the next save.
    pending = null;
    const beganAtMs = performance.now();
    try {
      store.save(state);
    } finally {
      lastEndedAtMs = performance.now();
      lastTookMs = lastEndedAtMs - beganAtMs;
    }
  }

  return {
    load: () => store.load(),
    save(next) {
      state = next;
      if (pending) return;
      pending = saveSoon();
      // Waiting callers get the error. Without one, the change stays in memory and is saved with the next.
      pending.catch((error: NodeJS.ErrnoException) => {
        console.error(`the state of a local endpoint changed but could not be saved: ${error.code ?? error.name}`);
      });
    },
    saved: () => pending ?? Promise.resolve(),
  };
}

/** Resolves in a later turn of the event loop, so that everything that is ready now shares the save. */
function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    if (delayMs > 0) setTimeout(resolve, delayMs);
    else setImmediate(resolve);
  });
}
