import type { AwsDeps } from '../aws/clients.ts';
import { insertDelivery } from '../aws/delivery-table.ts';
import { startDeliveryExecution } from '../aws/executions.ts';
import { listTargets } from '../aws/notification-target-table.ts';
import { newDelivery, type Delivery } from '../domain/delivery.ts';
import { wantsEvent } from '../domain/notification-target.ts';
import type { SluiceEvent } from '../domain/webhook-events.ts';
import { errorName } from '../domain/errors.ts';

export interface PublishDeps extends AwsDeps<'sfn' | 'table', 'deliveryMachineArn' | 'tableName'> {
  now: () => Date;
  logger: { warn(message: string, details?: Record<string, unknown>): void };
}

/**
 * Publishes events: creates one delivery for each target that wants one, and starts their executions. Publishing the
 * same event again has no further effect, so a caller that cannot know whether it succeeded calls again.
 * @returns the number of deliveries
 * @throws when the table does not answer; then call again
 */
export async function publishEvents(deps: PublishDeps, events: readonly SluiceEvent[]): Promise<number> {
  if (events.length === 0) return 0;
  const targets = await listTargets(deps);
  const wanted = events.flatMap((event) =>
    targets.filter((target) => wantsEvent(target, event)).map((target) => newDelivery(target, event, deps.now())),
  );
  for (const delivery of wanted) await beginDelivery(deps, delivery);
  return wanted.length;
}

/** Publishes events whose loss only costs a message. Logs a failure. */
export async function publishQuietly(deps: PublishDeps, events: readonly SluiceEvent[]): Promise<void> {
  try {
    await publishEvents(deps, events);
  } catch (error) {
    deps.logger.warn('events were not published', {
      eventIds: events.map(({ eventId }) => eventId),
      error: errorName(error),
    });
  }
}

/** Stores a delivery and starts its execution, unless an earlier call did. */
export async function beginDelivery(deps: PublishDeps, delivery: Delivery): Promise<Delivery> {
  const stored = await insertDelivery(deps, delivery);
  if (stored.state !== 'pending') return stored;
  try {
    await startDeliveryExecution(deps, stored);
  } catch (error) {
    deps.logger.warn('a delivery was not started, the sweep will', {
      deliveryId: stored.deliveryId,
      error: errorName(error),
    });
  }
  return stored;
}
