import { getDelivery, listPendingDeliveries, removePendingMark, writeDelivery } from '../aws/delivery-table.ts';
import { observeDeliveryExecution, startDeliveryExecution } from '../aws/executions.ts';
import { listTargets } from '../aws/notification-target-table.ts';
import { isFailing } from '../domain/notification-target.ts';
import type { SweepDeps } from './sweep-deps.ts';

/** Deliveries that one sweep asks about. More than these are handled by the next sweeps. */
const ASKED_MAX = 100;

/** The sweep's part in deliveries: starts the executions that are missing and removes marks that were left over. */
export async function restartDeliveries(deps: SweepDeps): Promise<void> {
  const pending = await listPendingDeliveries(deps);
  for (const deliveryId of pending.slice(0, ASKED_MAX)) await restart(deps, deliveryId);
}

/** Counts the targets that do not accept messages. */
export async function countFailingTargets(deps: SweepDeps): Promise<number> {
  return (await listTargets(deps)).filter(isFailing).length;
}

async function restart(deps: SweepDeps, deliveryId: string): Promise<void> {
  const delivery = await getDelivery(deps, deliveryId);
  if (delivery?.state !== 'pending') return removePendingMark(deps, deliveryId);
  const state = await observeDeliveryExecution(deps, delivery);
  if (state === 'running') return undefined;
  if (state === 'missing') return startDeliveryExecution(deps, delivery);
  // A name cannot be used again, so the next execution has the next number.
  const next = await writeDelivery(deps, delivery, { ...delivery, execution: delivery.execution + 1 });
  if (!next) return undefined;
  deps.logger.info('sweep resumes a delivery', { deliveryId, execution: next.execution });
  return startDeliveryExecution(deps, next);
}
