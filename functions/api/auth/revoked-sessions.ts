import { z } from 'zod';

/** A session in a cookie, until it expires. */
export interface Session {
  id: string;
  /** Seconds of the Unix epoch. */
  expiresAt: number;
}

/** Sessions ended before their expiry. */
export interface RevokedSessions {
  has(session: Session): boolean;
  /** Stores the session before it returns. Passes on errors of the store; the session is then ended until a restart. */
  add(session: Session): void;
}

interface RevokedSessionsOptions {
  store: { load(): unknown; save(state: unknown): void };
  now: () => Date;
  /** Maximum number of stored sessions. */
  keptMax?: number;
}

const Kept = z.object({ sessions: z.record(z.string(), z.number()), endedUpTo: z.number() });
const KEPT_MAX = 1_000;

/**
 * Keeps revoked sessions in a store until they expire. When there are too many, it drops the oldest and treats every
 * session that expires no later as ended, because an extra sign-out is better than a forgotten one.
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
