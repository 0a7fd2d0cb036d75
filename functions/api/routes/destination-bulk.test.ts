import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { getOperation } from '../../aws/history-table.ts';
import { withOperation } from '../../domain/lifecycle.ts';
import {
  DESTINATION_ID,
  makePrimary,
  makeRecord,
  makeRunning,
  MISSING_ID,
  NOW,
  OTHER_ID,
  useTestApi,
} from '../../../test/support/api.ts';

const test = useTestApi();

const path = `/api/destinations/${DESTINATION_ID}`;
const begin = { now: NOW, requestedBy: 'operator' };

describe('POST /api/destinations/start and /stop', () => {
  it('202 with one result per item, independent of the others', async () => {
    await test.put(makeRecord());
    await test.put(makeRunning({ destinationId: OTHER_ID }));
    await test.put(makePrimary());
    const ids = [DESTINATION_ID, OTHER_ID, MISSING_ID, 'primary'];
    const { status, body } = await test.call('POST', '/api/destinations/start', { body: { ids } });
    expect(status).toBe(202);
    expect(
      body.results.map((result: { outcome: string; code: string | null }) => [result.outcome, result.code]),
    ).toEqual([
      ['accepted', null],
      ['unchanged', null],
      ['refused', 'not_found'],
      ['refused', 'protected_destination'],
    ]);
    expect(body.results[0]).toMatchObject({ status: 'starting', operationId: `${DESTINATION_ID}-start-4` });
  });

  it('202 for all includes every destination except the primary', async () => {
    await test.put(makeRunning());
    await test.put(makeRunning({ destinationId: OTHER_ID }));
    await test.put(makePrimary());
    const { body } = await test.call('POST', '/api/destinations/stop', { body: { all: true } });
    expect(body.results.map(({ destinationId }: { destinationId: string }) => destinationId)).toEqual([
      DESTINATION_ID,
      OTHER_ID,
    ]);
    expect(test.executions()).toHaveLength(2);
  });

  it('202 for a group includes its destinations only, without those being deleted', async () => {
    const group = 'Sunday service';
    await test.put(makeRecord({ group }));
    await test.put(makeRunning({ destinationId: OTHER_ID }));
    await test.put(makeRecord({ destinationId: MISSING_ID, group, desired: 'deleted', status: 'deleting' }));
    const { status, body } = await test.call('POST', '/api/destinations/start', { body: { group: ` ${group} ` } });
    expect(status).toBe(202);
    expect(body.results).toMatchObject([{ destinationId: DESTINATION_ID, outcome: 'accepted', status: 'starting' }]);
    expect(test.executions()).toEqual([`${DESTINATION_ID}-start-4`]);
    const stopped = await test.call('POST', '/api/destinations/stop', { body: { group } });
    expect(stopped.body.results).toMatchObject([{ destinationId: DESTINATION_ID, outcome: 'accepted' }]);
  });

  it('422 for an empty group, listing the groups in use', async () => {
    const start = (group: string) => test.call('POST', '/api/destinations/start', { body: { group } });
    expect((await start('Sunday')).problem.errors?.[0]).toEqual({
      field: 'group',
      message: 'no destination is in "Sunday"; no group is in use',
    });
    await test.put(makeRecord({ group: 'Sunday service' }));
    const answer = await start('Sunday');
    expect([answer.status, answer.problem.errors?.[0]?.message]).toEqual([
      422,
      'no destination is in "Sunday"; groups in use: "Sunday service"',
    ]);
    expect(test.executions()).toEqual([]);
  });

  it('422 for several selectors, for none, and for too many ids', async () => {
    const ids = Array.from({ length: 201 }, () => DESTINATION_ID);
    for (const action of ['start', 'stop']) {
      const refused = [
        {},
        { ids: [], all: true },
        { ids: [DESTINATION_ID], all: true },
        { ids: [DESTINATION_ID], group: 'Sunday service' },
        { all: true, group: 'Sunday service' },
        { group: '' },
        { all: false },
        { ids },
      ];
      for (const body of refused) {
        expect((await test.call('POST', `/api/destinations/${action}`, { body })).status).toBe(422);
      }
    }
  });

  it('409 idempotency_conflict for another list under the same key', async () => {
    await test.put(makeRecord());
    for (const action of ['start', 'stop']) {
      const headers = { 'idempotency-key': 'all-at-eight' };
      const call = (body: object) => test.call('POST', `/api/destinations/${action}`, { headers, body });
      expect((await call({ ids: [DESTINATION_ID] })).status).toBe(202);
      expect((await call({ all: true })).status).toBe(409);
    }
  });
});

describe('POST /api/destinations/{destinationId}/restart', () => {
  const restart = () => test.call('POST', `${path}/restart`);

  it('202 stops a destination on air, and the settle step starts it again', async () => {
    await test.put(makeRunning());
    expect((await restart()).body).toMatchObject({
      desired: 'running',
      status: 'stopping',
      operation: { kind: 'stop' },
    });
  });

  it('202 starts a destination that is off air', async () => {
    await test.put(makeRecord());
    expect((await restart()).body).toMatchObject({ status: 'starting' });
  });

  it('404 for an unknown destination, 409 for the primary, 422 for an unknown parameter', async () => {
    await test.put(makePrimary());
    expect((await restart()).status).toBe(404);
    expect((await test.call('POST', '/api/destinations/primary/restart')).status).toBe(409);
    expect((await test.call('POST', `${path}/restart?now=1`)).status).toBe(422);
  });
});

describe('?force=true', () => {
  it('abandons a hanging operation and starts the requested one', async () => {
    await test.put(withOperation(makeRecord({ desired: 'running' }), 'start', begin));
    test.mocks.sfn.on(StopExecutionCommand).resolves({});
    const answer = await test.call('POST', `${path}/stop?force=true`);
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ desired: 'idle', status: 'stopping', operation: { kind: 'stop' } });
    expect(test.mocks.sfn.commandCalls(StopExecutionCommand)).toHaveLength(1);
    expect(await getOperation(test.deps, DESTINATION_ID, 4)).toMatchObject({ outcome: 'superseded' });
    expect(test.executions()).toEqual([`${DESTINATION_ID}-stop-5`]);
  });

  it('abandons nothing when the request is refused', async () => {
    const deleted = makeRecord({ destinationId: OTHER_ID, desired: 'deleted' });
    await test.put(withOperation({ ...makePrimary(), status: 'error' }, 'start', begin));
    await test.put(withOperation(makeRecord({ desired: 'running' }), 'start', begin));
    await test.put(withOperation(deleted, 'teardown', begin));
    const ifMatch = { headers: { 'if-match': '"1"' } };
    expect((await test.call('POST', '/api/destinations/primary/stop?force=true')).status).toBe(409);
    expect((await test.call('POST', `/api/destinations/${OTHER_ID}/start?force=true`)).status).toBe(409);
    expect((await test.call('DELETE', `${path}?force=true`, ifMatch)).status).toBe(412);
    expect(test.mocks.sfn.commandCalls(StopExecutionCommand)).toEqual([]);
    for (const destinationId of ['primary', DESTINATION_ID, OTHER_ID]) {
      expect(await getOperation(test.deps, destinationId, 4)).toBeNull();
    }
  });

  it('returns 202 when an operation began, and 200 when there was none to abandon', async () => {
    await test.put(withOperation(makeRecord(), 'stop', begin));
    test.mocks.sfn.on(StopExecutionCommand).resolves({});
    const stopped = await test.call('POST', `${path}/stop?force=true`);
    expect([stopped.status, stopped.headers.get('location')]).toEqual([
      202,
      `/api/operations/${DESTINATION_ID}-stop-5`,
    ]);
    await test.reset();
    await test.put(makeRunning());
    const started = await test.call('POST', `${path}/start?force=true`);
    expect([started.status, started.headers.get('location')]).toEqual([200, null]);
  });

  it('leads out of every status to running, idle and deleted', async () => {
    test.mocks.sfn.on(StopExecutionCommand).resolves({});
    for (const kind of ['create', 'start', 'stop', 'teardown'] as const) {
      for (const [method, action, expected] of [
        ['POST', '/start', 'start'],
        ['POST', '/stop', 'stop'],
        ['DELETE', '', 'teardown'],
      ] as const) {
        await test.reset();
        test.mocks.sfn.on(StopExecutionCommand).resolves({});
        const desired = kind === 'start' ? 'running' : 'idle';
        await test.put(withOperation(makeRecord({ desired }), kind, begin));
        const { body } = await test.call(method, `${path}${action}?force=true`);
        expect(body.operation?.kind, `${kind} then ${method} ${action}`).toBe(expected);
      }
    }
  });
});

describe('the contract', () => {
  it('has a case for every status it documents', async () => {
    expect(
      await test.unmetStatuses(
        '/api/destinations/start',
        '/api/destinations/stop',
        '/api/destinations/{destinationId}/restart',
      ),
    ).toEqual([]);
  });
});
