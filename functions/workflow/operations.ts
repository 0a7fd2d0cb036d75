import { changeDestination, getDestination } from '../aws/destination-table.ts';
import { putOperation } from '../aws/history-table.ts';
import { startExecution, stopExecution } from '../aws/executions.ts';
import type { Destination, Operation, OperationKind } from '../domain/destination.ts';
import { nextOperation, withOperation } from '../domain/lifecycle.ts';
import { runOf } from '../domain/recorded-run.ts';
import type { OperationDeps } from './workflow-deps.ts';

/**
 * Begins operations: the only place that turns a desired state into a running state machine. It writes the record
 * first, so after a crash before the execution starts, the sweep starts it. The operation id names the execution, so a
 * second start is harmless.
 */

interface Request {
  requestedBy: string;
  /** Changes the desired state and configuration, not the status; returns the same object for no change, or throws. */
  change: (record: Destination) => Destination;
  /** Chooses the operation to begin when none is in flight; by default the one that leads to the desired state. */
  operation?: (record: Destination) => OperationKind | null;
  /** True when the operation releases what a failed one left behind. */
  isCleanUp?: boolean;
}

/**
 * Writes a request and begins the operation it needs, if none is in flight.
 * @returns the record as stored; null when the destination does not exist
 */
export async function requestChange(
  deps: OperationDeps,
  destinationId: string,
  request: Request,
): Promise<Destination | null> {
  const decide = request.operation ?? nextOperation;
  let began: Operation | null = null;
  const record = await changeDestination(deps, destinationId, (before) => {
    const wished = withWisher(before, request.change(before), request.requestedBy);
    // When the SDK repeats a write whose answer was lost, its own first write makes the condition fail.
    if (began && isSame(before.operation, began)) return wished;
    const kind = wished.operation ? null : decide(wished);
    if (!kind) {
      began = null;
      return wished;
    }
    const { requestedBy, isCleanUp } = request;
    const next = withOperation(wished, kind, { now: deps.now(), requestedBy, isCleanUp });
    began = next.operation;
    return next;
  });
  if (record && began) await startQuietly(deps, record);
  return record;
}

/** Compares by id and start time. Two equal operations of the same millisecond are one: see `startExecution`. */
function isSame(operation: Operation | null, other: Operation): boolean {
  return operation?.operationId === other.operationId && operation.startedAt === other.startedAt;
}

/**
 * Records who changed the desired state. The operation in flight keeps its requester; the next one gets the new one.
 */
function withWisher(before: Destination, wished: Destination, requestedBy: string): Destination {
  const isNews = wished.desired !== before.desired || (wished.restartRequested && !before.restartRequested);
  return isNews ? { ...wished, wishedBy: requestedBy } : wished;
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
): Promise<Destination | null> {
  const before = await getDestination(deps, destinationId);
  const operation = before?.operation;
  if (!operation) return requestChange(deps, destinationId, request);
  // Throws when the request is refused, before anything is given up.
  request.change(before);
  await stopExecution(deps, operation);
  await keepGivenUp(deps, before, operation);
  const decide = request.operation ?? nextOperation;
  let isGivenUp = false;
  return requestChange(deps, destinationId, {
    ...request,
    change: (record) => {
      const wished = request.change(record);
      isGivenUp = wished.operation?.generation === operation.generation;
      return isGivenUp ? { ...wished, operation: null } : wished;
    },
    // A transitional status without an operation would stay for ever, so some operation must follow.
    operation: (record) => decide(record) ?? (isGivenUp ? leadOn(record) : null),
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
      error: error instanceof Error ? error.name : 'unknown',
    });
  }
}
