import { listCeilings } from '../aws/ceiling-table.ts';
import { isFlowUp, type FlowView } from '../aws/flow.ts';
import { observeExecution } from '../aws/executions.ts';
import { needWithin } from '../domain/ceiling.ts';
import { runInProgress, type Destination, type OperationKind } from '../domain/destination.ts';
import { isPrimary } from '../domain/lifecycle.ts';
import { dueOperation } from '../domain/primary.ts';
import { keepGivenUp, requestChange, startQuietly } from '../workflow/operations.ts';
import type { SweepDeps } from './sweep-deps.ts';

/**
 * The sweep's first part: continues operations after an interruption. It decides nothing itself; the tables of the
 * lifecycle do.
 */

/** Starts an operation that was recorded but never started, and resumes one that ended without settling. */
export async function continueOperation(deps: SweepDeps, record: Destination): Promise<void> {
  const operation = record.operation;
  if (!operation) return;
  const state = await observeExecution(deps, operation);
  if (state === 'running') return;
  if (state === 'missing') {
    deps.logger.info('sweep starts a recorded operation', { operationId: operation.operationId });
    await startQuietly(deps, record);
    return;
  }
  await resume(deps, record);
}

/**
 * Resumes an operation whose execution ended without settling (aborted, timed out, the process died). An execution name
 * cannot be reused, so the same kind of operation begins again as the next generation, and its steps adopt what exists.
 */
async function resume(deps: SweepDeps, record: Destination): Promise<void> {
  const interrupted = record.operation!;
  await keepGivenUp(deps, record, interrupted);
  const change = await requestChange(deps, record.destinationId, {
    requestedBy: interrupted.requestedBy,
    decide: (current) => {
      // The operation may have settled since the record was read; then there is nothing to resume.
      if (current.operation?.generation !== interrupted.generation) return { record: current, begins: null };
      return { record: { ...current, operation: null }, begins: resumedKind(current, interrupted.kind) };
    },
    isCleanUp: interrupted.isCleanUp,
  });
  if (change?.before.operation?.generation !== interrupted.generation) return;
  deps.logger.info('sweep resumes an interrupted operation', { operationId: interrupted.operationId });
}

/** Resumes a start that is no longer desired as a stop, which releases what the start created. */
function resumedKind(record: Destination, kind: OperationKind): OperationKind {
  if (record.desired === 'deleted') return 'teardown';
  if (record.desired === 'idle' && kind === 'start') return 'stop';
  return kind;
}

async function mayStartPrimary(deps: SweepDeps, record: Destination, flow: FlowView | null): Promise<boolean> {
  if (!flow || !isFlowUp(flow)) return false;
  // A start after a failed run is charged as another one. Without an error the need has just been compared with them.
  return record.status !== 'error' || needWithin(await listCeilings(deps), record, 'run', deps.now()) === 'run';
}

/**
 * Begins what is due for a destination at rest: its desired state, or the release of what a failed operation left
 * running. Starts the primary only while the flow is up, because a start without a flow would fail at every sweep.
 * @returns false when nothing is due
 */
export async function continueRest(deps: SweepDeps, record: Destination, flow: FlowView | null): Promise<boolean> {
  const stillCosts = record.status === 'error' && runInProgress(record.held) !== undefined;
  const kind = dueOperation(record, deps.now()) ?? (stillCosts ? 'stop' : null);
  if (!kind || (kind === 'start' && isPrimary(record) && !(await mayStartPrimary(deps, record, flow)))) return false;
  deps.logger.info('sweep begins an operation', { destinationId: record.destinationId, kind });
  await requestChange(deps, record.destinationId, {
    requestedBy: 'sweep',
    decide: (current) => ({ record: current, begins: current.writeCount === record.writeCount ? kind : null }),
    isCleanUp: stillCosts && kind === 'stop',
  });
  return true;
}
