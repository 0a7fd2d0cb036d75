import { describe, expect, it, vi } from 'vitest';
import { createLambdaRegistry } from '../lambda/registry.ts';
import { systemClock } from '../../host/clock.ts';
import { createMemoryStore } from '../../host/state-store.ts';
import { createStepFunctions } from './create-step-functions.ts';

const WAITING = { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 600, End: true } } };

describe('the local Step Functions on a full disk', () => {
  it('closes, and logs the execution that it could not record', async () => {
    const store = createMemoryStore();
    const save = vi.spyOn(store, 'save');
    const service = createStepFunctions({ store, lambda: createLambdaRegistry({ clock: systemClock }) });
    const call = async (operation: string, body: object) => {
      const headers = { 'x-amz-target': `AWSStepFunctions.${operation}`, 'content-type': 'application/x-amz-json-1.0' };
      const request = new Request('http://127.0.0.1/', { method: 'POST', headers, body: JSON.stringify(body) });
      return (await (await service.handle(request)).json()) as { stateMachineArn: string };
    };
    const roleArn = 'arn:aws:iam::000000000000:role/states';
    const { stateMachineArn } = await call('CreateStateMachine', {
      name: 'waiting',
      roleArn,
      definition: JSON.stringify(WAITING),
    });
    await call('StartExecution', { stateMachineArn });
    const said = vi.spyOn(console, 'error').mockReturnValue();
    save.mockImplementation(() => {
      throw new Error('ENOSPC: no space left on device, write');
    });
    await expect(service.close()).resolves.toBeUndefined();
    expect(said).toHaveBeenCalledWith(expect.stringContaining('could not be recorded'), expect.any(Error));
    said.mockRestore();
  });
});
