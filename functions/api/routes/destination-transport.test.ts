import { GetMetricDataCommand, type GetMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { claimIdempotencyKey, releaseIdempotencyKey } from '../../aws/idempotency-table.ts';
import { putOperation } from '../../aws/history-table.ts';
import type { Destination } from '../../domain/destination.ts';
import { settle, withOperation } from '../../domain/lifecycle.ts';
import {
  DESTINATION_ID,
  makeBody,
  makePrimary,
  makeRecord,
  makeRunning,
  MISSING_ID,
  NOW,
  useTestApi,
} from '../../../test/support/api.ts';

const test = useTestApi();

const path = `/api/destinations/${DESTINATION_ID}`;
const start = (headers = {}) => test.call('POST', `${path}/start`, { headers });
const stop = () => test.call('POST', `${path}/stop`);
const begin = { now: NOW, requestedBy: 'operator' };

describe('POST /api/destinations/{destinationId}/start', () => {
  it('202 starts an idle destination and returns the operation in Location', async () => {
    await test.put(makeRecord());
    const answer = await start();
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ desired: 'running', status: 'starting', operation: { kind: 'start' } });
    expect(answer.headers.get('location')).toBe(`/api/operations/${DESTINATION_ID}-start-4`);
    expect(test.executions()).toEqual([`${DESTINATION_ID}-start-4`]);
  });

  it('200 for a repeated start, which begins only once', async () => {
    await test.put(makeRecord());
    await start();
    expect((await start()).status).toBe(200);
    expect(test.executions()).toHaveLength(1);
  });

  it('begins at once even if the table’s answer is lost', async () => {
    await test.put(makeRecord());
    test.loseAnswers('UpdateCommand');
    expect((await start()).status).toBeLessThan(300);
    expect(new Set(test.executions())).toEqual(new Set([`${DESTINATION_ID}-start-4`]));
  });

  it('begins once for twenty concurrent requests', async () => {
    await test.put(makeRecord());
    const answers = await Promise.all(Array.from({ length: 20 }, () => start()));
    expect(answers.every(({ status }) => status === 200 || status === 202)).toBe(true);
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(new Set(test.executions())).toEqual(new Set([`${DESTINATION_ID}-start-4`]));
  });

  it('200 when it is running', async () => {
    await test.put(makeRunning());
    expect((await start()).status).toBe(200);
  });

  it('202 while it stops, and the start follows the stop', async () => {
    await test.put(withOperation(makeRunning({ desired: 'idle' }), 'stop', begin));
    const answer = await start();
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ desired: 'running', status: 'stopping', operation: { kind: 'stop' } });
  });

  it('202 starts again after an error', async () => {
    await test.put(makeRecord({ desired: 'running', status: 'error' }));
    const answer = await start();
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ status: 'starting', lastError: null });
  });

  it('404 for an unknown destination', async () => {
    expect((await start()).status).toBe(404);
  });

  it('409 protected_destination for the primary channel', async () => {
    await test.put(makePrimary());
    const answer = await test.call('POST', '/api/destinations/primary/start');
    expect([answer.status, answer.problem.code]).toEqual([409, 'protected_destination']);
  });

  it('409 illegal_transition while it is being deleted, with a remedy', async () => {
    await test.put(withOperation(makeRecord({ desired: 'deleted' }), 'teardown', begin));
    const { status, problem } = await start();
    expect([status, problem.code, problem.allowedActions]).toEqual([409, 'illegal_transition', []]);
  });

  it('422 for a body with fields', async () => {
    await test.put(makeRecord());
    expect((await test.call('POST', `${path}/start`, { body: { maxRunMinutes: 5 } })).status).toBe(422);
    expect(test.executions()).toEqual([]);
  });
});

describe('POST /api/destinations/{destinationId}/stop', () => {
  it('202 stops a running destination', async () => {
    await test.put(makeRunning());
    const answer = await stop();
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ desired: 'idle', status: 'stopping', operation: { kind: 'stop' } });
  });

  it('202 while it starts, and the running start notices the stop', async () => {
    await test.put(withOperation(makeRecord({ desired: 'running' }), 'start', begin));
    const answer = await stop();
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ desired: 'idle', status: 'starting', operation: { kind: 'start' } });
  });

  it('202 cancels a pending restart', async () => {
    const restarting = makeRunning({ restartRequested: true });
    await test.put(withOperation(restarting, 'stop', begin));
    expect((await stop()).status).toBe(202);
    expect(await test.read(DESTINATION_ID)).toMatchObject({ desired: 'idle', restartRequested: false });
  });

  it('202 after an error that left resources running', async () => {
    await test.put(makeRunning({ status: 'error' }));
    expect((await stop()).body).toMatchObject({ desired: 'idle', status: 'stopping' });
  });

  it('202 after an error with nothing on record checks AWS before it reports idle', async () => {
    await test.put(makeRecord({ desired: 'running', status: 'error' }));
    const answer = await stop();
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ desired: 'idle', status: 'stopping', operation: { kind: 'stop' } });
  });

  it('200 when it is idle or stopping', async () => {
    await test.put(makeRunning());
    await stop();
    expect((await stop()).status).toBe(200);
    await test.put(makeRecord({ destinationId: MISSING_ID }));
    expect((await test.call('POST', `/api/destinations/${MISSING_ID}/stop`)).status).toBe(200);
    expect(test.executions()).toHaveLength(1);
  });

  it('404 for an unknown destination', async () => {
    expect((await stop()).status).toBe(404);
  });

  it('409 protected_destination for the primary channel', async () => {
    await test.put(makePrimary());
    expect((await test.call('POST', '/api/destinations/primary/stop')).problem.code).toBe('protected_destination');
  });

  it('422 for an unknown query parameter', async () => {
    expect((await test.call('POST', `${path}/stop?strong=true`)).status).toBe(422);
    expect((await test.call('POST', `${path}/stop?force=yes`)).status).toBe(422);
  });
});

describe('Idempotency-Key', () => {
  const key = { 'idempotency-key': 'one-two-three' };
  const create = (fields: object = {}, headers: Record<string, string> = key) =>
    test.call('POST', '/api/destinations', { body: { ...makeBody(), ...fields }, headers });

  it('answers a repetition like the first request, and runs it once', async () => {
    const first = await create();
    const again = await create();
    expect(again.text).toBe(first.text);
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect((await test.call('GET', '/api/destinations')).body.data).toHaveLength(1);
  });

  it('409 idempotency_conflict for another request under the same key', async () => {
    await create();
    const answer = await create({ name: 'Other' });
    expect([answer.status, answer.problem.code]).toEqual([409, 'idempotency_conflict']);
  });

  it('separates the keys of different paths', async () => {
    await test.put(makeRecord());
    await create();
    expect((await start(key)).status).toBe(202);
  });

  it('201 runs a request when the answer to its claim is lost and the SDK repeats the claim', async () => {
    test.loseAnswers('PutCommand');
    expect((await create()).status).toBe(201);
    expect((await create()).headers.get('idempotent-replayed')).toBe('true');
  });

  it('409 with Retry-After while the first request is in progress', async () => {
    const reached = Promise.withResolvers<void>();
    const released = Promise.withResolvers<string[]>();
    test.rebuild({
      resolveHost: () => {
        reached.resolve();
        return released.promise;
      },
    });
    const first = create();
    await reached.promise;
    const second = await create();
    released.resolve([]);
    expect((await first).status).toBe(201);
    expect(second.status).toBe(409);
    expect(second.problem).toMatchObject({ code: 'idempotency_conflict', retryAfterSeconds: 1 });
    expect(second.headers.get('retry-after')).toBe('1');
    expect((await create()).headers.get('idempotent-replayed')).toBe('true');
    expect((await test.call('GET', '/api/destinations')).body.data).toHaveLength(1);
  });

  it('stores nothing for a refused request, which may be corrected under the same key', async () => {
    expect((await create({ name: '' })).status).toBe(422);
    expect((await create()).status).toBe(201);
  });

  it('forgets after a day', async () => {
    await create();
    test.time.now = new Date(NOW.getTime() + 25 * 3600 * 1000);
    expect((await create({ name: 'Other', streamKey: 'another-key-1234' })).status).toBe(201);
  });

  it('takes over the claim of a dead process', async () => {
    const nowSeconds = Math.floor(NOW.getTime() / 1000);
    const abandoned = { requestHash: 'x', response: null, expiresAt: nowSeconds - 1 };
    expect(await claimIdempotencyKey(test.deps, 'left-over', abandoned, nowSeconds)).toBeNull();
    expect(await claimIdempotencyKey(test.deps, 'left-over', abandoned, nowSeconds)).toBeNull();
  });

  it('is claimed again when the first request releases it during a check', async () => {
    const nowSeconds = Math.floor(NOW.getTime() / 1000);
    const claim = (requestHash: string) => ({ requestHash, response: null, expiresAt: nowSeconds + 60 });
    await claimIdempotencyKey(test.deps, 'back', claim('first'), nowSeconds);
    const { table } = test.deps.clients;
    const send = async (command: object) => {
      if (command.constructor.name === 'GetCommand') await releaseIdempotencyKey(test.deps, 'back');
      return table.send(command as never);
    };
    const slow = { ...test.deps, clients: { table: { send } as never } };
    expect(await claimIdempotencyKey(slow, 'back', claim('second'), nowSeconds)).toBeNull();
    expect(await claimIdempotencyKey(test.deps, 'back', claim('third'), nowSeconds)).toMatchObject(claim('second'));
  });

  it('422 for a key that is empty, too long or not printable', async () => {
    for (const value of ['', 'k'.repeat(256), 'é']) {
      expect((await create({}, { 'idempotency-key': value })).status).toBe(422);
    }
  });
});

describe('GET /api/destinations/{destinationId}/metrics', () => {
  const metrics = () => test.call('GET', `${path}/metrics`);

  it('200 returns metrics, their series and the uptime', async () => {
    await test.put(makeRunning());
    test.mocks.cloudWatch.on(GetMetricDataCommand).callsFake((input: GetMetricDataCommandInput) => ({
      MetricDataResults: input.MetricDataQueries?.map(({ Id, MetricStat }) => ({
        Id,
        Timestamps: [new Date(NOW.getTime() - 400_000), new Date(NOW.getTime() - 1000)],
        Values: MetricStat?.Metric?.MetricName === 'NetworkOut' ? [1, 4.5] : [2, 30],
      })),
    }));
    const answer = await metrics();
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      uptimeSeconds: 60,
      current: { bitrateBps: 4_500_000, framesPerSecond: 30, droppedFrames: 30 + 30, reconnects: 30 },
      periodSeconds: 1,
    });
    expect(answer.body.series.bitrateBps).toHaveLength(2);
  });

  it('200 without metrics and without an AWS call when there is no channel', async () => {
    await test.put(makeRecord());
    expect((await metrics()).body).toMatchObject({ uptimeSeconds: null, current: { bitrateBps: null } });
    expect(test.mocks.cloudWatch.calls()).toHaveLength(0);
  });

  it('200 asks CloudWatch once for concurrent requests', async () => {
    await test.put(makeRunning());
    await Promise.all([metrics(), metrics(), metrics()]);
    expect(test.mocks.cloudWatch.calls()).toHaveLength(1);
  });

  it('404 for an unknown destination', async () => {
    expect((await metrics()).status).toBe(404);
  });
  it('422 for an unknown query parameter', async () => {
    expect((await test.call('GET', `${path}/metrics?window=1`)).status).toBe(422);
  });
});

/** Adds steps as the workflow records them; the last one is still running. */
function withSteps(record: Destination, ...steps: string[]): Destination {
  const startedAt = NOW.toISOString();
  const noted = steps.map((step) => ({ step, startedAt, attempts: 1 }));
  return { ...record, operation: { ...record.operation!, steps: noted } };
}

describe('GET /api/operations/{operationId}', () => {
  const operation = (id: string) => test.call('GET', `/api/operations/${id}`);

  it('200 shows the steps of a running operation', async () => {
    const begun = withOperation(makeRecord({ desired: 'running' }), 'start', begin);
    await test.put(withSteps(begun, 'EnsureInput', 'EnsureChannel'));
    const answer = await operation(`${DESTINATION_ID}-start-4`);
    expect(answer.body).toMatchObject({ state: 'running', stepNumber: 2, stepCount: 4, endedAt: null });
    expect(answer.body.steps.map(({ label }: { label: string }) => label)).toEqual([
      'creating the input',
      'creating the channel',
    ]);
  });

  it('200 continues the count through the undo steps', async () => {
    const begun = withOperation(makeRecord({ desired: 'running' }), 'start', begin);
    await test.put(withSteps(begun, 'EnsureInput', 'ReleaseChannelRun'));
    expect((await operation(`${DESTINATION_ID}-start-4`)).body).toMatchObject({ stepNumber: 2, stepCount: 5 });
  });

  it('200 shows the outcome of a finished operation, also after its destination is deleted', async () => {
    const begun = withOperation(makeRecord(), 'teardown', begin);
    await putOperation(test.deps, begun, settle(begun, { outcome: 'succeeded' }, NOW).operation);
    expect((await operation(`${DESTINATION_ID}-teardown-4`)).body).toMatchObject({ state: 'succeeded', error: null });
  });

  it('200 finds an operation that ends during the request', async () => {
    const begun = withOperation(makeRecord(), 'start', begin);
    await putOperation(test.deps, begun, settle(begun, { outcome: 'succeeded' }, NOW).operation);
    test.readStale();
    expect((await operation(`${DESTINATION_ID}-start-4`)).status).toBe(200);
  });

  it.each([`${DESTINATION_ID}-start-4`, `${DESTINATION_ID}-burn-4`, 'primary-start-0000000001', '%00'])(
    '404 for %s',
    async (id) => {
      expect((await operation(id)).status).toBe(404);
    },
  );
  it('422 for an unknown query parameter', async () => {
    expect((await operation(`${DESTINATION_ID}-start-4?x=1`)).status).toBe(422);
  });
});

describe('the contract', () => {
  it('has a case for every status it documents', async () => {
    expect(
      await test.unmetStatuses(
        '/api/destinations/{destinationId}/start',
        '/api/destinations/{destinationId}/stop',
        '/api/destinations/{destinationId}/metrics',
        '/api/operations/{operationId}',
      ),
    ).toEqual([]);
  });
});
