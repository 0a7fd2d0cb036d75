import { describe, expect, it } from 'vitest';
import { executionArnOf } from './executions.ts';

const MACHINE = 'arn:aws:states:eu-west-1:123456789012:stateMachine:sluice-start';
const operation = { kind: 'start', operationId: 'primary-start-7' } as const;

function arnWith(start: string): string {
  return executionArnOf({ stateMachineArns: { create: '', start, stop: '', teardown: '' } }, operation);
}

describe('executionArnOf', () => {
  it.each([MACHINE, `${MACHINE}:live`, `${MACHINE}:12`])('drops the qualifier of %s', (start) => {
    expect(arnWith(start)).toBe('arn:aws:states:eu-west-1:123456789012:execution:sluice-start:primary-start-7');
  });

  it('refuses an ARN that is not of a state machine, instead of querying an execution that cannot exist', () => {
    expect(() => arnWith('arn:aws:states:eu-west-1:123456789012:activity:other')).toThrow('not the ARN');
  });
});
