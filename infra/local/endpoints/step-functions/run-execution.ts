/**
 * Runs one execution. The interpreter walks the states, transforms their data and matches errors with retriers and
 * catchers. This module controls time with the given clock: retry delays, timeouts and Wait states. It also ends an
 * execution itself, because an aborted interpreter would call the tasks of all pending retries at once.
 */
import { ExecutionError, StateMachine } from 'aws-local-stepfunctions';
import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import type { Clock } from '../../host/clock.ts';
import type { LambdaRegistry } from '../lambda/registry.ts';
import { toInterpreterForm } from './definition.ts';
import type { Definition, State } from './definition.ts';
import type { History } from './history.ts';
import type { RetryCounter } from './retry-delay.ts';
import { runTask } from './run-task.ts';
import { createStateVisit } from './state-visit.ts';
import { createStoppableTime } from './stoppable-time.ts';
import type { StoppableTime } from './stoppable-time.ts';
import { TaskError } from './task-error.ts';

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

/** Starts an execution. */
export function runExecution(deps: Deps, plan: ExecutionPlan, history: History): RunningExecution {
  const { clock } = deps;
  const { definition } = plan;
  const visit = createStateVisit(definition, deps);
  const time = createStoppableTime(clock);
  const { promise: stopped, resolve: settle } = Promise.withResolvers<Ending>();

  history.add('ExecutionStarted', {
    executionStartedEventDetails: { input: JSON.stringify(plan.input), roleArn: plan.execution.RoleArn },
  });
  const interpreter = new StateMachine(withEntryNotice(toInterpreterForm(definition), visit.enter), {
    validationOptions: { noValidate: true },
  });
  const handlers = Object.entries(definition.States).map(([name, step]) => [name, makeHandler(name, step)] as const);
  const noDelays = Object.keys(definition.States).map((name) => [name, 0] as const);
  const run = interpreter.run(plan.input as never, {
    overrides: {
      taskResourceLocalHandlers: Object.fromEntries(handlers),
      retryIntervalOverrides: Object.fromEntries(noDelays),
    },
    context: { Execution: plan.execution, StateMachine: plan.stateMachine, State: visit.context } as never,
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
    time.stop();
    run.abort();
    visit.wake();
  }

  async function noteEvents(): Promise<void> {
    for await (const event of run.eventLogs) {
      if (event.type === 'StateEntered') {
        const { name, input } = event.state;
        history.add(`${definition.States[name]!.Type}StateEntered`, {
          stateEnteredEventDetails: { name, input: JSON.stringify(input) },
        });
        visit.reported();
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
      while (visit.isAhead() && !time.isStopped()) await visit.nextReport();
      const retries = visit.retries();
      try {
        time.requireRunning();
        if (step.Type === 'Wait') return (await runWait(clock, time, input as WaitInput)) as never;
        return (await runTask({ lambda: deps.lambda, history, time }, { name, step, input })) as never;
      } catch (error) {
        await delayRetry(retries, error as Error);
        throw error;
      }
    };
  }

  async function delayRetry(retries: RetryCounter, error: Error): Promise<void> {
    if (error instanceof TaskError && !error.isRetryable) return;
    const delayMs = retries.next(error.name);
    if (delayMs === null) return;
    visit.context.RetryCount += 1;
    await time.pause(delayMs);
  }
}

interface WaitInput {
  input: unknown;
  seconds?: unknown;
  timestamp?: unknown;
}

/** Timers stand still while the machine sleeps, and ignore that its clock is set: so a wait for an instant reads the clock. */
const CLOCK_READ_EVERY_MS = 5_000;

async function runWait(clock: Clock, time: StoppableTime, wait: WaitInput): Promise<unknown> {
  const leftMs = () =>
    'timestamp' in wait ? Date.parse(String(wait.timestamp)) - clock.now() : Number(wait.seconds) * 1000;
  if (Number.isNaN(leftMs())) throw new TaskError('States.Runtime', 'the Wait state’s time is invalid', false);
  if ('timestamp' in wait) {
    while (leftMs() > CLOCK_READ_EVERY_MS && !time.isStopped()) await time.pause(CLOCK_READ_EVERY_MS);
  }
  await time.pause(leftMs());
  time.requireRunning();
  return wait.input;
}

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
