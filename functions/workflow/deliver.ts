import { awsErrorKind } from '../aws/aws-errors.ts';
import { getDelivery, removePendingMark, writeDelivery } from '../aws/delivery-table.ts';
import { changeTarget, getTarget } from '../aws/notification-target-table.ts';
import { jitterOf, withAttempt, type Delivery, type SendResult, type Verdict } from '../domain/delivery.ts';
import { AppError, errorName } from '../domain/errors.ts';
import {
  lastDeliveryOf,
  withLastDelivery,
  type LastDelivery,
  type NotificationTarget,
} from '../domain/notification-target.ts';
import { sendMessage, type SendDeps } from '../notify/send-message.ts';
import { StepFailed, Throttled, Unavailable } from './workflow-errors.ts';

/**
 * The step of the state machine that delivers one event to one target. The record decides: an execution that runs
 * twice, early or late does no harm, and the sweep starts a missing one.
 */

export interface DeliveryStepInput {
  step: 'SendMessage';
  deliveryId: string;
  /** Names the execution; one with another number has taken over when the record says so. */
  execution: number;
}

/** What the state machine does next. */
export interface DeliveryVerdict {
  next: 'wait' | 'finish';
  waitSeconds: number;
}

const FINISH: DeliveryVerdict = { next: 'finish', waitSeconds: 0 };
/** Two executions of one delivery are rare, so a second round almost always writes. */
const RECORD_ROUNDS_MAX = 8;
/** A wait that ends this much early sends at once; Step Functions waits whole seconds. */
const EARLY_MS = 500;

/** Sends once if that is due, and returns what to do next. @throws an error of workflow-errors.ts */
export async function runDeliveryStep(deps: SendDeps, input: DeliveryStepInput): Promise<DeliveryVerdict> {
  try {
    return await deliver(deps, input);
  } catch (error) {
    const kind = awsErrorKind(error);
    if (kind === 'throttled') throw new Throttled('AWS throttles SendMessage');
    if (kind === 'unavailable') throw new Unavailable('AWS does not answer SendMessage');
    throw new StepFailed(`SendMessage of ${input.deliveryId}: ${errorName(error)}`);
  }
}

async function deliver(deps: SendDeps, { deliveryId, execution }: DeliveryStepInput): Promise<DeliveryVerdict> {
  const delivery = await getDelivery(deps, deliveryId);
  if (delivery?.state !== 'pending' || delivery.execution !== execution) {
    if (delivery?.state !== 'pending') await removePendingMark(deps, deliveryId);
    return FINISH;
  }
  const target = await getTarget(deps, delivery.targetId);
  if (!target?.isEnabled) {
    await writeDelivery(deps, delivery, discarded(delivery, deps.now()));
    return FINISH;
  }
  const waiting = waitOf(delivery, deps.now());
  if (waiting) return waiting;
  const result = await sendMessage(deps, target, delivery);
  const now = deps.now();
  const { verdict } = withAttempt(delivery, result, { now, random: jitterOf(delivery) });
  const { targetId } = target;
  const last = lastDeliveryOf(delivery.event, result);
  // Disabled before the attempt is recorded: an execution that is aborted in between must not leave it enabled.
  if (verdict.next === 'disable') await countOutcome(deps, targetId, verdict, last);
  const written = await recordAttempt(deps, delivery, result);
  if (verdict.next !== 'disable') await countOutcome(deps, targetId, verdict, last);
  const isReplaced = written.state !== 'pending' || written.execution !== execution;
  return (isReplaced ? null : waitOf(written, now)) ?? FINISH;
}

/** Adds the attempt to the record, on top of what another execution has written meanwhile. */
async function recordAttempt(deps: SendDeps, read: Delivery, result: SendResult): Promise<Delivery> {
  let before = read;
  for (let round = 0; round < RECORD_ROUNDS_MAX; round += 1) {
    const { delivery } = withAttempt(before, result, { now: deps.now(), random: jitterOf(before) });
    const written = await writeDelivery(deps, before, delivery);
    if (written) return written;
    before = (await getDelivery(deps, read.deliveryId)) ?? before;
  }
  throw new Error(`delivery ${read.deliveryId} was changed by others ${RECORD_ROUNDS_MAX} times`);
}

/** Keeps the outcome on the target. Of many deliveries that end at once, some may not be counted. */
async function countOutcome(deps: SendDeps, targetId: string, verdict: Verdict, last: LastDelivery): Promise<void> {
  try {
    await changeTarget(deps, targetId, (found) => withLastDelivery(withOutcome(found, verdict, deps.now()), last));
  } catch (error) {
    const isCrowded = error instanceof AppError && error.code === 'concurrent_change';
    if (!isCrowded || verdict.next === 'disable') throw error;
  }
}

function waitOf({ nextAttemptAt }: Delivery, now: Date): DeliveryVerdict | null {
  const waitMs = nextAttemptAt === null ? 0 : Date.parse(nextAttemptAt) - now.getTime();
  return waitMs > EARLY_MS ? { next: 'wait', waitSeconds: Math.ceil(waitMs / 1000) } : null;
}

function discarded(delivery: Delivery, now: Date): Delivery {
  return { ...delivery, state: 'discarded', nextAttemptAt: null, endedAt: now.toISOString() };
}

/** Counts failures in a row on the target, and disables it when its receiver is gone. */
function withOutcome(target: NotificationTarget, { next }: Verdict, now: Date): NotificationTarget {
  if (next === 'delivered') {
    return target.failuresInSequence === 0 ? target : { ...target, failuresInSequence: 0, failingSince: null };
  }
  const failing = {
    ...target,
    failuresInSequence: target.failuresInSequence + 1,
    failingSince: target.failingSince ?? now.toISOString(),
  };
  if (next !== 'disable') return failing;
  return target.isEnabled ? { ...failing, isEnabled: false, disabledReason: 'gone' } : target;
}
