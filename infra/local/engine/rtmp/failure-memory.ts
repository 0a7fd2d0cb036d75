import type { ConnectionFailure } from '../../../../functions/connect/rtmp/connection-failure.ts';
import type { ChannelReport } from '../contract.ts';

/** The course of an ended session. */
export interface EndedSession {
  lastedMs: number;
  /** Time of undisturbed delivery before the end. */
  healthyMs: number;
}

/**
 * The failures at one target, kept until it has worked for long enough: the number of attempts, refusals, and sessions
 * it accepted and then ended. A few good seconds do not clear them.
 */
export interface FailureMemory {
  /** Records a failure; with `session` if it had been publishing. */
  note(nowMs: number, failure: ConnectionFailure, session: EndedSession | null): void;
  /** Records that a session has delivered undisturbed for this long. */
  noteHealthy(nowMs: number, healthyMs: number): void;
  /** Returns how long a session has to deliver before it counts as good. */
  provenAfterMs(nowMs: number): number;
  /** Returns whether the failure counts as a confirmed refusal. */
  isRejected(failure: ConnectionFailure): boolean;
  /** Returns the report of the newest failure. */
  problem(nowMs: number, failure: ConnectionFailure): NonNullable<ChannelReport['problem']>;
  attempts(): number;
  /** Forgets all failures: they were simulated, or there was nothing to send. */
  forget(): void;
}

/** One refusal may come from a leftover session at the platform; two in a row count. */
const REJECTIONS_BELIEVED = 2;
/** Publishing for this long proves the key. */
const KEY_PROVEN_MS = 3_000;
/** Detecting a stall takes this long, so a session that has lasted longer is not stalled. */
const NOT_STALLED_MS = 12_000;
const HEALTHY_AFTER_MS = 20_000;
/** This many sessions ended by the platform within the window form a pattern. */
const ENDINGS_BELIEVED = 3;
const ENDINGS_WINDOW_MS = 15 * 60_000;
const PATTERN_BROKEN_MS = 60_000;

/** Creates an empty memory. */
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
        const often = `the platform accepts the stream and ends it after about ${seconds} s, ${pattern.times} times so far`;
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
