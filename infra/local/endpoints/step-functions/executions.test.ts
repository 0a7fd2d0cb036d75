import { describe, expect, it } from 'vitest';
import { systemClock } from '../../host/clock.ts';
import { createMemoryStore } from '../../host/state-store.ts';
import { openExecutions, toExecutionArn, type ExecutionRecord } from './executions.ts';
import { createHistory } from './history.ts';

const record: ExecutionRecord = {
  machine: 'machine',
  name: 'execution',
  roleArn: 'arn:aws:iam::000000000000:role/states',
  input: '{}',
  status: 'RUNNING',
  startedAtMs: 0,
  stoppedAtMs: null,
  output: null,
  error: null,
  cause: null,
};

describe('an execution that could not be saved', () => {
  it('is not recorded, so it can be started again once there is space', async () => {
    const store = createMemoryStore();
    let isFull = true;
    const executions = openExecutions({
      clock: systemClock,
      store: {
        ...store,
        save(state) {
          if (isFull) throw new Error('ENOSPC: no space left on device, write');
          store.save(state);
        },
      },
    });
    const add = () => executions.addExecution(record, createHistory(systemClock));
    await expect(add()).rejects.toThrow('ENOSPC');
    expect(executions.findExecution(toExecutionArn(record))).toBeUndefined();
    isFull = false;
    await add();
    expect(executions.findExecution(toExecutionArn(record))).toBe(record);
  });

  it('is not recorded when its shared save fails', async () => {
    let fails = true;
    const executions = openExecutions({
      clock: systemClock,
      store: { ...createMemoryStore(), saved: () => (fails ? Promise.reject(new Error('ENOSPC')) : Promise.resolve()) },
    });
    const add = () => executions.addExecution(record, createHistory(systemClock));
    await expect(add()).rejects.toThrow('ENOSPC');
    expect(executions.findExecution(toExecutionArn(record))).toBeUndefined();
    fails = false;
    await add();
    expect(executions.findExecution(toExecutionArn(record))).toBe(record);
  });
});
