import { changeDestination } from '../aws/destination-table.ts';
import { startExecution } from '../aws/executions.ts';
import type { Destination, OperationKind } from '../domain/destination.ts';
import { nextOperation, withOperation } from '../domain/lifecycle.ts';
import type { WorkflowDeps } from './workflow-deps.ts';

/**
 * Beginning operations: the one place that turns a wish into a running state machine. The record is written first, so
 * that a crash before the execution starts leaves a note that the sweep acts on; the execution's name makes starting it
 * twice harmless.
 */

type Deps = Pick<WorkflowDeps, 'clients' | 'deployment' | 'now' | 'logger'>;

interface Request {
  requestedBy: string;
  /** Changes the wish (and nothing in motion); the same object when there is nothing to change. */
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
export async function requestChange(deps: Deps, destinationId: string, request: Request): Promise<Destination | null> {
  const decide = request.operation ?? nextOperation;
  let began = false;
  const record = await changeDestination(deps, destinationId, (before) => {
    const wished = request.change(before);
    const kind = wished.operation ? null : decide(wished);
    began = kind !== null;
    return kind
      ? withOperation(wished, kind, {
          now: deps.now(),
          requestedBy: request.requestedBy,
          isCleanUp: request.isCleanUp,
        })
      : wished;
  });
  if (record && began) await startQuietly(deps, record);
  return record;
}

/**
 * Starts the execution of the operation in flight. A failure is not the caller's: the operation is recorded and the
 * sweep starts it.
 */
export async function startQuietly(deps: Deps, record: Destination): Promise<void> {
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
