import { z } from 'zod';

/** A session that a cookie holds, until it expires by itself. */
export interface Session {
  id: string;
  /** Seconds of the Unix epoch. */
  expiresAt: number;
}

/** Sessions that were ended before they expired. */
export interface RevokedSessions {
  has(session: Session): boolean;
  /** Kept when it returns. Whatever the store throws is passed on; the session is ended until a restart all the same. */
  add(session: Session): void;
}

interface RevokedSessionsOptions {
  store: { load(): unknown; save(state: unknown): void };
  now: () => Date;
  /** How many are kept one by one. */
  keptMax?: number;
}

const Kept = z.object({ sessions: z.record(z.string(), z.number()), endedUpTo: z.number() });
const KEPT_MAX = 1_000;

/**
 * Keeps them in a store until they would have expired. When there are too many, the oldest make room, and then every
 * session that expires no later than they do is ended with them: forgetting a sign-out is worse than one too many.
 */
export function createRevokedSessions({ store, now, keptMax = KEPT_MAX }: RevokedSessionsOptions): RevokedSessions {
  const loaded = Kept.nullable().parse(store.load());
  const sessions = new Map(Object.entries(loaded?.sessions ?? {}));
  let endedUpTo = loaded?.endedUpTo ?? 0;

  function makeRoom(): void {
    const nowSeconds = now().getTime() / 1000;
    for (const [id, expiresAt] of sessions) if (expiresAt <= nowSeconds) sessions.delete(id);
    const oldestFirst = [...sessions].toSorted(([, one], [, other]) => one - other);
    for (const [id, expiresAt] of oldestFirst.slice(0, Math.max(0, sessions.size - keptMax))) {
      sessions.delete(id);
      endedUpTo = Math.max(endedUpTo, expiresAt);
    }
  }

  return {
    has: ({ id, expiresAt }) => sessions.has(id) || expiresAt <= endedUpTo,
    add({ id, expiresAt }) {
      sessions.set(id, expiresAt);
      makeRoom();
      store.save({ sessions: Object.fromEntries(sessions), endedUpTo });
    },
  };
}
