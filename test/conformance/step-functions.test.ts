import { readdirSync, readFileSync } from 'node:fs';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
  paginateGetExecutionHistory,
} from '@aws-sdk/client-sfn';
import type { DescribeExecutionOutput } from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAwsFront } from '../../infra/local/endpoints/wire/aws-front.ts';
import type { AwsFront } from '../../infra/local/endpoints/wire/aws-front.ts';
import type { Clock } from '../../infra/local/host/clock.ts';
import { createLambdaRegistry, toFunctionArn } from '../../infra/local/endpoints/lambda/registry.ts';
import type { LambdaRegistry } from '../../infra/local/endpoints/lambda/registry.ts';
import { createMemoryStore } from '../../infra/local/host/state-store.ts';
import type { StateStore } from '../../infra/local/host/state-store.ts';
import { createStepFunctions } from '../../infra/local/endpoints/step-functions/create-step-functions.ts';
import type { LocalStepFunctions } from '../../infra/local/endpoints/step-functions/create-step-functions.ts';

const START_MS = Date.UTC(2026, 10, 21);
const Resource = toFunctionArn('step');
const roleArn = 'arn:aws:iam::000000000000:role/states';

/** Creates a clock that jumps to the next timer on request. */
function makeJumpingClock() {
  let nowMs = START_MS;
  let timers: { atMs: number; action: () => void }[] = [];
  const clock: Clock = {
    now: () => nowMs,
    after(delayMs, action) {
      const timer = { atMs: nowMs + delayMs, action };
      timers.push(timer);
      return () => (timers = timers.filter((other) => other !== timer));
    },
  };
  return {
    clock,
    pending: () => timers.map((timer) => timer.atMs - nowMs).sort((first, second) => first - second),
    jump() {
      const next = timers.toSorted((first, second) => first.atMs - second.atMs)[0];
      if (next === undefined) return;
      timers = timers.filter((timer) => timer !== next);
      nowMs = next.atMs;
      next.action();
    },
  };
}

class Named extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

let store: StateStore;
let time: ReturnType<typeof makeJumpingClock>;
let lambda: LambdaRegistry;
let stepFunctions: LocalStepFunctions;
let front: AwsFront;
let sfn: SFNClient;
/** The function `step`, which tests replace. */
let step: (event: never) => unknown;
/** The events `step` received, with the time in milliseconds since the start. */
let calls: { event: unknown; atMs: number }[];
let random: number;

beforeEach(async () => {
  store = createMemoryStore();
  step = () => ({});
  calls = [];
  random = 0.5;
  await start();
});
afterEach(async () => {
  await stepFunctions.close();
  await stop();
});

async function start(): Promise<void> {
  time = makeJumpingClock();
  lambda = createLambdaRegistry({ clock: { now: time.clock.now, after: () => () => {} } });
  lambda.register('step', async (event: never) => {
    calls.push({ event, atMs: time.clock.now() - START_MS });
    return step(event);
  });
  stepFunctions = createStepFunctions({ store, lambda, clock: time.clock, random: () => random });
  front = await startAwsFront({ port: 0, services: [stepFunctions] });
  sfn = new SFNClient({
    endpoint: front.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
}

async function stop(): Promise<void> {
  sfn.destroy();
  await front.close();
}

async function makeMachine(definition: object, name = 'machine'): Promise<string> {
  const command = new CreateStateMachineCommand({ name, definition: JSON.stringify(definition), roleArn });
  return (await sfn.send(command)).stateMachineArn!;
}

function describeExecution(executionArn: string): Promise<DescribeExecutionOutput> {
  return sfn.send(new DescribeExecutionCommand({ executionArn }));
}

/** Starts an execution of a new machine and advances the time until it has ended. */
async function run(definition: object, input: unknown = {}): Promise<DescribeExecutionOutput> {
  const stateMachineArn = await makeMachine(definition);
  const started = await sfn.send(
    new StartExecutionCommand({ stateMachineArn, name: 'one', input: JSON.stringify(input) }),
  );
  return untilEnded(started.executionArn!);
}

async function untilEnded(executionArn: string): Promise<DescribeExecutionOutput> {
  for (let turn = 0; turn < 500; turn += 1) {
    const described = await describeExecution(executionArn);
    if (described.status !== 'RUNNING') return described;
    time.jump();
  }
  throw new Error('the execution did not end');
}

async function eventTypes(executionArn: string): Promise<string[]> {
  const { events } = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }));
  return events!.map((event) => event.type!);
}

const task = (more: object = {}) => ({ Type: 'Task', Resource, End: true, ...more });
const machineOf = (state: object, others: Record<string, object> = {}) => ({
  StartAt: 'A',
  States: { A: state, ...others },
});
const output = (described: DescribeExecutionOutput): unknown => JSON.parse(described.output ?? 'null');

const to = (Next: string, rule: object) => ({ ...rule, Next });

const pass = (Result: unknown, ResultPath: string, Next: string) => ({ Type: 'Pass', Result, ResultPath, Next });

async function refusal(work: Promise<unknown>): Promise<string> {
  return ((await work.catch((error: unknown) => error)) as Error).name;
}

describe('a Task state', () => {
  it('calls the function with Parameters and puts its result under ResultPath', async () => {
    step = () => ({ made: 7 });
    const Parameters = { 'id.$': '$.destination.id', fixed: [1, { 'deep.$': '$.destination' }], nothing: null };
    const ended = await run(machineOf(task({ Parameters, ResultPath: '$.result' })), { destination: { id: 'd1' } });
    expect(calls[0]?.event).toEqual({ id: 'd1', fixed: [1, { deep: { id: 'd1' } }], nothing: null });
    expect(output(ended)).toEqual({ destination: { id: 'd1' }, result: { made: 7 } });
  });

  it('keeps the input for ResultPath null, and replaces it for ResultPath $ and by default', async () => {
    step = () => ({ made: 7 });
    const chain = machineOf(
      { ...task({ ResultPath: null }), End: undefined, Next: 'B' },
      { B: task({ ResultPath: '$' }) },
    );
    const ended = await run(chain, { id: 'd1' });
    expect(calls.map((call) => call.event)).toEqual([{ id: 'd1' }, { id: 'd1' }]);
    expect(output(ended)).toEqual({ made: 7 });
  });

  it('sees its execution and itself in the context object', async () => {
    const Parameters = {
      'name.$': '$$.Execution.Name',
      'id.$': '$$.Execution.Id',
      'input.$': '$$.Execution.Input',
      'machine.$': '$$.StateMachine.Name',
      'state.$': '$$.State.Name',
      'entered.$': '$$.State.EnteredTime',
      'retries.$': '$$.State.RetryCount',
      'text.$': "States.Format('{}/{}', $$.Execution.Name, $$.State.Name)",
    };
    let failures = 1;
    step = () => {
      if (failures-- > 0) throw new Named('NotSettled', 'not yet');
    };
    const Retry = [{ ErrorEquals: ['NotSettled'], IntervalSeconds: 3 }];
    const wait = { Type: 'Wait', Seconds: 5, Next: 'B' };
    await run(machineOf(wait, { B: task({ Parameters, Retry }) }), { id: 'd1' });
    const seen = {
      name: 'one',
      id: 'arn:aws:states:us-east-1:000000000000:execution:machine:one',
      input: { id: 'd1' },
      machine: 'machine',
      state: 'B',
      entered: new Date(START_MS + 5_000).toISOString(),
      retries: 0,
      text: 'one/B',
    };
    expect(calls.map((call) => call.event)).toEqual([seen, { ...seen, retries: 1 }]);
  });

  it('works through lambda:invoke with wrapped payload and result', async () => {
    step = (event) => ({ got: event });
    const Parameters = { FunctionName: Resource, 'Payload.$': '$' };
    const invoke = machineOf(task({ Resource: 'arn:aws:states:::lambda:invoke', Parameters, OutputPath: '$.Payload' }));
    const ended = await run(invoke, { id: 'd1' });
    expect(output(ended)).toEqual({ got: { id: 'd1' } });
    const types = await eventTypes(ended.executionArn!);
    expect(types).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('fails the execution with the name and JSON that Lambda reports', async () => {
    step = () => {
      throw new Named('QuotaReached', 'five channels are five');
    };
    const ended = await run(machineOf(task()));
    expect(ended).toMatchObject({ status: 'FAILED', error: 'QuotaReached' });
    expect(JSON.parse(ended.cause!)).toEqual({ errorMessage: 'five channels are five', errorType: 'QuotaReached' });
  });

  it('fails the execution for a missing function, an invalid path and a large result', async () => {
    const unknown = await run(machineOf(task({ Resource: toFunctionArn('other') })));
    expect(unknown).toMatchObject({ status: 'FAILED', error: 'Lambda.ResourceNotFoundException' });

    const anyError = { Retry: [{ ErrorEquals: ['States.ALL'] }], Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }] };
    const caught = { B: { Type: 'Succeed' } };
    const arn = await makeMachine(
      machineOf(task({ Parameters: { 'x.$': '$.nowhere' }, ...anyError }), caught),
      'paths',
    );
    const nowhere = await sfn.send(new StartExecutionCommand({ stateMachineArn: arn }));
    expect(await untilEnded(nowhere.executionArn!)).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });

    step = () => 'x'.repeat(262_144);
    const large = await makeMachine(machineOf(task(anyError), caught), 'large');
    const tooLarge = await sfn.send(new StartExecutionCommand({ stateMachineArn: large }));
    expect(await untilEnded(tooLarge.executionArn!)).toMatchObject({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
    });
    expect(calls).toHaveLength(1);
  });
});

describe('Retry', () => {
  it('waits IntervalSeconds, times BackoffRate each time, up to MaxDelaySeconds, MaxAttempts times', async () => {
    step = () => {
      throw new Named('NotSettled', 'not yet');
    };
    const Retry = [
      { ErrorEquals: ['NotSettled'], IntervalSeconds: 2, BackoffRate: 1.5, MaxDelaySeconds: 5, MaxAttempts: 5 },
    ];
    const ended = await run(machineOf(task({ Retry })));
    expect(ended).toMatchObject({ status: 'FAILED', error: 'NotSettled' });
    expect(calls.map((call) => call.atMs / 1000)).toEqual([0, 2, 5, 9.5, 14.5, 19.5]);
  });

  it('defaults to 3 attempts after 1, 2 and 4 seconds', async () => {
    step = () => {
      throw new Named('Any', 'x');
    };
    await run(machineOf(task({ Retry: [{ ErrorEquals: ['States.ALL'] }] })));
    expect(calls.map((call) => call.atMs / 1000)).toEqual([0, 1, 3, 7]);
  });

  it('spreads delays from zero to the full delay with full jitter', async () => {
    step = () => {
      if (calls.length <= 3) throw new Named('Throttled', 'x');
    };
    random = 0.25;
    const Retry = [{ ErrorEquals: ['Throttled'], IntervalSeconds: 4, BackoffRate: 2, JitterStrategy: 'FULL' }];
    await run(machineOf(task({ Retry })));
    expect(calls.map((call) => call.atMs / 1000)).toEqual([0, 1, 3, 7]);
  });

  it('counts each retrier separately', async () => {
    const errors = ['NotSettled', 'Throttled', 'NotSettled', 'Throttled', 'NotSettled'];
    step = () => {
      const error = errors.shift();
      if (error !== undefined) throw new Named(error, 'x');
    };
    const Retry = [
      { ErrorEquals: ['NotSettled'], IntervalSeconds: 10, BackoffRate: 1, MaxAttempts: 3 },
      { ErrorEquals: ['Throttled', 'Other'], IntervalSeconds: 1, BackoffRate: 3, MaxAttempts: 2 },
    ];
    expect((await run(machineOf(task({ Retry })))).status).toBe('SUCCEEDED');
    expect(calls.map((call) => call.atMs / 1000)).toEqual([0, 10, 11, 21, 24, 34]);
  });

  it('counts from zero when the state is entered again', async () => {
    step = () => {
      if (calls.length % 2 === 1) throw new Named('NotSettled', 'x');
      return { again: calls.length < 4 };
    };
    const Retry = [{ ErrorEquals: ['NotSettled'], MaxAttempts: 1 }];
    const Choices = [{ Variable: '$.again', BooleanEquals: true, Next: 'A' }];
    const loop = machineOf(
      { ...task({ Retry }), End: undefined, Next: 'B' },
      { B: { Type: 'Choice', Choices, Default: 'C' }, C: { Type: 'Succeed' } },
    );
    expect((await run(loop)).status).toBe('SUCCEEDED');
    expect(calls).toHaveLength(4);
  });

  it('does not call the function again if the execution is stopped during a delay', async () => {
    step = () => {
      throw new Named('NotSettled', 'not yet');
    };
    const Retry = [{ ErrorEquals: ['NotSettled'], IntervalSeconds: 60, MaxAttempts: 9 }];
    const stateMachineArn = await makeMachine(
      machineOf(task({ Retry, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }] }), { B: task() }),
    );
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn }));
    await expect.poll(() => time.pending()).toEqual([60_000]);
    await sfn.send(new StopExecutionCommand({ executionArn, error: 'Stopped', cause: 'by hand' }));
    expect(await describeExecution(executionArn!)).toMatchObject({
      status: 'ABORTED',
      error: 'Stopped',
      cause: 'by hand',
    });
    expect(time.pending()).toEqual([]);
    expect(await eventTypes(executionArn!)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionFailed',
      'ExecutionAborted',
    ]);
    expect(calls).toHaveLength(1);
  });
});

describe('Catch', () => {
  it('continues at the first matching catcher, with error and cause under its ResultPath', async () => {
    step = () => {
      throw new Named('Rejected', 'no');
    };
    const Catch = [
      { ErrorEquals: ['Other'], Next: 'C' },
      { ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'B' },
    ];
    const ended = await run(machineOf(task({ Catch }), { B: { Type: 'Succeed' }, C: { Type: 'Fail' } }), { id: 'd1' });
    const Cause = JSON.stringify({ errorMessage: 'no', errorType: 'Rejected' });
    expect(output(ended)).toEqual({ id: 'd1', failure: { Error: 'Rejected', Cause } });
  });

  it('applies after Retry has given up', async () => {
    step = () => {
      throw new Named('NotSettled', 'no');
    };
    const Retry = [{ ErrorEquals: ['NotSettled'], MaxAttempts: 2 }];
    const Catch = [{ ErrorEquals: ['NotSettled'], ResultPath: null, Next: 'B' }];
    const ended = await run(machineOf(task({ Retry, Catch }), { B: { Type: 'Succeed' } }), { id: 'd1' });
    expect([calls.length, output(ended)]).toEqual([3, { id: 'd1' }]);
  });
});

describe('TimeoutSeconds', () => {
  it('of a Task raises States.Timeout, which can be retried and caught but is not States.TaskFailed', async () => {
    step = () => new Promise(() => {});
    const Retry = [
      { ErrorEquals: ['States.TaskFailed'], MaxAttempts: 5 },
      { ErrorEquals: ['States.Timeout'], IntervalSeconds: 1, MaxAttempts: 1 },
    ];
    const Catch = [
      { ErrorEquals: ['States.TaskFailed'], Next: 'C' },
      { ErrorEquals: ['States.Timeout'], ResultPath: '$.failure', Next: 'B' },
    ];
    const definition = machineOf(task({ TimeoutSeconds: 30, Retry, Catch }), {
      B: { Type: 'Succeed' },
      C: { Type: 'Fail' },
    });
    const ended = await run(definition);
    expect(output(ended)).toMatchObject({ failure: { Error: 'States.Timeout' } });
    expect(calls.map((call) => call.atMs / 1000)).toEqual([0, 31]);
    expect(await eventTypes(ended.executionArn!)).toContain('LambdaFunctionTimedOut');
  });

  it('of a Task is unlimited by default', async () => {
    step = () => new Promise(() => {});
    const stateMachineArn = await makeMachine(machineOf(task()));
    await sfn.send(new StartExecutionCommand({ stateMachineArn }));
    await expect.poll(() => calls.length).toBe(1);
    expect(time.pending()).toEqual([]);
  });

  it('of a machine ends the execution as TIMED_OUT at any point', async () => {
    step = () => {
      throw new Named('NotSettled', 'not yet');
    };
    const Retry = [{ ErrorEquals: ['NotSettled'], IntervalSeconds: 7, BackoffRate: 1, MaxAttempts: 99 }];
    const ended = await run({ ...machineOf(task({ Retry })), TimeoutSeconds: 20 });
    expect(ended.status).toBe('TIMED_OUT');
    expect(calls.map((call) => call.atMs / 1000)).toEqual([0, 7, 14]);
    expect((await eventTypes(ended.executionArn!)).at(-1)).toBe('ExecutionTimedOut');
  });
});

describe('a state:', () => {
  it('Choice follows the first matching rule, including absence and negation', async () => {
    const Choices = [
      to('Absent', { Variable: '$.failure', IsPresent: false }),
      to('Null', { Variable: '$.failure', IsNull: true }),
      to('Both', {
        And: [{ Variable: '$.failure.Error', StringEquals: 'X' }, { Not: { Variable: '$.n', NumericGreaterThan: 3 } }],
      }),
    ];
    const end = { Type: 'Pass', Parameters: { 'end.$': '$$.State.Name' }, End: true };
    const States = { A: { Type: 'Choice', Choices, Default: 'Else' }, Absent: end, Null: end, Both: end, Else: end };
    const stateMachineArn = await makeMachine({ StartAt: 'A', States });
    const inputs = [{}, { failure: null }, { failure: { Error: 'X' }, n: 3 }, { failure: { Error: 'X' }, n: 4 }];
    const ends: unknown[] = [];
    for (const input of inputs) {
      const { executionArn } = await sfn.send(
        new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
      );
      ends.push(output(await untilEnded(executionArn!)));
    }
    expect(ends).toEqual(['Absent', 'Null', 'Both', 'Else'].map((name) => ({ end: name })));
  });

  it('Wait waits by Seconds, SecondsPath, Timestamp and TimestampPath, and passes its input on', async () => {
    const timestamp = new Date(START_MS + 60_000).toISOString();
    const waits = {
      A: { Type: 'Wait', Seconds: 10, Next: 'B' },
      B: { Type: 'Wait', SecondsPath: '$.seconds', Next: 'C' },
      C: { Type: 'Wait', Timestamp: timestamp, Next: 'D' },
      D: { Type: 'Wait', TimestampPath: '$.at', Next: 'E' },
      E: task(),
    };
    const input = { seconds: 20, at: new Date(START_MS + 90_000).toISOString() };
    const ended = await run({ StartAt: 'A', States: waits }, input);
    expect(ended.status).toBe('SUCCEEDED');
    expect(calls).toEqual([{ event: input, atMs: 90_000 }]);
    const types = await eventTypes(ended.executionArn!);
    expect(types.slice(1, 3)).toEqual(['WaitStateEntered', 'WaitStateExited']);
  });

  it('Fail returns its error and cause, from paths too, or neither', async () => {
    const plain = await run(machineOf({ Type: 'Fail', Error: 'Gone', Cause: 'it went' }));
    expect(plain).toMatchObject({ status: 'FAILED', error: 'Gone', cause: 'it went' });
    expect(await eventTypes(plain.executionArn!)).toEqual(['ExecutionStarted', 'FailStateEntered', 'ExecutionFailed']);
    const others = { paths: { ErrorPath: '$.e', CausePath: '$.c' }, bare: {} };
    const ends: DescribeExecutionOutput[] = [];
    for (const [name, fields] of Object.entries(others)) {
      const stateMachineArn = await makeMachine(machineOf({ Type: 'Fail', ...fields }), name);
      const { executionArn } = await sfn.send(
        new StartExecutionCommand({ stateMachineArn, input: '{"e":"E1","c":"C1"}' }),
      );
      ends.push(await untilEnded(executionArn!));
    }
    expect(ends[0]).toMatchObject({ error: 'E1', cause: 'C1' });
    expect([ends[1]?.error, ends[1]?.cause]).toEqual([undefined, undefined]);
  });

  it('Pass sets its Result, even a falsy one', async () => {
    const States = {
      A: pass(0, '$.zero', 'B'),
      B: pass(false, '$.no', 'C'),
      C: pass({ some: 'thing' }, '$.yes', 'D'),
      D: { Type: 'Succeed' },
    };
    expect(output(await run({ StartAt: 'A', States }))).toEqual({ zero: 0, no: false, yes: { some: 'thing' } });
  });
});

describe('StartExecution', () => {
  const waiting = machineOf({ Type: 'Wait', Seconds: 1000, End: true });

  it('returns the running execution for the same name and input', async () => {
    const stateMachineArn = await makeMachine(waiting);
    const begin = () => sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'd1-start-1', input: '{"a":1}' }));
    const [first, second] = [await begin(), await begin()];
    expect(second.executionArn).toBe('arn:aws:states:us-east-1:000000000000:execution:machine:d1-start-1');
    expect(first).toMatchObject({ executionArn: second.executionArn, startDate: second.startDate });
  });

  it('refuses the name for another input, and for any input after the execution ended', async () => {
    const stateMachineArn = await makeMachine(waiting);
    const begin = (input: string) => sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'one', input }));
    const { executionArn } = await begin('{"a":1}');
    expect(await refusal(begin('{"a":2}'))).toBe('ExecutionAlreadyExists');
    await sfn.send(new StopExecutionCommand({ executionArn }));
    expect(await refusal(begin('{"a":1}'))).toBe('ExecutionAlreadyExists');
  });

  it('refuses names, inputs and machines that AWS refuses', async () => {
    const stateMachineArn = await makeMachine(waiting);
    const begin = (more: object) => refusal(sfn.send(new StartExecutionCommand({ stateMachineArn, ...more })));
    for (const name of ['a b', 'a/b', 'a:b', 'a\u0000b', 'a*', 'x'.repeat(81)]) {
      expect(await begin({ name })).toBe('InvalidName');
    }
    expect(await begin({ input: '{' })).toBe('InvalidExecutionInput');
    expect(await begin({ input: JSON.stringify('x'.repeat(262_143)) })).toBe('ValidationException');
    expect(await begin({ stateMachineArn: `${stateMachineArn}x` })).toBe('StateMachineDoesNotExist');
    expect(await begin({ stateMachineArn: 'machine' })).toBe('InvalidArn');
    expect(await begin({ name: 'x'.repeat(80), input: JSON.stringify('x'.repeat(262_142)) })).toBe(undefined);
  });
});

describe('GetExecutionHistory', () => {
  it('returns events in AWS’s order and names, including retries and catches', async () => {
    step = () => {
      if (calls.length === 1) throw new Named('NotSettled', 'x');
      if (calls.length === 2) throw new Named('Rejected', 'y');
    };
    const Retry = [{ ErrorEquals: ['NotSettled'] }];
    const Catch = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'B' }];
    const Choices = [{ Variable: '$.failure', IsPresent: true, Next: 'C' }];
    const others = { B: { Type: 'Choice', Choices, Default: 'C' }, C: { Type: 'Succeed' } };
    const ended = await run(machineOf(task({ Retry, Catch, TimeoutSeconds: 60 }), others), { id: 'd1' });
    const { events } = await sfn.send(new GetExecutionHistoryCommand({ executionArn: ended.executionArn! }));
    expect(events!.map((event) => event.type)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionFailed',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionFailed',
      'TaskStateExited',
      'ChoiceStateEntered',
      'ChoiceStateExited',
      'SucceedStateEntered',
      'SucceedStateExited',
      'ExecutionSucceeded',
    ]);
    expect(events![1]).toMatchObject({
      id: 2,
      previousEventId: 1,
      stateEnteredEventDetails: { name: 'A', input: '{"id":"d1"}' },
    });
    expect(events![2]).toMatchObject({
      lambdaFunctionScheduledEventDetails: { resource: Resource, input: '{"id":"d1"}', timeoutInSeconds: 60 },
    });
    expect(events![4]?.lambdaFunctionFailedEventDetails?.error).toBe('NotSettled');
    expect(events![5]!.timestamp!.getTime() - events![4]!.timestamp!.getTime()).toBe(1000);
    expect(events!.at(-1)?.executionSucceededEventDetails?.output).toBe(ended.output);
  });

  it('supports pages and reverse order', async () => {
    const ended = await run(machineOf(task()));
    const { executionArn } = ended;
    const types: string[] = [];
    for await (const page of paginateGetExecutionHistory(
      { client: sfn, pageSize: 2 },
      { executionArn, reverseOrder: true },
    )) {
      expect(page.events!.length).toBeLessThanOrEqual(2);
      types.push(...page.events!.map((event) => event.type!));
    }
    expect(types).toEqual((await eventTypes(executionArn!)).toReversed());
    const badToken = sfn.send(new GetExecutionHistoryCommand({ executionArn, nextToken: 'x' }));
    expect(await refusal(badToken)).toBe('InvalidToken');
  });
});

describe('execution data', () => {
  it('is omitted with METADATA_ONLY', async () => {
    const { executionArn, stateMachineArn } = await run(machineOf(task()), { id: 'd1' });
    const described = await sfn.send(new DescribeExecutionCommand({ executionArn, includedData: 'METADATA_ONLY' }));
    expect(described).toMatchObject({ status: 'SUCCEEDED', executionArn });
    expect([described.input, described.output, described.inputDetails]).toEqual([undefined, undefined, undefined]);
    const machine = new DescribeStateMachineCommand({ stateMachineArn, includedData: 'METADATA_ONLY' });
    expect((await sfn.send(machine)).definition).toBe('{}');
    const unknown = new DescribeExecutionCommand({ executionArn, includedData: 'SOME' as 'ALL_DATA' });
    expect(await refusal(sfn.send(unknown))).toBe('ValidationException');
  });

  it('is omitted from the history on request', async () => {
    // Not hexadecimal: request ids are, and would contain a short one by chance.
    const { executionArn } = await run(machineOf(task()), { id: 'my-input' });
    const read = async (includeExecutionData: boolean) =>
      JSON.stringify(await sfn.send(new GetExecutionHistoryCommand({ executionArn, includeExecutionData })));
    expect(await read(true)).toContain('my-input');
    expect(await read(false)).not.toContain('my-input');
  });

  it('cannot be traced, and a traced start is refused', async () => {
    const stateMachineArn = await makeMachine(machineOf(task()), 'traced');
    const traced = new StartExecutionCommand({ stateMachineArn, traceHeader: 'Root=1' });
    expect(await refusal(sfn.send(traced))).toBe('ValidationException');
    expect((await sfn.send(new ListExecutionsCommand({ stateMachineArn }))).executions).toEqual([]);
  });
});

describe('the product’s state machine', () => {
  const folder = new URL('../../statemachines/', import.meta.url);
  // The incident's and the delivery's have tests of their own, beside them.
  const files = readdirSync(folder).filter((name) => /^destination-.*\.asl\.json$/.test(name));

  it.each(files)('%s is accepted and runs to its end', async (file) => {
    const definition = readFileSync(new URL(file, folder), 'utf8').replaceAll('${WorkflowFunctionArn}', Resource);
    const ended = await run(JSON.parse(definition) as object, { destinationId: 'd1', generation: 1, steps: {} });
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    expect(calls.length).toBeGreaterThan(1);
  });

  it.each(files)('%s always ends with a settling step, whichever step fails for good', async (file) => {
    const definition = readFileSync(new URL(file, folder), 'utf8').replaceAll('${WorkflowFunctionArn}', Resource);
    const stateMachineArn = await makeMachine(JSON.parse(definition) as object);
    const states = Object.keys((JSON.parse(definition) as { States: object }).States);
    for (const failing of states.filter((name) => !name.startsWith('Settle'))) {
      const settled: string[] = [];
      step = (event: { step: string }) => {
        if (event.step === failing) throw new Named('Refused', 'no');
        if (event.step.startsWith('Settle')) settled.push(event.step);
        return {};
      };
      const started = await sfn.send(
        new StartExecutionCommand({ stateMachineArn, input: '{"destinationId":"d1","generation":1,"steps":{}}' }),
      );
      await untilEnded(started.executionArn!);
      expect([failing, settled.length]).toEqual([failing, 1]);
    }
  });
});

describe('a state machine', () => {
  it('is created once: an identical request returns it, another definition is refused', async () => {
    const arn = await makeMachine(machineOf({ Type: 'Succeed' }));
    expect(await makeMachine(machineOf({ Type: 'Succeed' }))).toBe(arn);
    expect(await refusal(makeMachine(machineOf({ Type: 'Fail' })))).toBe('StateMachineAlreadyExists');
    const { stateMachines } = await sfn.send(new ListStateMachinesCommand({}));
    expect(stateMachines!.map((machine) => machine.stateMachineArn)).toEqual([arn]);
  });

  it('changes only for executions that start later', async () => {
    const stateMachineArn = await makeMachine({
      StartAt: 'W',
      States: { W: { Type: 'Wait', Seconds: 9, Next: 'A' }, A: { Type: 'Succeed' } },
    });
    const before = await sfn.send(new StartExecutionCommand({ stateMachineArn }));
    const definition = JSON.stringify(machineOf({ Type: 'Fail', Error: 'New' }));
    await sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition }));
    expect((await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }))).definition).toBe(definition);
    const after = await sfn.send(new StartExecutionCommand({ stateMachineArn }));
    expect((await untilEnded(after.executionArn!)).error).toBe('New');
    expect((await untilEnded(before.executionArn!)).status).toBe('SUCCEEDED');
  });

  it('is refused if it is invalid or would run differently here than on AWS', async () => {
    const refused = [
      'not an object',
      machineOf({ Type: 'Task', Resource }),
      machineOf({ Type: 'Task', Resource, Next: 'Nowhere' }),
      machineOf({ Type: 'Pass', Parameters: { 'x.$': 'no path' }, End: true }),
      { ...machineOf({ Type: 'Pass', Output: '{% 1 %}', End: true }), QueryLanguage: 'JSONata' },
      machineOf({ Type: 'Parallel', Branches: [machineOf({ Type: 'Succeed' })], End: true }),
      machineOf({ Type: 'Map', ItemProcessor: machineOf({ Type: 'Succeed' }), End: true }),
      machineOf(task({ Resource: 'arn:aws:states:::dynamodb:putItem' })),
      machineOf(task({ Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' })),
      machineOf(task({ HeartbeatSeconds: 5, TimeoutSeconds: 10 })),
      machineOf(task({ Parameters: { 'token.$': '$$.Task.Token' } })),
      machineOf(task({ Parameters: { 'all.$': '$$' } })),
      machineOf(task({ TimeoutSeconds: 99_999_999 })),
    ];
    for (const definition of refused) {
      expect([definition, await refusal(makeMachine(definition as object))]).toEqual([definition, 'InvalidDefinition']);
    }
  });
});

describe('ListExecutions', () => {
  it('lists executions of one machine, newest first, by status, in pages', async () => {
    const stateMachineArn = await makeMachine(machineOf({ Type: 'Wait', Seconds: 9, End: true }));
    const other = await makeMachine(machineOf({ Type: 'Succeed' }), 'other');
    await sfn.send(new StartExecutionCommand({ stateMachineArn: other }));
    const arns: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      arns.push((await sfn.send(new StartExecutionCommand({ stateMachineArn, name }))).executionArn!);
    }
    await sfn.send(new StopExecutionCommand({ executionArn: arns[1]! }));
    const names = async (more: object) => {
      const { executions, nextToken } = await sfn.send(new ListExecutionsCommand({ stateMachineArn, ...more }));
      return { names: executions!.map((execution) => execution.name), nextToken };
    };
    expect((await names({})).names).toEqual(['c', 'b', 'a']);
    expect((await names({ statusFilter: 'RUNNING' })).names).toEqual(['c', 'a']);
    expect((await names({ statusFilter: 'ABORTED' })).names).toEqual(['b']);
    const { nextToken } = await names({ maxResults: 2 });
    expect((await names({ maxResults: 2, nextToken })).names).toEqual(['a']);
  });
});

describe('after the process ended,', () => {
  it('running executions are ABORTED, ended ones are unchanged, and names stay in use', async () => {
    const stateMachineArn = await makeMachine(machineOf({ Type: 'Wait', Seconds: 9, End: true }));
    const done = await sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'done', input: '{"a":1}' }));
    await untilEnded(done.executionArn!);
    const cut = await sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'cut' }));
    const before = await describeExecution(done.executionArn!);
    const abandoned = stepFunctions;
    // A kill leaves the store like this: nothing more is written.
    store = createMemoryStore(store.load());
    await stop();
    await start();
    expect(await describeExecution(cut.executionArn!)).toMatchObject({
      status: 'ABORTED',
      cause: 'the process was stopped',
    });
    const { $metadata: _before, ...then } = before as DescribeExecutionOutput & { $metadata: unknown };
    expect(await describeExecution(done.executionArn!)).toMatchObject(then);
    expect(await eventTypes(cut.executionArn!)).toEqual(['ExecutionStarted', 'ExecutionAborted']);
    const again = sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'cut' }));
    expect(await refusal(again)).toBe('ExecutionAlreadyExists');
    await abandoned.close();
  });

  it('or was closed, running executions are recorded as ABORTED and no new one starts', async () => {
    step = () => new Promise(() => {});
    const stateMachineArn = await makeMachine(machineOf(task()));
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn }));
    await stepFunctions.close();
    expect(await describeExecution(executionArn!)).toMatchObject({
      status: 'ABORTED',
      cause: 'the process was stopped',
    });
    expect(await refusal(sfn.send(new StartExecutionCommand({ stateMachineArn })))).toBe('ServiceUnavailable');
  });
});
