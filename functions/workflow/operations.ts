import { changeDestination, getDestination } from '../aws/destination-table.ts';
import { putOperation } from '../aws/history-table.ts';
import { startExecution, stopExecution } from '../aws/executions.ts';
import type { Destination, Operation, OperationKind } from '../domain/destination.ts';
import { withOperation, type Decision } from '../domain/lifecycle.ts';
import { runOf } from '../domain/recorded-run.ts';
import { beginningEvents } from '../domain/destination-events.ts';
import { publishQuietly } from '../notify/publish-event.ts';
import type { OperationDeps } from './workflow-deps.ts';
import { errorName } from '../domain/errors.ts';

/**
 * Begins operations: the only place that turns a desired state into a running state machine. It writes the record
 * first, so after a crash before the execution starts, the sweep starts it. The operation id names the execution, so a
 * second start is harmless.
 */

interface Request {
  requestedBy: string;
  /** Changes the desired state and configuration, not the status. Pure. Throws to refuse. */
  decide: (record: Destination) => Decision;
  /** True when the operation releases what a failed one left behind. */
  isCleanUp?: boolean;
}

/** A request as it was written. */
export interface Change {
  /** The record that it changed, as read for the last attempt to write. */
  before: Destination;
  /** The record as stored. */
  record: Destination;
}

/**
 * Writes a request and begins the operation it needs, if none is in flight.
 * @returns null when the destination does not exist
 */
export async function requestChange(
  deps: OperationDeps,
  destinationId: string,
  { requestedBy, decide, isCleanUp }: Request,
): Promise<Change | null> {
  let before!: Destination;
  let began: Operation | null = null;
  const record = await changeDestination(deps, destinationId, (found) => {
    before = found;
    const decision = decide(found);
    const asked = withRequester(found, decision.record, { requestedBy, now: deps.now() });
    // When the SDK repeats a write whose answer was lost, its own first write makes the condition fail.
    if (began && isSame(found.operation, began)) return asked;
    const begun =
      asked.operation || !decision.begins
        ? null
        : withOperation(asked, decision.begins, { now: deps.now(), requestedBy, isCleanUp });
    began = begun?.operation ?? null;
    return begun ?? asked;
  });
  if (record && began) {
    await startQuietly(deps, record);
    await publishQuietly(deps, beginningEvents(record, began));
  }
  return record && { before, record };
}

/** Compares by id and start time. Two equal operations of the same millisecond are one: see `startExecution`. */
function isSame(operation: Operation | null, other: Operation): boolean {
  return operation?.operationId === other.operationId && operation.startedAt === other.startedAt;
}

/**
 * Records who changed the desired state, and when. The operation in flight keeps its requester; the next one gets the new
 * one.
 */
function withRequester(
  before: Destination,
  asked: Destination,
  { requestedBy, now }: { requestedBy: string; now: Date },
): Destination {
  const isNews = asked.desired !== before.desired || (asked.restartRequested && !before.restartRequested);
  return isNews ? { ...asked, desiredBy: requestedBy, desiredAt: now.toISOString() } : asked;
}

/** Stores in the history that an operation was given up, with the run it met. */
export async function keepGivenUp(deps: OperationDeps, record: Destination, operation: Operation): Promise<void> {
  const ended = { ...operation, endedAt: deps.now().toISOString(), outcome: 'superseded' } as const;
  await putOperation(deps, record, ended, runOf(record));
}

/**
 * Does what `requestChange` does, but first gives up the operation in flight: the way out when it hangs. The operation
 * that follows finds its resources by id, tag and name, and releases or adopts them.
 */
export async function forceChange(
  deps: OperationDeps,
  destinationId: string,
  request: Request,
): Promise<Change | null> {
  const before = await getDestination(deps, destinationId);
  const operation = before?.operation;
  if (!operation) return requestChange(deps, destinationId, request);
  // Throws when the request is refused, before anything is given up.
  request.decide(before);
  await stopExecution(deps, operation);
  await keepGivenUp(deps, before, operation);
  return requestChange(deps, destinationId, {
    ...request,
    decide: (record) => {
      if (record.operation?.generation !== operation.generation) return request.decide(record);
      const decision = request.decide({ ...record, operation: null });
      // A transitional status without an operation would stay for ever, so some operation must follow.
      return { ...decision, begins: decision.begins ?? leadOn(decision.record) };
    },
  });
}

function leadOn({ desired }: Destination): OperationKind {
  return desired === 'running' ? 'start' : 'stop';
}

/**
 * Starts the execution of the operation in flight. A failure does not reach the caller: the operation is recorded, and
 * the sweep starts it.
 */
export async function startQuietly(deps: OperationDeps, record: Destination): Promise<void> {
  if (!record.operation) return;
  try {
    await startExecution(deps, record.operation);
  } catch (error) {
    deps.logger.warn('execution not started, the sweep will', {
      operationId: record.operation.operationId,
      error: errorName(error),
    });
  }
}
