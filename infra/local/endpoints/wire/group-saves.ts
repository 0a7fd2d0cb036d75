import { performance } from 'node:perf_hooks';
import type { StateStore } from '../../host/state-store.ts';

/** A pause between two saves is no longer than this, however long the last one took. */
const PAUSE_MS_MAX = 100;

/**
 * Lets changes that come close together share one save. A save writes the whole state and waits for the disk, so that a
 * storm of changes would otherwise do little else. Code that answers a caller waits for `saved` first; a change that no
 * caller waits for is kept a moment later, and a crash before that undoes it as if its timer had not fired.
 */
export function groupSaves(store: StateStore): StateStore & { saved(): Promise<void> } {
  let state: unknown;
  let pending: Promise<void> | null = null;
  let lastTookMs = 0;
  let lastEndedAtMs = -Infinity;

  async function saveSoon(): Promise<void> {
    await pause(lastEndedAtMs + Math.min(lastTookMs, PAUSE_MS_MAX) - performance.now());
    // What is changed from here on belongs to the next save.
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
      // A waiting caller gets the error; without one, the change stays in memory and is saved with the next one.
      pending.catch((error: NodeJS.ErrnoException) => {
        console.error(`the state of a local endpoint changed but could not be saved: ${error.code ?? error.name}`);
      });
    },
    saved: () => pending ?? Promise.resolve(),
  };
}

/** Ends in a later turn of the event loop, so that everything that is ready now shares the save. */
function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    if (delayMs > 0) setTimeout(resolve, delayMs);
    else setImmediate(resolve);
  });
}
