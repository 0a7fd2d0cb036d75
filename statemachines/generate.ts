import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPERATION_KINDS, type OperationKind } from '../functions/domain/destination.ts';
import { OPERATIONS, STEPS, type ResourceStep, type StepName } from '../functions/domain/lifecycle.ts';

/**
 * Writes the state machines of destinations, `destination-<kind>.asl.json`, from the lifecycle's tables:
 * `npm run statemachines`. Run it after a change of `functions/domain/lifecycle.ts` or of the tables below, and commit
 * the result; a test compares the files with what this writes. AWS and the local interpreter both read the files.
 */

const COMMENTS: Record<OperationKind, string> = {
  create: 'Creates the input and the channel of a destination and leaves it idle.',
  start:
    'Puts a destination on air. When a step fails or the desired state changes, releases everything beyond standby.',
  stop: 'Takes a destination off air. Its standby decides whether channel and input are kept.',
  teardown: 'Releases everything a destination holds, then removes its record.',
};

/** Ends an execution that neither settles nor fails. It exceeds the deadlines of all steps together. */
const EXECUTION_TIMEOUT_SECONDS = 7200;

/** Ends one call of the workflow function. It exceeds the function's own timeout. */
const CALL_TIMEOUT_SECONDS = 60;

/** How the state machines repeat a call, by the error the workflow function throws. */
const RETRIES = {
  /** AWS has not reached the state yet: poll every second at first, then up to every 8 seconds. */
  waiting: {
    ErrorEquals: ['NotSettled'],
    IntervalSeconds: 1,
    BackoffRate: 1.06,
    MaxDelaySeconds: 8,
    MaxAttempts: 400,
  },
  /** The resource is due: poll every second. */
  due: { ErrorEquals: ['SettlesSoon'], IntervalSeconds: 1, BackoffRate: 1, MaxAttempts: 300 },
  /** AWS or the function is in trouble: back off, with jitter so that many destinations do not repeat in step. */
  trouble: {
    ErrorEquals: [
      'Throttled',
      'Unavailable',
      'Lambda.ServiceException',
      'Lambda.AWSLambdaException',
      'Lambda.SdkClientException',
      'Lambda.TooManyRequestsException',
      // Older runtimes report Lambda.Unknown when the sandbox ended, newer ones what ended it.
      'Lambda.Unknown',
      'Sandbox.Timedout',
      'States.Timeout',
    ],
    IntervalSeconds: 1,
    BackoffRate: 2,
    MaxDelaySeconds: 20,
    MaxAttempts: 90,
    JitterStrategy: 'FULL',
  },
};

/** What follows SettleFailed, by the outcome it returns. */
const ENDINGS = {
  HowItEnded: {
    Type: 'Choice',
    Choices: [
      { Variable: '$.ending.outcome', StringEquals: 'superseded', Next: 'NoLongerWanted' },
      { Variable: '$.ending.outcome', StringEquals: 'refused', Next: 'Refused' },
    ],
    Default: 'Failed',
  },
  NoLongerWanted: { Type: 'Succeed' },
  Refused: {
    Type: 'Succeed',
    Comment: 'The request could not be carried out, for a reason the caller can fix. The record holds it.',
  },
  Failed: {
    Type: 'Fail',
    Error: 'OperationFailed',
    Cause: "The reason is in the operation's record: GET /api/operations/{operationId}.",
  },
};

/** Where a task puts its result, what it catches, and what follows it. */
interface Way {
  resultPath?: string | null;
  /** The state that follows a failure, and where the failure is kept; absent: the failure ends the execution. */
  caught?: { next: string; resultPath: string };
  /** Absent: the task ends the execution. */
  next?: string;
}

/**
 * Returns the definition of one state machine: the steps of the operation and Settle, then the undo steps and
 * SettleFailed, which a failed step leads to. A failed undo step leads straight to SettleFailed, with the first failure.
 */
function defineStateMachine(kind: OperationKind): object {
  const { steps, undo } = OPERATIONS[kind];
  const afterFailure = undo[0] ?? 'SettleFailed';
  return {
    Comment: COMMENTS[kind],
    StartAt: steps[0] ?? 'Settle',
    TimeoutSeconds: EXECUTION_TIMEOUT_SECONDS,
    States: {
      ...inOrder(steps, 'Settle', { next: afterFailure, resultPath: '$.failure' }),
      Settle: task('Settle', { resultPath: null }),
      ...inOrder(undo, 'SettleFailed', { next: 'SettleFailed', resultPath: '$.releaseFailure' }),
      SettleFailed: task('SettleFailed', { resultPath: '$.ending', next: 'HowItEnded' }),
      ...ENDINGS,
    },
  };
}

/** Returns the tasks of steps that follow each other, and then `last`. */
function inOrder(steps: readonly ResourceStep[], last: StepName, caught: Way['caught']): Record<string, object> {
  return Object.fromEntries(steps.map((step, index) => [step, task(step, { next: steps[index + 1] ?? last, caught })]));
}

/** Returns the state that calls the workflow function for a step. It passes ids, times and results of steps only. */
function task(step: StepName, { resultPath = `$.steps.${step}`, caught, next }: Way): object {
  return {
    Type: 'Task',
    Resource: '${WorkflowFunctionArn}',
    Parameters: {
      step,
      'destinationId.$': '$.destinationId',
      'generation.$': '$.generation',
      'enteredAt.$': '$$.State.EnteredTime',
      'retryCount.$': '$$.State.RetryCount',
      'steps.$': '$.steps',
      ...(step === 'SettleFailed' ? { 'failure.$': '$.failure' } : {}),
    },
    ResultPath: resultPath,
    TimeoutSeconds: CALL_TIMEOUT_SECONDS,
    Retry: [RETRIES.waiting, ...(isUp(step) ? [RETRIES.due] : []), RETRIES.trouble],
    ...(caught ? { Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: caught.resultPath, Next: caught.next }] } : {}),
    ...(next ? { Next: next } : { End: true }),
  };
}

/** Returns true for a step that creates its resource; only their times are learned, so only they can be due. */
function isUp(step: StepName): boolean {
  return step in STEPS && STEPS[step as ResourceStep].direction === 'up';
}

/** Returns the text of one file, in the format of `npm run format`: a list of one error is on one line. */
export function printStateMachine(kind: OperationKind): string {
  const text = JSON.stringify(defineStateMachine(kind), null, 2);
  return `${text.replaceAll(/\[\s+("[^"\n]*")\s+\]/g, '[$1]')}\n`;
}

if (import.meta.main) {
  for (const kind of OPERATION_KINDS) {
    writeFileSync(join(import.meta.dirname, `destination-${kind}.asl.json`), printStateMachine(kind));
  }
}
