/**
 * The local Step Functions: runs standard workflows from the unchanged ASL files, with their Task states on the Lambda
 * registry. Executions do not survive the process; after a restart they are ABORTED, which can happen to any execution
 * on AWS too, so callers must handle it.
 */
import { randomUUID } from 'node:crypto';
import * as client from '@aws-sdk/client-sfn';
import {
  AwsFault,
  cutPage,
  createJsonService,
  optionalBoolean,
  optionalInteger,
  optionalString,
  requiredString,
} from '../wire/aws-json.ts';
import type { HonouredMembers, JsonBody, JsonOperations } from '../wire/aws-json.ts';
import { systemClock } from '../../host/clock.ts';
import type { Clock } from '../../host/clock.ts';
import type { LambdaRegistry } from '../lambda/registry.ts';
import type { LocalService } from '../wire/local-service.ts';
import type { StateStore } from '../../host/state-store.ts';
import { parseDefinition } from './definition.ts';
import type { Definition } from './definition.ts';
import { openExecutions, PROCESS_STOPPED, toExecutionArn, toMachineArn } from './executions.ts';
import type { ExecutionRecord, Executions, StateMachineRecord } from './executions.ts';
import { createHistory, type HistoryEvent } from './history.ts';
import { runExecution } from './run-execution.ts';
import type { RunningExecution } from './run-execution.ts';

/** @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
const INPUT_BYTES_MAX = 262_144;
const NAME_CHARACTERS_MAX = 80;
// oxlint-disable-next-line no-control-regex -- it is meant to find control characters
const NAME_FORBIDDEN = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f\ufffe\uffff\ud800-\udfff]/;
const STATUSES = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'];

const HONOURED: HonouredMembers = {
  CreateStateMachine: ['definition', 'name', 'roleArn', 'type'],
  DescribeExecution: ['executionArn', 'includedData'],
  DescribeStateMachine: ['includedData', 'stateMachineArn'],
  GetExecutionHistory: ['executionArn', 'includeExecutionData', 'maxResults', 'nextToken', 'reverseOrder'],
  ListExecutions: ['maxResults', 'nextToken', 'stateMachineArn', 'statusFilter'],
  ListStateMachines: ['maxResults', 'nextToken'],
  StartExecution: ['input', 'name', 'stateMachineArn'],
  StopExecution: ['cause', 'error', 'executionArn'],
  UpdateStateMachine: ['definition', 'roleArn', 'stateMachineArn'],
};

/** The local Step Functions endpoint. `close` aborts running executions and refuses new ones. */
export interface LocalStepFunctions extends LocalService {
  close(): Promise<void>;
}

interface Deps {
  store: StateStore;
  lambda: LambdaRegistry;
  /** Drives all waiting: Wait states, retry delays, timeouts. */
  clock?: Clock;
  /** Returns 0 to 1, for full jitter. */
  random?: () => number;
}

/** Opens the endpoint with the executions in `store`. */
export function createStepFunctions(deps: Deps): LocalStepFunctions {
  const { store, lambda, clock = systemClock, random = Math.random } = deps;
  const executions = openExecutions({ store, clock });
  const running = new Map<string, RunningExecution>();
  let closed = false;

  /** Records an execution, then runs it. @throws the error that prevented the record; nothing runs then */
  async function start(machine: StateMachineRecord, name: string, input: string): Promise<ExecutionRecord> {
    const record: ExecutionRecord = {
      machine: machine.name,
      name,
      roleArn: machine.roleArn,
      input,
      status: 'RUNNING',
      startedAtMs: clock.now(),
      stoppedAtMs: null,
      output: null,
      error: null,
      cause: null,
    };
    const history = createHistory(clock);
    await executions.addExecution(record, history);
    // It is recorded as running, so the next start will mark it as aborted, which is correct.
    if (closed) throw new AwsFault('ServiceUnavailable', PROCESS_STOPPED, 503);
    const arn = toExecutionArn(record);
    const plan = {
      // Validated when the machine was created.
      definition: JSON.parse(machine.definition) as Definition,
      input: JSON.parse(input) as unknown,
      execution: { Id: arn, Name: name, RoleArn: machine.roleArn },
      stateMachine: { Id: toMachineArn(machine.name), Name: machine.name },
    };
    const execution = runExecution({ lambda, clock, random }, plan, history);
    const ended = execution.ended.then((ending) => {
      running.delete(arn);
      executions.end(record, ending);
      return ending;
    });
    running.set(arn, { ...execution, ended });
    ended.catch((error: unknown) => console.error(`the end of execution ${arn} could not be recorded:`, error));
    return record;
  }

  const operations: JsonOperations = {
    ...machineOperations(executions, clock),
    ...lookupOperations(executions),
    async StartExecution(input) {
      if (closed) throw new AwsFault('ServiceUnavailable', PROCESS_STOPPED, 503);
      const machine = requireMachine(executions, input);
      const name = readName(optionalString(input, 'name') ?? randomUUID());
      const text = readInput(input);
      const known = executions.findExecution(toExecutionArn({ machine: machine.name, name }));
      if (known !== undefined && (known.status !== 'RUNNING' || known.input !== text)) {
        throw new AwsFault('ExecutionAlreadyExists', `Execution Already Exists: '${toExecutionArn(known)}'`);
      }
      const record = known ?? (await start(machine, name, text));
      return { executionArn: toExecutionArn(record), startDate: record.startedAtMs / 1000 };
    },
    async StopExecution(input) {
      const record = requireExecution(executions, input);
      const execution = running.get(toExecutionArn(record));
      if (execution !== undefined) {
        execution.stop({ error: optionalString(input, 'error'), cause: optionalString(input, 'cause') });
        await execution.ended;
      }
      return { stopDate: (record.stoppedAtMs ?? clock.now()) / 1000 };
    },
  };

  const service = createJsonService({
    signingName: 'states',
    targetPrefix: 'AWSStepFunctions',
    version: '1.0',
    client,
    honours: HONOURED,
    operations: Object.fromEntries(
      Object.entries(operations).map(([name, operation]) => [name, untilSaved(store, operation)]),
    ),
  });

  async function close(): Promise<void> {
    closed = true;
    const executionsLeft = [...running.values()];
    for (const execution of executionsLeft) execution.stop({ cause: PROCESS_STOPPED });
    // Ends that could not be recorded were logged; close must finish even on a full disk.
    await Promise.allSettled(executionsLeft.map((execution) => execution.ended));
    await Promise.allSettled([store.saved?.()]);
  }

  return { ...service, close };
}

/** Delays the response until every change is durable. */
function untilSaved(store: StateStore, operation: JsonOperations[string]): JsonOperations[string] {
  return async (input) => {
    const output = await operation(input);
    await store.saved?.();
    return output;
  };
}

function machineOperations(executions: Executions, clock: Clock): JsonOperations {
  return {
    CreateStateMachine(input) {
      const name = readName(requiredString(input, 'name'));
      const definition = requiredString(input, 'definition');
      const roleArn = requiredString(input, 'roleArn');
      if ((optionalString(input, 'type') ?? 'STANDARD') !== 'STANDARD') {
        throw new AwsFault('StateMachineTypeNotSupported', 'the local Step Functions run STANDARD workflows only');
      }
      const known = executions.findMachine(toMachineArn(name));
      if (known !== undefined && (known.definition !== definition || known.roleArn !== roleArn)) {
        throw new AwsFault('StateMachineAlreadyExists', `State Machine Already Exists: '${toMachineArn(name)}'`);
      }
      if (known === undefined) {
        parseDefinition(definition);
        executions.putMachine({ name, definition, roleArn, createdAtMs: clock.now(), revisionId: randomUUID() });
      }
      const { createdAtMs } = known ?? executions.findMachine(toMachineArn(name))!;
      return { stateMachineArn: toMachineArn(name), creationDate: createdAtMs / 1000 };
    },
    UpdateStateMachine(input) {
      const machine = requireMachine(executions, input);
      const definition = optionalString(input, 'definition');
      const roleArn = optionalString(input, 'roleArn');
      if (definition === undefined && roleArn === undefined) {
        throw new AwsFault('MissingRequiredParameter', 'Either the definition or the role ARN must be specified');
      }
      // An unchanged definition was valid when it was stored. Each start sends the same ones, and checking takes half a
      // second.
      if (definition !== undefined && definition !== machine.definition) parseDefinition(definition);
      const next = {
        ...machine,
        definition: definition ?? machine.definition,
        roleArn: roleArn ?? machine.roleArn,
        revisionId: randomUUID(),
      };
      executions.putMachine(next);
      return { updateDate: clock.now() / 1000, revisionId: next.revisionId };
    },
    DescribeStateMachine(input) {
      const machine = requireMachine(executions, input);
      return {
        ...listMachine(machine),
        status: 'ACTIVE',
        // AWS's placeholder for a definition that is not included.
        definition: includesData(input) ? machine.definition : '{}',
        roleArn: machine.roleArn,
        revisionId: machine.revisionId,
        loggingConfiguration: { includeExecutionData: false, level: 'OFF' },
        tracingConfiguration: { enabled: false },
      };
    },
    ListStateMachines(input) {
      const { page, next } = cutInput(input, executions.machines());
      return { stateMachines: page.map(listMachine), nextToken: next };
    },
  };
}

function lookupOperations(executions: Executions): JsonOperations {
  return {
    DescribeExecution(input) {
      const record = requireExecution(executions, input);
      return {
        ...listExecution(record),
        ...(includesData(input) ? describeData(record) : {}),
        redriveCount: 0,
      };
    },
    ListExecutions(input) {
      const machine = requireMachine(executions, input);
      const status = optionalString(input, 'statusFilter');
      if (status !== undefined && !STATUSES.includes(status)) {
        throw new AwsFault('ValidationException', `statusFilter must be one of ${STATUSES.join(', ')}`);
      }
      const newestFirst = executions
        .executions()
        .filter((record) => record.machine === machine.name && (status === undefined || record.status === status))
        .toReversed();
      const { page, next } = cutInput(input, newestFirst);
      return { executions: page.map(listExecution), nextToken: next };
    },
    GetExecutionHistory(input) {
      const { events } = executions.historyOf(requireExecution(executions, input));
      const isReversed = optionalBoolean(input, 'reverseOrder') === true;
      const { page, next } = cutInput(input, isReversed ? events.toReversed() : events);
      const hasData = optionalBoolean(input, 'includeExecutionData') !== false;
      return { events: hasData ? page : page.map(withoutData), nextToken: next };
    },
  };
}

/** @throws {AwsFault} `ValidationException` */
function includesData(input: JsonBody): boolean {
  const included = optionalString(input, 'includedData') ?? 'ALL_DATA';
  if (included !== 'ALL_DATA' && included !== 'METADATA_ONLY') {
    throw new AwsFault('ValidationException', `includedData must be ALL_DATA or METADATA_ONLY, not ${included}`);
  }
  return included === 'ALL_DATA';
}

/** Returns the data of an execution, which METADATA_ONLY omits. */
function describeData(record: ExecutionRecord): Record<string, unknown> {
  return {
    input: record.input,
    inputDetails: { included: true },
    ...(record.output === null ? {} : { output: record.output, outputDetails: { included: true } }),
    ...(record.error === null ? {} : { error: record.error }),
    ...(record.cause === null ? {} : { cause: record.cause }),
  };
}

/** Returns an event without the inputs and outputs in its details. */
function withoutData(event: HistoryEvent): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(event).map(([member, value]) => {
      if (typeof value !== 'object' || value === null) return [member, value];
      const { input: _input, output: _output, inputDetails: _in, outputDetails: _out, ...details } = value as JsonBody;
      return [member, details];
    }),
  );
}

function listMachine(machine: StateMachineRecord): Record<string, unknown> {
  return {
    stateMachineArn: toMachineArn(machine.name),
    name: machine.name,
    type: 'STANDARD',
    creationDate: machine.createdAtMs / 1000,
  };
}

function listExecution(record: ExecutionRecord): Record<string, unknown> {
  return {
    executionArn: toExecutionArn(record),
    stateMachineArn: toMachineArn(record.machine),
    name: record.name,
    status: record.status,
    startDate: record.startedAtMs / 1000,
    ...(record.stoppedAtMs === null ? {} : { stopDate: record.stoppedAtMs / 1000 }),
  };
}

function requireMachine(executions: Executions, input: JsonBody): StateMachineRecord {
  const arn = requireArn(input, 'stateMachineArn', 'stateMachine');
  const machine = executions.findMachine(arn);
  if (machine === undefined) {
    throw new AwsFault('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  }
  return machine;
}

function requireExecution(executions: Executions, input: JsonBody): ExecutionRecord {
  const arn = requireArn(input, 'executionArn', 'execution');
  const record = executions.findExecution(arn);
  if (record === undefined) throw new AwsFault('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  return record;
}

function requireArn(input: JsonBody, member: string, kind: string): string {
  const arn = requiredString(input, member);
  if (!new RegExp(`^arn:aws[^:]*:states:[^:]+:\\d{12}:${kind}:.+$`).test(arn)) {
    throw new AwsFault('InvalidArn', `Invalid Arn: '${arn}'`);
  }
  return arn;
}

function readName(name: string): string {
  if (name.length < 1 || name.length > NAME_CHARACTERS_MAX || NAME_FORBIDDEN.test(name)) {
    throw new AwsFault('InvalidName', `Invalid Name: '${name}'`);
  }
  return name;
}

function readInput(input: JsonBody): string {
  const text = optionalString(input, 'input') ?? '{}';
  if (Buffer.byteLength(text) > INPUT_BYTES_MAX) {
    throw new AwsFault(
      'ValidationException',
      `1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have length less than or equal to ${INPUT_BYTES_MAX}`,
    );
  }
  try {
    JSON.parse(text);
  } catch {
    throw new AwsFault('InvalidExecutionInput', 'Invalid State Machine Execution Input: the input is not JSON');
  }
  return text;
}

function cutInput<Item>(input: JsonBody, items: readonly Item[]) {
  // 0 requests the default.
  const limit = optionalInteger(input, 'maxResults', 0, 1000) || 100;
  return cutPage(items, limit, optionalString(input, 'nextToken'), 'InvalidToken');
}
