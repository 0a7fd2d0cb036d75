import { audienceIdOf, showIdOfSlug } from '../domain/audience-show.ts';

/**
 * Who watches now. A viewing is one player: its secret is part of the address of its playlists and segments, so it needs
 * no cookie and works in a frame of another site. It ends when nothing was requested for a while. The limit keeps the
 * machine's line and processor for those who watch already.
 */
export interface Viewing {
  showId: string;
}

export interface Viewings {
  /** Admits a player. Null when the limit is reached, of all or of this caller. */
  begin(caller: string, viewing: Viewing): string | null;
  /** Returns the viewing of a secret and keeps it alive. Null for one that is unknown or has ended. */
  use(secret: string): Viewing | null;
  /** How many watch a show now; null where that is not counted. */
  count(showId: string): number | null;
  /** How many watch any show now; null where that is not counted. */
  countAll(): number | null;
}

/** Longer than a player waits between two requests, also while the source is lost. */
const SILENT_MS = 30_000;
/** Behind one address there may be a school; above this it is more likely a program that takes all places. */
const SHARE_PER_CALLER = 0.5;

/**
 * Admits every player, for a CDN that has the places and counts none: all viewings of a show have one address, so the CDN
 * keeps one copy.
 */
export function createSharedViewings(): Viewings {
  return {
    begin: (_caller, { showId }) => audienceIdOf(showId),
    use(id) {
      const showId = showIdOfSlug(id);
      return showId === null ? null : { showId };
    },
    count: () => null,
    countAll: () => null,
  };
}

/** @param options.viewersMax players at once */
export function createViewings(options: { viewersMax: number; now: () => Date; newSecret: () => string }): Viewings {
  const running = new Map<string, { viewing: Viewing; caller: string; usedAtMs: number }>();
  const perCallerMax = Math.max(1, Math.ceil(options.viewersMax * SHARE_PER_CALLER));
  const nowMs = () => options.now().getTime();

  function removeSilent(): void {
    // The map is in the order of use, so the first one in use ends the search. A clock that was set back ends none.
    for (const [secret, { usedAtMs }] of running) {
      if (nowMs() - usedAtMs <= SILENT_MS) return;
      running.delete(secret);
    }
  }

  return {
    begin(caller, viewing) {
      removeSilent();
      if (running.size >= options.viewersMax) return null;
      const ofCaller = [...running.values()].filter((each) => each.caller === caller).length;
      if (ofCaller >= perCallerMax) return null;
      const secret = options.newSecret();
      running.set(secret, { viewing, caller, usedAtMs: nowMs() });
      return secret;
    },
    use(secret) {
      removeSilent();
      const found = running.get(secret);
      if (!found) return null;
      running.delete(secret);
      running.set(secret, { ...found, usedAtMs: nowMs() });
      return found.viewing;
    },
    count(showId) {
      removeSilent();
      return [...running.values()].filter(({ viewing }) => viewing.showId === showId).length;
    },
    countAll() {
      removeSilent();
      return running.size;
    },
  };
}
