import { describe, expect, it } from 'vitest';
import { executionArnOf } from './executions.ts';

const MACHINE = 'arn:aws:states:eu-west-1:123456789012:stateMachine:sluice-start';
const operation = { kind: 'start', operationId: 'primary-start-7' } as const;

function arnWith(start: string): string {
  return executionArnOf({ stateMachineArns: { create: '', start, stop: '', teardown: '' } }, operation);
}

describe('executionArnOf', () => {
  it.each([MACHINE, `${MACHINE}:live`, `${MACHINE}:12`])('leaves out the qualifier: %s', (start) => {
    expect(arnWith(start)).toBe('arn:aws:states:eu-west-1:123456789012:execution:sluice-start:primary-start-7');
  });

  it('refuses what is no state machine, rather than asking for an execution that cannot be', () => {
    expect(() => arnWith('arn:aws:states:eu-west-1:123456789012:activity:other')).toThrow('not the ARN');
  });
});
