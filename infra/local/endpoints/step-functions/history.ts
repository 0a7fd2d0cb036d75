/** Records the event history of one execution, with AWS's event names. */
import type { Clock } from '../../host/clock.ts';

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const EVENTS_MAX = 25_000;

/** One event, as GetExecutionHistory returns it. */
export interface HistoryEvent {
  id: number;
  previousEventId: number;
  /** Seconds since the epoch. */
  timestamp: number;
  type: string;
  [details: string]: unknown;
}

/** The events of one execution, oldest first. */
export interface History {
  readonly events: readonly HistoryEvent[];
  /** @param details the event's own member, such as `stateEnteredEventDetails` */
  add(type: string, details?: Record<string, unknown>): void;
  /** Returns whether AWS would end the execution because its history is too long. */
  isFull(): boolean;
}

/** Starts an empty history. */
export function createHistory(clock: Clock): History {
  const events: HistoryEvent[] = [];
  return {
    events,
    add(type, details = {}) {
      const id = events.length + 1;
      events.push({ id, previousEventId: id - 1, timestamp: clock.now() / 1000, type, ...details });
    },
    // Leave room for the two events that report it.
    isFull: () => events.length >= EVENTS_MAX - 2,
  };
}
