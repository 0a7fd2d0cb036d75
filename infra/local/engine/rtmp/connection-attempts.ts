import { createFailureMemory, type EndedSession } from './failure-memory.ts';
import { REHEARSED_ATTEMPTS } from './rehearsed-attempts.ts';
import type { ConnectionFailure } from '../../../../functions/connect/rtmp/connection-failure.ts';
import type { OutputStatus } from './reported-status.ts';
import type { RehearsedChannelFault } from '../contract.ts';
import type { Clock } from '../../host/clock.ts';

/** When a publisher tries to connect. During some simulated failures an attempt fails without a connection. */
export interface ConnectionAttempts {
  begin(): void;
  /**
   * Records a failure and plans the next attempt.
   * @param session the course of the session it ended; null if none had begun
   * @returns what to report
   */
  failed(failure: ConnectionFailure, session: EndedSession | null): OutputStatus;
  /** Forgets the failures so far, because there is nothing to send. */
  forget(): void;
  /** Records that the session has delivered undisturbed for this long. */
  noteHealthy(nowMs: number, healthyMs: number): void;
  /** Returns whether a session that has delivered undisturbed for this long has proven that earlier failures are over. */
  isProven(healthyMs: number): boolean;
  /** Returns the simulated failure of the platform. */
  fault(): RehearsedChannelFault | null;
  /** Simulates a failure; null ends it, and the publisher tries again at once if it waits for an attempt. */
  rehearse(fault: RehearsedChannelFault | null): void;
  /** Cancels the attempt that is awaited or simulated. */
  close(): void;
}

export interface ConnectionAttemptsOptions {
  clock: Clock;
  /** 0 to 1, spreads the attempts of many publishers. */
  random: () => number;
  /** An attempt begins, simulated or not. */
  onBegin(attempt: { isFirst: boolean }): void;
  /** Opens the connection. */
  connect(): void;
  /** A simulated attempt has failed. */
  onFailed(failure: ConnectionFailure): void;
}

const RETRY_DELAYS_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
const RETRY_SPREAD = 0.2;
const REJECTED_RETRY_MS = 60_000;

/** Creates the attempts of a publisher that has not tried yet. */
export function createConnectionAttempts(options: ConnectionAttemptsOptions): ConnectionAttempts {
  const { clock, random } = options;
  const memory = createFailureMemory();
  let fault: RehearsedChannelFault | null = null;
  /** Set while an attempt is awaited or a simulated one is under way. */
  let cancelAttempt: (() => void) | null = null;

  const simulated = () => (fault === null ? undefined : REHEARSED_ATTEMPTS[fault]);

  function begin(): void {
    cancelAttempt = null;
    options.onBegin({ isFirst: memory.attempts() === 0 });
    const outcome = simulated();
    if (outcome) cancelAttempt = clock.after(outcome.afterMs, () => options.onFailed(outcome.failure));
    else options.connect();
  }

  function retryDelay(): number {
    const delayMs = RETRY_DELAYS_MS[memory.attempts() - 1] ?? RETRY_DELAYS_MS.at(-1)!;
    return Math.round(delayMs * (1 - RETRY_SPREAD + 2 * RETRY_SPREAD * random()));
  }

  return {
    begin,
    failed(failure, session) {
      const nowMs = clock.now();
      memory.note(nowMs, failure, session);
      const isRejected = memory.isRejected(failure);
      const delayMs = isRejected ? REJECTED_RETRY_MS : retryDelay();
      cancelAttempt = clock.after(delayMs, begin);
      return {
        state: isRejected ? 'rejected' : failure.code === 'stalled' ? 'stalled' : 'reconnecting',
        problem: { ...memory.problem(nowMs, failure), nextAttemptAtMs: nowMs + delayMs },
      };
    },
    forget: memory.forget,
    noteHealthy: memory.noteHealthy,
    isProven: (healthyMs) => healthyMs >= memory.provenAfterMs(clock.now()),
    fault: () => fault,
    rehearse(next) {
      if (next === fault) return;
      const wasSimulated = simulated() !== undefined;
      fault = next;
      if (cancelAttempt === null || (next !== null && !wasSimulated)) return;
      cancelAttempt();
      // The platform itself has not failed.
      if (wasSimulated) memory.forget();
      begin();
    },
    close() {
      cancelAttempt?.();
      cancelAttempt = null;
    },
  };
}
