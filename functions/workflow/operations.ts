import { changeDestination, getDestination } from '../aws/destination-table.ts';
import { putOperation } from '../aws/history-table.ts';
import { startExecution, stopExecution } from '../aws/executions.ts';
import type { Destination, Operation, OperationKind } from '../domain/destination.ts';
import { nextOperation, withOperation } from '../domain/lifecycle.ts';
import { runOf } from '../domain/recorded-run.ts';
import type { OperationDeps } from './workflow-deps.ts';

/**
 * Beginning operations: the one place that turns a wish into a running state machine. The record is written first, so
 * that a crash before the execution starts leaves a note that the sweep acts on; the execution's name makes starting it
 * twice harmless.
 */

interface Request {
  requestedBy: string;
  /** Changes the wish (and nothing in motion); the same object when there is nothing to change. Throws what it refuses. */
  change: (record: Destination) => Destination;
  /** Operation to begin when none is in flight; by default the one that leads to what is desired. */
  operation?: (record: Destination) => OperationKind | null;
  /** The operation takes down what a failed one left. */
  isCleanUp?: boolean;
}

/**
 * Writes a wish and begins the operation it needs, if none is in flight.
 * @returns the record as stored, null when there is no such destination
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
    // The SDK repeats a write whose answer was lost, and is refused by what it has written itself.
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

/** Two that begin the same operation in the same millisecond cannot be told apart, and need not be: see `startExecution`. */
function isSame(operation: Operation | null, other: Operation): boolean {
  return operation?.operationId === other.operationId && operation.startedAt === other.startedAt;
}

/** An operation in flight goes on in the name of who began it; what follows it is done for who wished it. */
function withWisher(before: Destination, wished: Destination, requestedBy: string): Destination {
  const isNews = wished.desired !== before.desired || (wished.restartRequested && !before.restartRequested);
  return isNews ? { ...wished, wishedBy: requestedBy } : wished;
}

/** Keeps in the history that an operation was given up, with the run it met. */
export async function keepGivenUp(deps: OperationDeps, record: Destination, operation: Operation): Promise<void> {
  const ended = { ...operation, endedAt: deps.now().toISOString(), outcome: 'superseded' } as const;
  await putOperation(deps, record, ended, runOf(record));
}

/**
 * As `requestChange`, and gives up the operation in flight first, whatever it is doing: the way out when one hangs. What
 * it made is found again by id, tag and name, so the operation that follows releases or adopts it.
 */
export async function forceChange(
  deps: OperationDeps,
  destinationId: string,
  request: Request,
): Promise<Destination | null> {
  const before = await getDestination(deps, destinationId);
  const operation = before?.operation;
  if (!operation) return requestChange(deps, destinationId, request);
  // What is refused is refused before anything is given up.
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
    // A status in motion with nothing moving it is no rest: something has to lead on from it.
    operation: (record) => decide(record) ?? (isGivenUp ? leadOn(record) : null),
  });
}

function leadOn({ desired }: Destination): OperationKind {
  return desired === 'running' ? 'start' : 'stop';
}

/**
 * Starts the execution of the operation in flight. A failure is not the caller's: the operation is recorded and the
 * sweep starts it.
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
