import type { LambdaRegistry } from '../lambda/registry.ts';
import { callFunction } from './call-function.ts';
import type { State } from './definition.ts';
import type { History } from './history.ts';
import { TIMED_OUT, type StoppableTime } from './stoppable-time.ts';
import { createTimeoutError, TaskError } from './task-error.ts';
import { createTaskNotes } from './task-notes.ts';

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const PAYLOAD_BYTES_MAX = 262_144;

/**
 * Runs a Task state once and records its events.
 * @returns its output
 * @throws {Error} with the name that retriers and catchers match
 */
export async function runTask(
  deps: { lambda: LambdaRegistry; history: History; time: StoppableTime },
  task: { name: string; step: State; input: unknown },
): Promise<unknown> {
  const { history, lambda, time } = deps;
  const { name, step, input } = task;
  if (history.isFull()) {
    throw new TaskError('States.Runtime', 'The execution reached the maximum number of history events (25000).', false);
  }
  const timeoutSeconds = step['TimeoutSeconds'] as number | undefined;
  const notes = createTaskNotes(history, step.Resource!, timeoutSeconds);
  notes.scheduled(input);
  const work = callFunction(lambda, step.Resource!, input);
  const outcome = await time.limit(work, timeoutSeconds);
  // The history is closed after a stop.
  time.requireRunning();
  if (outcome === TIMED_OUT) {
    notes.timedOut();
    throw await createTimeoutError();
  }
  if ('error' in outcome) {
    notes.failed(outcome.error, outcome.cause);
    throw new TaskError(outcome.error, outcome.cause);
  }
  const output = JSON.stringify(outcome.result);
  if (Buffer.byteLength(output) > PAYLOAD_BYTES_MAX) {
    const cause = `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`;
    notes.failed('States.DataLimitExceeded', cause);
    throw new TaskError('States.DataLimitExceeded', cause, false);
  }
  notes.succeeded(output);
  return outcome.result;
}
