/**
 * Runs one execution. The interpreter walks the states, transforms their data and matches errors with retriers and
 * catchers. This module controls time with the given clock: retry delays, timeouts and Wait states. It also ends an
 * execution itself, because an aborted interpreter would call the tasks of all pending retries at once.
 */
import { ExecutionError, StateMachine } from 'aws-local-stepfunctions';
import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import type { Clock } from '../../host/clock.ts';
import { UnknownFunctionError } from '../lambda/registry.ts';
import type { LambdaRegistry } from '../lambda/registry.ts';
import { LOCAL_REGION } from '../wire/local-service.ts';
import { isInvokeIntegration, toInterpreterForm } from './definition.ts';
import type { Definition, State } from './definition.ts';
import type { History } from './history.ts';
import { countRetries } from './retry-delay.ts';
import type { RetryCounter } from './retry-delay.ts';

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const PAYLOAD_BYTES_MAX = 262_144;

/** The end of an execution. The texts are those of DescribeExecution; `output` is JSON. */
export type Ending =
  | { status: 'SUCCEEDED'; output: string }
  | { status: 'FAILED' | 'ABORTED' | 'TIMED_OUT'; error?: string; cause?: string };

/** An execution in progress. */
export interface RunningExecution {
  /** Never rejects. Resolves at once when stopped, although a running function is not interrupted. */
  ended: Promise<Ending>;
  stop(reason: { error?: string; cause?: string }): void;
}

/** The inputs of an execution. */
export interface ExecutionPlan {
  definition: Definition;
  /** The parsed input. */
  input: unknown;
  execution: { Id: string; Name: string; RoleArn: string };
  stateMachine: { Id: string; Name: string };
}

interface Deps {
  lambda: LambdaRegistry;
  clock: Clock;
  random: () => number;
}

/** An error as the interpreter matches it. */
class TaskError extends Error {
  readonly isRetryable: boolean;
  readonly isCatchable: boolean;

  constructor(name: string, cause: string, isHandled = true) {
    super(cause);
    this.name = name;
    this.isRetryable = isHandled;
    this.isCatchable = isHandled;
  }
}

/** Starts an execution. */
export function runExecution(deps: Deps, plan: ExecutionPlan, history: History): RunningExecution {
  const { clock } = deps;
  const { definition } = plan;
  const visit = { entered: 0, seen: 0, wake: () => {}, retries: countRetries([], deps.random) };
  const state = { Name: '', EnteredTime: '', RetryCount: 0 };
  const stopping = new AbortController();
  const { promise: stopped, resolve: settle } = Promise.withResolvers<Ending>();

  history.add('ExecutionStarted', {
    executionStartedEventDetails: { input: JSON.stringify(plan.input), roleArn: plan.execution.RoleArn },
  });
  const interpreter = new StateMachine(withEntryNotice(toInterpreterForm(definition), enter), {
    validationOptions: { noValidate: true },
  });
  const handlers = Object.entries(definition.States).map(([name, step]) => [name, makeHandler(name, step)] as const);
  const noDelays = Object.keys(definition.States).map((name) => [name, 0] as const);
  const run = interpreter.run(plan.input as never, {
    overrides: {
      taskResourceLocalHandlers: Object.fromEntries(handlers),
      retryIntervalOverrides: Object.fromEntries(noDelays),
    },
    context: { Execution: plan.execution, StateMachine: plan.stateMachine, State: state } as never,
  });
  const cancelTimeout =
    definition.TimeoutSeconds === undefined
      ? () => {}
      : clock.after(definition.TimeoutSeconds * 1000, () => end({ status: 'TIMED_OUT' }));
  const noted = noteEvents();
  const ended = Promise.race([run.result.then(succeed, fail), stopped]).then(async (ending) => {
    cancelTimeout();
    await noted;
    noteEnding(history, ending);
    return ending;
  });

  return { ended, stop: (reason) => end({ status: 'ABORTED', ...reason }) };

  function end(ending: Ending): void {
    settle(ending);
    stopping.abort();
    run.abort();
    visit.wake();
  }

  /** Notes the entry into a state. The interpreter looks the state up just before it evaluates the state's paths. */
  function enter(name: string): void {
    visit.entered += 1;
    visit.retries = countRetries(definition.States[name]!.Retry ?? [], deps.random);
    state.Name = name;
    state.EnteredTime = new Date(clock.now()).toISOString();
    state.RetryCount = 0;
  }

  async function noteEvents(): Promise<void> {
    for await (const event of run.eventLogs) {
      if (event.type === 'StateEntered') {
        const { name, input } = event.state;
        history.add(`${definition.States[name]!.Type}StateEntered`, {
          stateEnteredEventDetails: { name, input: JSON.stringify(input) },
        });
        visit.seen += 1;
        visit.wake();
      }
      if (event.type === 'StateExited') {
        const { name, output } = event.state;
        history.add(`${definition.States[name]!.Type}StateExited`, {
          stateExitedEventDetails: { name, output: JSON.stringify(output) },
        });
      }
    }
  }

  function makeHandler(name: string, step: State): (input: unknown) => Promise<never> {
    return async (input) => {
      // The event log arrives late; wait, so that the task's events follow the entry into its state.
      while (visit.seen < visit.entered && !stopping.signal.aborted) {
        await new Promise<void>((resolve) => (visit.wake = resolve));
      }
      const retries = visit.retries;
      try {
        refuseWhenStopped();
        if (step.Type === 'Wait') return (await runWait(input as WaitInput)) as never;
        return (await runTask(name, step, input)) as never;
      } catch (error) {
        await delayRetry(retries, error as Error);
        throw error;
      }
    };
  }

  async function runTask(name: string, step: State, input: unknown): Promise<unknown> {
    if (history.isFull()) {
      throw new TaskError(
        'States.Runtime',
        'The execution reached the maximum number of history events (25000).',
        false,
      );
    }
    const timeoutSeconds = step['TimeoutSeconds'] as number | undefined;
    const notes = makeTaskNotes(history, step.Resource!, timeoutSeconds);
    notes.scheduled(input);
    const work = callFunction(deps.lambda, step.Resource!, input);
    const outcome = await raceTimeout(work, timeoutSeconds);
    // The history is closed after a stop.
    refuseWhenStopped();
    if (outcome === TIMED_OUT) {
      notes.timedOut();
      throw await makeTimeoutError();
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

  async function raceTimeout<Result>(
    work: Promise<Result>,
    seconds: number | undefined,
  ): Promise<Result | typeof TIMED_OUT> {
    if (seconds === undefined) return Promise.race([work, whenStopped()]);
    const { promise: timeout, resolve } = Promise.withResolvers<typeof TIMED_OUT>();
    const cancel = clock.after(seconds * 1000, () => resolve(TIMED_OUT));
    try {
      return await Promise.race([work, timeout, whenStopped()]);
    } finally {
      cancel();
    }
  }

  async function delayRetry(retries: RetryCounter, error: Error): Promise<void> {
    if (error instanceof TaskError && !error.isRetryable) return;
    const delayMs = retries.next(error.name);
    if (delayMs === null) return;
    state.RetryCount += 1;
    await pause(delayMs);
  }

  async function runWait(wait: WaitInput): Promise<unknown> {
    const delayMs =
      'timestamp' in wait ? Date.parse(String(wait.timestamp)) - clock.now() : Number(wait.seconds) * 1000;
    if (Number.isNaN(delayMs)) throw new TaskError('States.Runtime', 'the Wait state’s time is invalid', false);
    await pause(delayMs);
    refuseWhenStopped();
    return wait.input;
  }

  async function pause(delayMs: number): Promise<void> {
    if (delayMs <= 0) return;
    const { promise: elapsed, resolve } = Promise.withResolvers<void>();
    const cancel = clock.after(delayMs, resolve);
    await Promise.race([elapsed, whenStopped().catch(() => {})]);
    cancel();
  }

  function whenStopped(): Promise<never> {
    return stopped.then(() => {
      throw stoppedError();
    });
  }

  function refuseWhenStopped(): void {
    if (stopping.signal.aborted) throw stoppedError();
  }
}

interface WaitInput {
  input: unknown;
  seconds?: unknown;
  timestamp?: unknown;
}

const TIMED_OUT = Symbol('timed out');

/** Calls `enter` for each state that the interpreter enters. Its event log reports the entry too late. */
function withEntryNotice(definition: Definition, enter: (name: string) => void): StateMachineDefinition {
  const states = {};
  for (const [name, state] of Object.entries(definition.States)) {
    Object.defineProperty(states, name, {
      enumerable: true,
      get() {
        enter(name);
        return state;
      },
    });
  }
  return { ...definition, States: states } as unknown as StateMachineDefinition;
}

type CallOutcome = { result: unknown } | { error: string; cause: string };

async function callFunction(lambda: LambdaRegistry, resource: string, input: unknown): Promise<CallOutcome> {
  const isIntegration = isInvokeIntegration(resource);
  const parameters = input as { FunctionName?: string; Payload?: unknown } | null;
  const name = isIntegration ? (parameters?.FunctionName ?? '') : resource;
  try {
    const outcome = await lambda.invoke(name, isIntegration ? (parameters?.Payload ?? {}) : input);
    if (!outcome.ok) {
      const { errorMessage, errorType } = outcome.error;
      return { error: errorType, cause: JSON.stringify({ errorMessage, errorType }) };
    }
    const { result } = outcome;
    return { result: isIntegration ? { ExecutedVersion: '$LATEST', Payload: result, StatusCode: 200 } : result };
  } catch (error) {
    if (!(error instanceof UnknownFunctionError)) throw error;
    return { error: 'Lambda.ResourceNotFoundException', cause: error.message };
  }
}

/** Records the events of a task. AWS uses other names for a direct function call than for an integration. */
function makeTaskNotes(history: History, resource: string, timeoutSeconds: number | undefined) {
  const timeout = timeoutSeconds === undefined ? {} : { timeoutInSeconds: timeoutSeconds };
  if (!isInvokeIntegration(resource)) {
    return {
      scheduled(input: unknown) {
        const details = { resource, input: JSON.stringify(input), ...timeout };
        history.add('LambdaFunctionScheduled', { lambdaFunctionScheduledEventDetails: details });
        history.add('LambdaFunctionStarted');
      },
      succeeded: (output: string) =>
        history.add('LambdaFunctionSucceeded', { lambdaFunctionSucceededEventDetails: { output } }),
      failed: (error: string, cause: string) =>
        history.add('LambdaFunctionFailed', { lambdaFunctionFailedEventDetails: { error, cause } }),
      timedOut: () =>
        history.add('LambdaFunctionTimedOut', { lambdaFunctionTimedOutEventDetails: { error: 'States.Timeout' } }),
    };
  }
  const kind = { resourceType: 'lambda', resource: 'invoke' };
  return {
    scheduled(input: unknown) {
      const details = { ...kind, region: LOCAL_REGION, parameters: JSON.stringify(input), ...timeout };
      history.add('TaskScheduled', { taskScheduledEventDetails: details });
      history.add('TaskStarted', { taskStartedEventDetails: kind });
    },
    succeeded: (output: string) => history.add('TaskSucceeded', { taskSucceededEventDetails: { ...kind, output } }),
    failed: (error: string, cause: string) =>
      history.add('TaskFailed', { taskFailedEventDetails: { ...kind, error, cause } }),
    timedOut: () => history.add('TaskTimedOut', { taskTimedOutEventDetails: { ...kind, error: 'States.Timeout' } }),
  };
}

function noteEnding(history: History, ending: Ending): void {
  if (ending.status === 'SUCCEEDED') {
    history.add('ExecutionSucceeded', { executionSucceededEventDetails: { output: ending.output } });
    return;
  }
  const { error, cause } = ending;
  const details = { error, cause };
  if (ending.status === 'FAILED') history.add('ExecutionFailed', { executionFailedEventDetails: details });
  else if (ending.status === 'ABORTED') history.add('ExecutionAborted', { executionAbortedEventDetails: details });
  else history.add('ExecutionTimedOut', { executionTimedOutEventDetails: details });
}

function succeed(output: unknown): Ending {
  return { status: 'SUCCEEDED', output: JSON.stringify(output) ?? 'null' };
}

function fail(failure: unknown): Ending {
  const error = failure instanceof ExecutionError ? (failure.cause as Error) : (failure as Error);
  // The interpreter's texts for a Fail state without error and cause.
  const named = error.name === 'FailStateError' ? {} : { error: error.name };
  const caused = error.message === 'Execution failed because of a Fail state' ? {} : { cause: error.message };
  return { status: 'FAILED', ...named, ...caused };
}

function stoppedError(): TaskError {
  return new TaskError('States.Runtime', 'the execution was stopped', false);
}

/**
 * Creates a timeout error that the interpreter accepts as its own, so that `States.TaskFailed` does not match it. The
 * interpreter checks for a class that it does not export, so a real timeout provides the instance.
 */
async function makeTimeoutError(): Promise<Error> {
  const definition = { StartAt: 'A', States: { A: { Type: 'Task', Resource: 'a', TimeoutSeconds: 0.001, End: true } } };
  const machine = new StateMachine(definition as never, { validationOptions: { noValidate: true } });
  const run = machine.run({}, { overrides: { taskResourceLocalHandlers: { A: neverEnds } } });
  const failure = await run.result.then(
    () => null,
    (error: unknown) => error as ExecutionError,
  );
  const error = failure?.cause;
  if (!(error instanceof Error) || error.name !== 'States.Timeout') {
    throw new Error('the interpreter did not report the expected timeout', { cause: failure });
  }
  return error;
}

function neverEnds(): Promise<never> {
  return new Promise(() => {});
}
