/**
 * EventBridge in this process: delivers events of the local endpoints to the subscribers whose pattern they match.
 * Delivery is asynchronous, may repeat and may fail, so no code may depend on an event.
 */
import { systemClock } from '../../host/clock.ts';
import type { Clock } from '../../host/clock.ts';
import type { AwsEvent, EventSink } from '../wire/local-service.ts';

const RETRY_DELAYS_MS = [200, 1_000, 5_000];

/** Selects the events for a target; an absent member matches all. */
export interface EventPattern {
  source?: string[];
  detailType?: string[];
}

/** Handles an event. A rejection counts as a failed delivery and is retried. */
export type EventTarget = (event: AwsEvent) => Promise<void>;

/** The bus. */
export interface EventBus extends EventSink {
  /** @returns a function that ends the subscription */
  subscribe(pattern: EventPattern, target: EventTarget): () => void;
  /** Stops delivery and waits for the deliveries in progress. */
  close(): Promise<void>;
}

/** Creates a bus without subscribers. */
export function createEventBus(deps: { clock?: Clock } = {}): EventBus {
  const { clock = systemClock } = deps;
  const subscriptions = new Set<{ pattern: EventPattern; target: EventTarget }>();
  const running = new Set<Promise<void>>();
  let closed = false;

  function deliver(event: AwsEvent, target: EventTarget, attempt: number): void {
    if (closed) return;
    const delivery = Promise.resolve()
      .then(() => target(structuredClone(event)))
      .catch((error: unknown) => {
        const delayMs = RETRY_DELAYS_MS[attempt];
        if (delayMs !== undefined) {
          clock.after(delayMs, () => deliver(event, target, attempt + 1));
          return;
        }
        console.error(
          `gave up delivering event ${event['detail-type']} of ${event.source} after ${attempt + 1} attempts:`,
          error,
        );
      })
      .finally(() => running.delete(delivery));
    running.add(delivery);
  }

  return {
    put(event) {
      for (const { pattern, target } of subscriptions) {
        if (matches(pattern, event)) deliver(event, target, 0);
      }
    },
    subscribe(pattern, target) {
      const subscription = { pattern, target };
      subscriptions.add(subscription);
      return () => void subscriptions.delete(subscription);
    },
    async close() {
      closed = true;
      await Promise.all(running);
    },
  };
}

function matches(pattern: EventPattern, event: AwsEvent): boolean {
  return (
    (pattern.source === undefined || pattern.source.includes(event.source)) &&
    (pattern.detailType === undefined || pattern.detailType.includes(event['detail-type']))
  );
}
