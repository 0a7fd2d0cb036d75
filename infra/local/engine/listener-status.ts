import type { Clock } from '../host/clock.ts';
import type { SourceState } from './contract.ts';

const REFUSAL_SHOWN_MS = 15_000;

/** The state of an SRT listener as it is reported, with the reason. */
export interface ListenerStatus {
  state(): SourceState;
  /** Time of the last change of the state, ms epoch. */
  sinceMs(): number;
  reason(): string | undefined;
  become(next: SourceState, reason?: string): void;
  /** Shows a refusal for a limited time: encoders keep calling, and one that has stopped must not affect the next. */
  refuse(reason: string): void;
  /** Ends all changes. */
  close(): void;
}

/** Creates the status of a listener that begins to listen. */
export function createListenerStatus(clock: Clock, onChange: () => void): ListenerStatus {
  let state: SourceState = 'listening';
  let sinceMs = clock.now();
  let reason: string | undefined;
  let closed = false;
  let cancelRefusal: (() => void) | undefined;

  function become(next: SourceState, nextReason?: string): void {
    if (closed || (next === state && nextReason === reason)) return;
    if (next !== state) sinceMs = clock.now();
    state = next;
    reason = nextReason;
    onChange();
  }

  return {
    state: () => state,
    sinceMs: () => sinceMs,
    reason: () => reason,
    become,
    refuse(refusal) {
      if (closed) return;
      become('listening', refusal);
      cancelRefusal?.();
      cancelRefusal = clock.after(REFUSAL_SHOWN_MS, () => {
        if (state === 'listening') become('listening');
      });
    },
    close() {
      closed = true;
      cancelRefusal?.();
    },
  };
}
