/** Stores state machines and executions across restarts. */
import { DAY_MS } from '../../../../functions/domain/utc-day.ts';
import type { Clock } from '../../host/clock.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../wire/local-service.ts';
import type { StateStore } from '../../host/state-store.ts';
import { createHistory } from './history.ts';
import type { History } from './history.ts';
import type { Ending } from './run-execution.ts';

/** AWS keeps closed executions for 90 days; the local record keeps them as long, up to a maximum number. */
const CLOSED_KEPT_MS = 90 * DAY_MS;
const CLOSED_KEPT_MAX = 2_000;
const HISTORIES_KEPT_MAX = 200;

/** The cause of an execution that ended with the process. */
export const PROCESS_STOPPED = 'the process was stopped';

/** A state machine. `definition` is the original text. */
export interface StateMachineRecord {
  name: string;
  definition: string;
  roleArn: string;
  createdAtMs: number;
  revisionId: string;
}

/** An execution. `input` is the original text, `output` is JSON. */
export interface ExecutionRecord {
  machine: string;
  name: string;
  roleArn: string;
  input: string;
  status: 'RUNNING' | Ending['status'];
  startedAtMs: number;
  stoppedAtMs: number | null;
  output: string | null;
  error: string | null;
  cause: string | null;
}

interface State {
  machines: StateMachineRecord[];
  /** Oldest first. */
  executions: ExecutionRecord[];
}

/** The records. Every change is saved when its call returns. */
export interface Executions {
  machines(): readonly StateMachineRecord[];
  /** Oldest first. */
  executions(): readonly ExecutionRecord[];
  findMachine(arn: string): StateMachineRecord | undefined;
  findExecution(arn: string): ExecutionRecord | undefined;
  putMachine(record: StateMachineRecord): void;
  /** Resolves once the execution is recorded durably. */
  addExecution(record: ExecutionRecord, history: History): Promise<void>;
  end(record: ExecutionRecord, ending: Ending): void;
  /** Returns the known history; after a restart, and for older executions, only the start and the end. */
  historyOf(record: ExecutionRecord): History;
}

/** Returns the ARN of a state machine. */
export function toMachineArn(name: string): string {
  return `arn:aws:states:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:stateMachine:${name}`;
}

/** Returns the ARN of an execution. */
export function toExecutionArn(record: { machine: string; name: string }): string {
  return `arn:aws:states:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:execution:${record.machine}:${record.name}`;
}

/** Opens the records. Executions that ran when the process ended become ABORTED. */
export function openExecutions(deps: { store: StateStore; clock: Clock }): Executions {
  const { store, clock } = deps;
  const loaded = (store.load() as State | null) ?? { machines: [], executions: [] };
  const machines = new Map(loaded.machines.map((machine) => [toMachineArn(machine.name), machine]));
  const executions = new Map(loaded.executions.map((record) => [toExecutionArn(record), record]));
  const histories = new Map<string, History>();

  function save(): void {
    store.save({ machines: [...machines.values()], executions: [...executions.values()] } satisfies State);
  }

  function prune(): void {
    const closed = [...executions].filter(([, record]) => record.status !== 'RUNNING');
    const oldestMs = clock.now() - CLOSED_KEPT_MS;
    for (const [index, [arn, record]] of closed.entries()) {
      const isSpare = closed.length - index > CLOSED_KEPT_MAX || (record.stoppedAtMs ?? 0) < oldestMs;
      if (isSpare) executions.delete(arn);
      if (isSpare || closed.length - index > HISTORIES_KEPT_MAX) histories.delete(arn);
    }
  }

  const cutOff = loaded.executions.filter((record) => record.status === 'RUNNING');
  for (const record of cutOff) close(record, { status: 'ABORTED', cause: PROCESS_STOPPED });
  if (cutOff.length > 0) save();

  function close(record: ExecutionRecord, ending: Ending): void {
    record.status = ending.status;
    record.stoppedAtMs = clock.now();
    if (ending.status === 'SUCCEEDED') {
      record.output = ending.output;
      return;
    }
    record.error = ending.error ?? null;
    record.cause = ending.cause ?? null;
  }

  return {
    machines: () => [...machines.values()],
    executions: () => [...executions.values()],
    findMachine: (arn) => machines.get(arn),
    findExecution: (arn) => executions.get(arn),
    putMachine(record) {
      machines.set(toMachineArn(record.name), record);
      save();
    },
    async addExecution(record, history) {
      const arn = toExecutionArn(record);
      executions.set(arn, record);
      histories.set(arn, history);
      prune();
      try {
        save();
        await store.saved?.();
      } catch (error) {
        // The caller gets an error, so the execution must not stay recorded as running: nothing runs it.
        executions.delete(arn);
        histories.delete(arn);
        throw error;
      }
    },
    end(record, ending) {
      close(record, ending);
      save();
    },
    historyOf: (record) => histories.get(toExecutionArn(record)) ?? rebuildHistory(record),
  };
}

function rebuildHistory(record: ExecutionRecord): History {
  let nowMs = record.startedAtMs;
  const history = createHistory({ now: () => nowMs, after: () => () => {} });
  history.add('ExecutionStarted', {
    executionStartedEventDetails: { input: record.input, roleArn: record.roleArn },
  });
  nowMs = record.stoppedAtMs ?? nowMs;
  const failure = { error: record.error ?? undefined, cause: record.cause ?? undefined };
  if (record.status === 'SUCCEEDED') {
    history.add('ExecutionSucceeded', { executionSucceededEventDetails: { output: record.output } });
  }
  if (record.status === 'FAILED') history.add('ExecutionFailed', { executionFailedEventDetails: failure });
  if (record.status === 'ABORTED') history.add('ExecutionAborted', { executionAbortedEventDetails: failure });
  if (record.status === 'TIMED_OUT') history.add('ExecutionTimedOut', { executionTimedOutEventDetails: failure });
  return history;
}
