import { describe, expect, it } from 'vitest';
import { createLambdaService } from './lambda-service.ts';
import { createLambdaRegistry, toFunctionArn, UnknownFunctionError } from './registry.ts';

class NotSettled extends Error {
  override name = 'NotSettled';
}

describe('createLambdaRegistry', () => {
  it('passes event and result through JSON, which drops what Lambda would drop and shares no object', async () => {
    const registry = createLambdaRegistry();
    const seen: unknown[] = [];
    const kept = { list: [1] };
    registry.register('echo', async (event: object) => {
      seen.push(event);
      return kept;
    });
    registry.register('nothing', async () => undefined);
    const outcome = await registry.invoke('echo', { at: new Date(0), gone: undefined });
    expect(seen).toEqual([{ at: '1970-01-01T00:00:00.000Z' }]);
    expect(outcome).toEqual({ ok: true, result: { list: [1] } });
    expect((outcome as { result: unknown }).result).not.toBe(kept);
    expect(await registry.invoke('nothing', undefined)).toEqual({ ok: true, result: null });
  });

  it('finds a function by name and by ARN, with or without a version', async () => {
    const registry = createLambdaRegistry();
    registry.register('step', async (_event, context) => context.invokedFunctionArn);
    const arn = toFunctionArn('step');
    for (const name of ['step', 'step:3', arn, `${arn}:$LATEST`, '000000000000:function:step']) {
      expect(await registry.invoke(name, {})).toEqual({ ok: true, result: arn });
    }
    await expect(registry.invoke('other', {})).rejects.toThrow(UnknownFunctionError);
  });

  it('reports the name and message of a thrown error, or the type and text of any other value', async () => {
    const registry = createLambdaRegistry();
    registry.register('step', async () => {
      throw new NotSettled('the channel is still starting');
    });
    registry.register('odd', () => {
      // oxlint-disable-next-line no-throw-literal -- a handler may do this, and Lambda reports it so
      throw 'text';
    });
    registry.register('circular', async () => {
      const loop: Record<string, unknown> = {};
      loop['self'] = loop;
      return loop;
    });
    expect(await registry.invoke('step', {})).toEqual({
      ok: false,
      error: { errorType: 'NotSettled', errorMessage: 'the channel is still starting' },
    });
    expect(await registry.invoke('odd', {})).toEqual({
      ok: false,
      error: { errorType: 'string', errorMessage: 'text' },
    });
    expect(await registry.invoke('circular', {})).toMatchObject({ ok: false, error: { errorType: 'TypeError' } });
  });

  it('reports a timeout after the function’s own limit', async () => {
    const alarms: (() => void)[] = [];
    const clock = { now: () => 0, after: (_delayMs: number, action: () => void) => (alarms.push(action), () => {}) };
    const registry = createLambdaRegistry({ clock });
    registry.register('slow', () => new Promise(() => {}), { timeoutSeconds: 3 });
    const outcome = registry.invoke('slow', {});
    alarms[0]!();
    expect(await outcome).toMatchObject({
      ok: false,
      error: {
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringContaining('Task timed out after 3.00 seconds'),
      },
    });
  });

  it('close waits for running functions and refuses new ones', async () => {
    const registry = createLambdaRegistry();
    const { promise: work, resolve: finish } = Promise.withResolvers<string>();
    registry.register('long', () => work);
    const outcome = registry.invoke('long', {});
    let isClosed = false;
    const closed = registry.close().then(() => (isClosed = true));
    expect(await registry.invoke('long', {})).toMatchObject({
      ok: false,
      error: { errorType: 'Lambda.ServiceException' },
    });
    expect(isClosed).toBe(false);
    finish('done');
    await closed;
    expect(await outcome).toEqual({ ok: true, result: 'done' });
  });
});

describe('createLambdaService', () => {
  const registry = createLambdaRegistry();
  registry.register('step', async (event: { fail?: boolean }) => {
    if (event.fail === true) throw new NotSettled('not yet');
    return event;
  });
  const service = createLambdaService(registry);
  const invoke = (name: string, body: string, headers: Record<string, string> = {}) =>
    service.handle(
      new Request(`http://127.0.0.1/2015-03-31/functions/${encodeURIComponent(name)}/invocations`, {
        method: 'POST',
        headers,
        body,
      }),
    );

  it('returns 200 with the result, or with the error and its header', async () => {
    const good = await invoke(toFunctionArn('step'), '{"a":1}');
    expect([good.status, good.headers.get('x-amz-function-error'), await good.json()]).toEqual([200, null, { a: 1 }]);
    const bad = await invoke('step', '{"fail":true}');
    expect([bad.status, bad.headers.get('x-amz-function-error'), await bad.json()]).toEqual([
      200,
      'Unhandled',
      { errorType: 'NotSettled', errorMessage: 'not yet' },
    ]);
  });

  it('returns 202 for an event and 204 for a dry run', async () => {
    expect((await invoke('step', '{}', { 'x-amz-invocation-type': 'Event' })).status).toBe(202);
    expect((await invoke('step', '{}', { 'x-amz-invocation-type': 'DryRun' })).status).toBe(204);
  });

  it('returns 400 for a body that is not JSON and 404 for an unknown function or operation', async () => {
    expect((await invoke('step', '{')).status).toBe(400);
    const unknown = await invoke('other', '{}');
    expect([unknown.status, unknown.headers.get('x-amzn-errortype')]).toEqual([404, 'ResourceNotFoundException']);
    expect((await service.handle(new Request('http://127.0.0.1/2015-03-31/functions'))).status).toBe(404);
  });
});
