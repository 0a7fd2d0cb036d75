import { changeDestination, getDestination } from '../aws/destination-table.ts';
import { getOperation, putOperation } from '../aws/history-table.ts';
import type { Destination, HeldResources, Operation, RecordedError } from '../domain/destination.ts';
import { isRefusal } from '../domain/errors.ts';
import {
  heldAfter,
  holdsAnything,
  nextOperation,
  settle,
  stepsOf,
  withOperation,
  type Settlement,
  type StepResults,
} from '../domain/lifecycle.ts';
import { endingEvents } from '../domain/destination-events.ts';
import { runOf } from '../domain/recorded-run.ts';
import { publishQuietly } from '../notify/publish-event.ts';
import { startQuietly } from './operations.ts';
import type { OperationDeps } from './workflow-deps.ts';

/** Step Functions' own error output, which a failed path passes to SettleFailed. */
export interface StateFailure {
  Error?: string;
  Cause?: string;
}

interface SettleInput {
  destinationId: string;
  generation: number;
  /** Results of the operation's steps. */
  steps: StepResults;
  failure?: StateFailure;
}

/** How an operation ended. Only `failed` makes the state machine fail the execution. */
export interface Ending {
  outcome: 'succeeded' | 'superseded' | 'refused' | 'failed';
}

function endingOf({ outcome, error }: Operation): Ending {
  if (outcome === 'failed') return { outcome: error && isRefusal(error.code) ? 'refused' : 'failed' };
  return { outcome: outcome ?? 'superseded' };
}

/**
 * Ends an operation: writes its outcome, stores it in the history, and begins the next one if the desired state has
 * changed meanwhile. Repeating the call is harmless, and an operation that is no longer in flight is left alone.
 */
export async function settleOperation(deps: OperationDeps, input: SettleInput): Promise<Ending> {
  const before = await getDestination(deps, input.destinationId);
  if (before?.operation?.generation !== input.generation) {
    // An earlier call settled it and its answer was lost, or it was given up. The history has the outcome.
    const ended = await getOperation(deps, input.destinationId, input.generation);
    return ended ? endingOf(ended) : { outcome: 'superseded' };
  }
  const now = deps.now();
  const finished = settle(before, settlementOf(before, input, now), now, input.steps).operation;
  await putOperation(deps, before, finished, runOf(before, input.steps));
  // Before the record forgets the operation, so that a call repeated after a crash publishes as well.
  await publishQuietly(deps, endingEvents(before, finished));
  const after = await changeDestination(deps, input.destinationId, (record) => {
    if (record.operation?.generation !== input.generation) return record;
    const { record: rest, operation } = settle(record, settlementOf(record, input, now), now, input.steps);
    if (!rest) return null;
    const kind = nextOperation(rest);
    // The sweep retries a failed operation. Repeating it here would loop on a permanent refusal.
    if (operation.outcome === 'failed' && kind === operation.kind) return rest;
    if (rest.status === 'error' && kind === 'start') return rest;
    return kind ? withOperation(rest, kind, { now, requestedBy: rest.desiredBy ?? operation.requestedBy }) : rest;
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
    // A teardown that still holds a resource has failed, whatever its steps report: only the record leads to the
    // resource.
    const held = heldAfter(record.held, steps);
    if (record.operation?.kind === 'teardown' && holdsAnything(held)) {
      return { outcome: 'failed', error: stillHeld(held, now) };
    }
    return { outcome: 'succeeded' };
  }
  // A superseded operation whose release failed still runs something, and the status idle would hide its cost.
  if (failure.Error === 'Superseded' && isUndone(record, steps)) return { outcome: 'superseded' };
  return { outcome: 'failed', error: record.operation?.error ?? unexplained(record.operation, failure, now) };
}

/**
 * Returns true when every undo step has a result. An explained failure in the record is best effort and proves nothing.
 */
function isUndone({ operation }: Destination, steps: StepResults): boolean {
  if (operation === null) return false;
  const { undo } = stepsOf(operation.kind, operation.destinationKind ?? 'channel');
  return undo.every((step) => steps[step] !== undefined);
}

function stillHeld(held: HeldResources, now: Date): RecordedError {
  return {
    code: 'internal',
    detail: `resources are still held after the teardown: ${Object.keys(held).join(', ')}`,
    remedy: 'delete it again; nothing was lost',
    at: now.toISOString(),
  };
}

/** Describes a failure that no step recorded: a lost function, the machine's own timeout, an abort. */
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
