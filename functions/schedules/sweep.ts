import { listAllDestinations, putOperation } from '../aws/destination-table.ts';
import { observeExecution } from '../aws/executions.ts';
import type { Destination, OperationKind } from '../domain/destination.ts';
import { nextOperation } from '../domain/lifecycle.ts';
import { requestChange, startQuietly } from '../workflow/operations.ts';
import type { WorkflowDeps } from '../workflow/workflow-deps.ts';

/**
 * The sweep finishes what an interruption left: operations that were written but never started, executions that ended
 * without settling, destinations at rest that are not where they should be. It repeats no decision: it only lets the
 * lifecycle's own tables speak again.
 */
type Deps = Pick<WorkflowDeps, 'clients' | 'deployment' | 'now' | 'logger'>;

/** Sweeps once. A failure with one destination does not keep the others from being looked at. */
export async function sweep(deps: Deps): Promise<void> {
  for (const record of await listAllDestinations(deps)) {
    try {
      await (record.operation ? continueOperation(deps, record) : continueRest(deps, record));
    } catch (error) {
      deps.logger.error('sweep could not handle a destination', {
        destinationId: record.destinationId,
        error: error instanceof Error ? error.name : 'unknown',
      });
    }
  }
}

async function continueOperation(deps: Deps, record: Destination): Promise<void> {
  const operation = record.operation!;
  switch (await observeExecution(deps, operation)) {
    case 'running':
      return;
    case 'missing':
      deps.logger.info('sweep starts a recorded operation', { operationId: operation.operationId });
      return startQuietly(deps, record);
    case 'succeeded':
    case 'ended':
      return resume(deps, record);
  }
}

/**
 * An execution ended without settling (aborted, timed out, the process died). Its name cannot be used again, so the
 * same kind of operation begins anew as the next generation; every step looks before it acts and adopts what is there.
 */
async function resume(deps: Deps, record: Destination): Promise<void> {
  const interrupted = record.operation!;
  deps.logger.info('sweep resumes an interrupted operation', { operationId: interrupted.operationId });
  await putOperation(deps, record.destinationId, {
    ...interrupted,
    endedAt: deps.now().toISOString(),
    outcome: 'superseded',
  });
  await requestChange(deps, record.destinationId, {
    requestedBy: interrupted.requestedBy,
    change: (current) =>
      current.operation?.generation === interrupted.generation ? { ...current, operation: null } : current,
    operation: (current) =>
      current.generation === interrupted.generation ? resumedKind(current, interrupted.kind) : null,
  });
}

/** A start nobody wants any more is resumed as a stop, which releases whatever it had made. */
function resumedKind(record: Destination, kind: OperationKind): OperationKind {
  if (record.desired === 'deleted') return 'teardown';
  if (record.desired === 'idle' && kind === 'start') return 'stop';
  return kind;
}

async function continueRest(deps: Deps, record: Destination): Promise<void> {
  const stillCosts = record.status === 'error' && record.held.channelRun !== undefined;
  const kind = nextOperation(record) ?? (stillCosts ? 'stop' : null);
  if (!kind) return;
  deps.logger.info('sweep begins an operation', { destinationId: record.destinationId, kind });
  await requestChange(deps, record.destinationId, {
    requestedBy: 'sweep',
    change: (current) => current,
    operation: (current) => (current.writeCount === record.writeCount ? kind : null),
    isCleanUp: stillCosts && kind === 'stop',
  });
}
