import type { Clock } from '../../host/clock.ts';

/** Calls all channels that are filled at the same times, so that one wake-up of the process serves them all. */
export interface FillTicker {
  /** Calls back at every tick from the next one on. Returns the function that ends it. */
  join(onTick: () => void): () => void;
}

/** Few enough wake-ups, and far below what a receiver would notice. */
const TICK_MS = 80;

/**
 * Creates a ticker that rests while it has nothing to call.
 * @param deps.run calls a callback, and handles what it throws
 */
export function createFillTicker({ clock, run }: { clock: Clock; run: (callback: () => void) => void }): FillTicker {
  const members = new Set<{ onTick: () => void }>();
  let cancelTick: (() => void) | null = null;

  function tick(): void {
    cancelTick = clock.after(TICK_MS, tick);
    for (const { onTick } of members) run(onTick);
  }

  return {
    join(onTick) {
      const member = { onTick };
      members.add(member);
      cancelTick ??= clock.after(TICK_MS, tick);
      return () => {
        members.delete(member);
        if (members.size > 0) return;
        cancelTick?.();
        cancelTick = null;
      };
    },
  };
}
