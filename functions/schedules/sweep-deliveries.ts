import { getDelivery, listPendingDeliveries, removePendingMark, writeDelivery } from '../aws/delivery-table.ts';
import { observeDeliveryExecution, startDeliveryExecution } from '../aws/executions.ts';
import { listTargets } from '../aws/notification-target-table.ts';
import { isFailing } from '../domain/notification-target.ts';
import type { SweepDeps } from './sweep-deps.ts';

/** Deliveries that one sweep asks about. */
const ASKED_MAX = 100;
/** A turn of more deliveries than that is over after this time, when the next sweep runs. */
const TURN_MS = 300_000;

/** The sweep's part in deliveries: starts the executions that are missing and removes marks that were left over. */
export async function restartDeliveries(deps: SweepDeps): Promise<void> {
  const due = inTurn(await listPendingDeliveries(deps), deps.now());
  const failures: unknown[] = [];
  for (const deliveryId of due) await restart(deps, deliveryId).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

/** Returns the deliveries that this sweep asks about. Each gets its turn, however many a failing target keeps waiting. */
function inTurn(pending: readonly string[], now: Date): string[] {
  const turns = Math.max(1, Math.ceil(pending.length / ASKED_MAX));
  const first = (Math.floor(now.getTime() / TURN_MS) % turns) * ASKED_MAX;
  return pending.slice(first, first + ASKED_MAX);
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
