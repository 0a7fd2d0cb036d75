/**
 * EventBridge in this process: events from the local endpoints go to the subscribers whose pattern they match.
 * Delivery is asynchronous, may repeat and may be given up, so nothing may depend on an event to arrive.
 */
import { systemClock } from '../../host/clock.ts';
import type { Clock } from '../../host/clock.ts';
import type { AwsEvent, EventSink } from '../wire/service.ts';

const RETRY_DELAYS_MS = [200, 1_000, 5_000];

/** Which events a target gets; an absent member matches all. */
export interface EventPattern {
  source?: string[];
  detailType?: string[];
}

/** What takes an event; a rejection is a failed delivery, to be tried again. */
export type EventTarget = (event: AwsEvent) => Promise<void>;

/** The bus. */
export interface EventBus extends EventSink {
  /** @returns ends the subscription */
  subscribe(pattern: EventPattern, target: EventTarget): () => void;
  /** Delivers nothing more and waits for the deliveries that run. */
  close(): Promise<void>;
}

/** Makes a bus with no subscribers. */
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
          `event ${event['detail-type']} of ${event.source} given up after ${attempt + 1} attempts:`,
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
