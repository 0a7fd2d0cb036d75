import { changeDestination, getDestination } from '../aws/destination-table.ts';
import { getOperation, putOperation } from '../aws/history-table.ts';
import type { Destination, HeldResources, Operation, RecordedError } from '../domain/destination.ts';
import { isRefusal } from '../domain/errors.ts';
import {
  heldAfter,
  holdsAnything,
  nextOperation,
  OPERATIONS,
  settle,
  withOperation,
  type Settlement,
  type StepResults,
} from '../domain/lifecycle.ts';
import { runOf } from '../domain/recorded-run.ts';
import { startQuietly } from './operations.ts';
import type { OperationDeps } from './workflow-deps.ts';

/** What a failed path hands to SettleFailed: Step Functions' own error output. */
export interface StateFailure {
  Error?: string;
  Cause?: string;
}

interface SettleInput {
  destinationId: string;
  generation: number;
  /** What the operation's steps left. */
  steps: StepResults;
  failure?: StateFailure;
}

/** How an operation ended, for the state machine: only `failed` makes the execution one that failed. */
export interface Ending {
  outcome: 'succeeded' | 'superseded' | 'refused' | 'failed';
}

function endingOf({ outcome, error }: Operation): Ending {
  if (outcome === 'failed') return { outcome: error && isRefusal(error.code) ? 'refused' : 'failed' };
  return { outcome: outcome ?? 'superseded' };
}

/**
 * Ends an operation: writes its outcome, keeps it in the history, and begins the next one if the wish has changed
 * meanwhile. Repeating it is harmless; an operation that is no longer in flight is left alone.
 */
export async function settleOperation(deps: OperationDeps, input: SettleInput): Promise<Ending> {
  const before = await getDestination(deps, input.destinationId);
  if (before?.operation?.generation !== input.generation) {
    // It was settled by a call whose answer was lost, or given up: then the history says how it ended.
    const ended = await getOperation(deps, input.destinationId, input.generation);
    return ended ? endingOf(ended) : { outcome: 'superseded' };
  }
  const now = deps.now();
  const finished = settle(before, settlementOf(before, input, now), now, input.steps).operation;
  await putOperation(deps, before, finished, runOf(before, input.steps));
  const after = await changeDestination(deps, input.destinationId, (record) => {
    if (record.operation?.generation !== input.generation) return record;
    const { record: rest, operation } = settle(record, settlementOf(record, input, now), now, input.steps);
    if (!rest) return null;
    const kind = nextOperation(rest);
    // What has just failed is the sweep's to try again: repeated at once, a lasting refusal would make a loop of it.
    if (operation.outcome === 'failed' && kind === operation.kind) return rest;
    if (rest.status === 'error' && kind === 'start') return rest;
    return kind ? withOperation(rest, kind, { now, requestedBy: rest.wishedBy ?? operation.requestedBy }) : rest;
  });
  deps.logger.info('operation settled', {
    operationId: finished.operationId,
    outcome: finished.outcome,
    ...(finished.error ? { code: finished.error.code } : {}),
  });
  if (after?.operation) await startQuietly(deps, after);
  return endingOf(finished);
}

function settlementOf(record: Destination, { failure, steps }: SettleInput, now: Date): Settlement {
  if (!failure) {
    // A teardown that still holds something is not done, whatever the steps said: the record is the only way to it.
    const held = heldAfter(record.held, steps);
    if (record.operation?.kind === 'teardown' && holdsAnything(held)) {
      return { outcome: 'failed', error: stillHeld(held, now) };
    }
    return { outcome: 'succeeded' };
  }
  // Superseded, but a release failed on the way down: something still runs, and calling it idle would hide its price.
  if (failure.Error === 'Superseded' && isUndone(record, steps)) return { outcome: 'superseded' };
  return { outcome: 'failed', error: record.operation?.error ?? unexplained(record.operation, failure, now) };
}

/** Every undo step has left its result. That a step explained its failure in the record is best effort and proves nothing. */
function isUndone({ operation }: Destination, steps: StepResults): boolean {
  return operation !== null && OPERATIONS[operation.kind].undo.every((step) => steps[step] !== undefined);
}

function stillHeld(held: HeldResources, now: Date): RecordedError {
  return {
    code: 'internal',
    detail: `resources are still held after the teardown: ${Object.keys(held).join(', ')}`,
    remedy: 'delete it again; nothing was lost',
    at: now.toISOString(),
  };
}

/** A failure no step has explained: a lost Lambda, the machine's own timeout, an abort. */
function unexplained(operation: Operation | null, failure: StateFailure, now: Date): RecordedError {
  const step = operation?.steps.at(-1)?.step;
  const timedOut = failure.Error === 'States.Timeout';
  return {
    code: timedOut ? 'deadline_passed' : 'internal',
    detail: `${operation?.kind ?? 'the operation'} ended with ${failure.Error ?? 'an unknown error'}${step ? ` in ${step}` : ''}`,
    remedy: 'try again; if it repeats, look up the operation id in the log',
    at: now.toISOString(),
  };
}
