import type { Clock } from '../host/clock.ts';

/** A source without a byte for this long counts as lost, even while its connection is open. */
const SILENCE_MS = 2_000;
const WATCH_MS = 500;

/** Whether the source is sending, judged by arriving data alone. */
export interface SourcePresence {
  /** Records arriving data. */
  heard(): void;
  isLive(): boolean;
  /** Returns when a source that had been sending was lost; null while it sends and before its first data. */
  silentSinceMs(): number | null;
  /** Ends the presence before the silence shows it. No effect on a source that is not live. */
  lose(): void;
  close(): void;
}

/**
 * @param deps.onBack data is arriving after a loss
 * @param deps.onLost a live source has become silent
 */
export function createSourcePresence(deps: { clock: Clock; onBack: () => void; onLost: () => void }): SourcePresence {
  const { clock } = deps;
  let heardAtMs = 0;
  let isLive = false;
  let silentSinceMs: number | null = null;
  let cancelWatch = clock.after(WATCH_MS, watch);

  function watch(): void {
    const restMs = heardAtMs + SILENCE_MS - clock.now();
    if (isLive && restMs < 0) lose();
    // The first moment at which the silence is too long, because someone waits for the news.
    cancelWatch = clock.after(isLive ? Math.min(WATCH_MS, restMs + 1) : WATCH_MS, watch);
  }

  function lose(): void {
    if (!isLive) return;
    silentSinceMs = clock.now();
    isLive = false;
    deps.onLost();
  }

  return {
    heard() {
      heardAtMs = clock.now();
      if (isLive) return;
      isLive = true;
      const isBack = silentSinceMs !== null;
      silentSinceMs = null;
      if (isBack) deps.onBack();
    },
    isLive: () => isLive,
    silentSinceMs: () => silentSinceMs,
    lose,
    close: () => cancelWatch(),
  };
}
