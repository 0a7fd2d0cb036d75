import type { ConnectionFailure } from './connection-failure.ts';
import type { ChannelReport } from '../contract.ts';

/** How a session that ended had gone. */
export interface EndedSession {
  lastedMs: number;
  /** For how long it had been delivering without trouble when it ended. */
  healthyMs: number;
}

/**
 * What went wrong at one target, until it has gone well for long enough: how often it was tried, whether it refuses us,
 * whether it ends what it has accepted again and again. A few green seconds forget none of it.
 */
export interface FailureMemory {
  /** Takes in a failure; `session` when something had been published. */
  note(nowMs: number, failure: ConnectionFailure, session: EndedSession | null): void;
  /** Takes in that a session has been delivering for this long without trouble. */
  noteHealthy(nowMs: number, healthyMs: number): void;
  /** For how long a session has to deliver before it may be called good. */
  provenAfterMs(nowMs: number): number;
  /** Whether the failure is a refusal that is believed by now. */
  isRejected(failure: ConnectionFailure): boolean;
  /** What to report of the newest failure. */
  problem(nowMs: number, failure: ConnectionFailure): NonNullable<ChannelReport['problem']>;
  attempts(): number;
  /** Forgets everything: what went wrong was practised, or there was nothing to send. */
  forget(): void;
}

/** One refusal may be a leftover session at the platform; two in a row are believed. */
const REJECTIONS_BELIEVED = 2;
/** Publishing for this long shows that the key is good. */
const KEY_PROVEN_MS = 3_000;
/** A stall takes this long to be noticed, so a session that has lasted longer is not another one. */
const NOT_STALLED_MS = 12_000;
const HEALTHY_AFTER_MS = 20_000;
/** So many sessions ended by the platform within the window are a pattern. */
const ENDINGS_BELIEVED = 3;
const ENDINGS_WINDOW_MS = 15 * 60_000;
const PATTERN_BROKEN_MS = 60_000;

/** Remembers nothing yet. */
export function createFailureMemory(): FailureMemory {
  let attempts = 0;
  let rejections = 0;
  let keyWasAccepted = false;
  let isStalling = false;
  let endings: { atMs: number; lastedMs: number }[] = [];

  function repeating(nowMs: number): { times: number; longestMs: number; typicalMs: number } | null {
    endings = endings.filter(({ atMs }) => nowMs - atMs < ENDINGS_WINDOW_MS);
    if (endings.length < ENDINGS_BELIEVED) return null;
    const lasted = endings.map(({ lastedMs }) => lastedMs).sort((left, right) => left - right);
    return { times: endings.length, longestMs: lasted.at(-1)!, typicalMs: lasted[Math.floor(lasted.length / 2)]! };
  }

  function provenAfterMs(nowMs: number): number {
    const pattern = repeating(nowMs);
    if (pattern) return Math.max(PATTERN_BROKEN_MS, 2 * pattern.longestMs);
    if (isStalling) return NOT_STALLED_MS;
    return rejections > 0 ? KEY_PROVEN_MS : 0;
  }

  const isRejected = ({ rejection }: ConnectionFailure) => rejection !== 'none' && rejections >= REJECTIONS_BELIEVED;

  return {
    note(nowMs, failure, session) {
      if (session) {
        if (session.healthyMs >= HEALTHY_AFTER_MS && !repeating(nowMs)) attempts = 0;
        if (session.lastedMs >= KEY_PROVEN_MS) rejections = 0;
        if (failure.code !== 'stalled') endings.push({ atMs: nowMs, lastedMs: session.lastedMs });
      }
      attempts += 1;
      if (failure.rejection !== 'none') rejections += 1;
      isStalling = failure.code === 'stalled' || (isStalling && !session);
    },
    noteHealthy(nowMs, healthyMs) {
      if (healthyMs < KEY_PROVEN_MS) return;
      rejections = 0;
      keyWasAccepted = true;
      if (healthyMs < provenAfterMs(nowMs)) return;
      isStalling = false;
      if (healthyMs < HEALTHY_AFTER_MS) return;
      attempts = 0;
      if (repeating(nowMs)) endings = [];
    },
    provenAfterMs,
    isRejected,
    problem(nowMs, failure) {
      const { code, detail, suspected } = failure;
      const pattern = repeating(nowMs);
      if (isRejected(failure)) {
        const known = keyWasAccepted ? '; it was accepted before, so an earlier session may still be open there' : '';
        return { code: suspected ?? code, detail: detail + known, attempt: attempts };
      }
      if (pattern && (code === 'connection_lost' || code === 'ended_by_server')) {
        const seconds = Math.max(1, Math.round(pattern.typicalMs / 1000));
        const often = `the platform takes the stream and ends it after about ${seconds} s, ${pattern.times} times so far`;
        return { code: 'ends_repeatedly', detail: `${often}; the last time ${detail}`, attempt: attempts };
      }
      return { code, detail, attempt: attempts };
    },
    attempts: () => attempts,
    forget() {
      attempts = 0;
      rejections = 0;
      isStalling = false;
    },
  };
}
