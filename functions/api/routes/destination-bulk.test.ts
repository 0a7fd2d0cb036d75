import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { changeGroupStart, listGroupStarts } from '../../aws/group-start-table.ts';
import { getOperation } from '../../aws/history-table.ts';
import { decideGroupItemStart } from '../../domain/group-start-run.ts';
import type { GroupItem, GroupStart } from '../../domain/group-start.ts';
import { withOperation } from '../../domain/lifecycle.ts';
import { runGroupStart, type GroupStartDeps } from '../../workflow/run-group-start.ts';
import type { BulkStartResult } from '../schemas/destinations.ts';
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

const startAll = (body: object, headers = {}) =>
  test.call('POST', '/api/destinations/start', { body: { withoutEncoder: true, ...body }, headers });

/** What a test compares of the results. */
const outcomesOf = ({ body }: Awaited<ReturnType<typeof startAll>>) =>
  (body as BulkStartResult).results.map(({ outcome, code }) => [outcome, code]);

/** Returns the only group start that is stored. */
async function storedGroup(): Promise<GroupStart> {
  const [groupStart, ...others] = await listGroupStarts(test.deps);
  expect(others).toEqual([]);
  return groupStart!;
}

describe('POST /api/destinations/start', () => {
  it('202 with one result per item, and starts those that can start as one group start', async () => {
    const third = `${DESTINATION_ID.slice(0, -2)}33`;
    await test.put(makeRecord());
    await test.put(makeRunning({ destinationId: OTHER_ID }));
    await test.put(makePrimary());
    await test.put(makeRecord({ destinationId: third }));
    const ids = [third, DESTINATION_ID, OTHER_ID, MISSING_ID, 'primary', DESTINATION_ID];
    const answer = await startAll({ ids });
    expect(answer.status).toBe(202);
    expect(outcomesOf(answer)).toEqual([
      ['accepted', null],
      ['accepted', null],
      ['unchanged', null],
      ['refused', 'not_found'],
      ['refused', 'protected_destination'],
    ]);
    const { destinations, groupStartId, onFailure, requestedBy } = await storedGroup();
    expect(answer.body.groupStartId).toBe(groupStartId);
    expect(answer.headers.get('location')).toBe(`/api/group-starts/${groupStartId}`);
    expect([onFailure, requestedBy]).toEqual(['continue', 'operator']);
    expect(destinations.map(({ destinationId, isRequired }) => [destinationId, isRequired])).toEqual([
      [third, false],
      [DESTINATION_ID, false],
    ]);
    expect(answer.body.results[0]).toMatchObject({ status: 'idle', operationId: null, detail: null });
    expect(answer.body.results[2]).toMatchObject({ status: 'running', detail: 'it is on air already' });
    // Only the group start begins; nothing starts out of turn.
    expect(test.executions()).toEqual([`${groupStartId}-1`]);
  });

  it('202 leaves a destination to the group start in which it waits', async () => {
    await test.put(makeRecord());
    await startAll({ ids: [DESTINATION_ID] });
    const { groupStartId } = await storedGroup();
    const again = await startAll({ ids: [DESTINATION_ID] });
    expect(again.body).toMatchObject({
      groupStartId: null,
      results: [{ outcome: 'unchanged', detail: `it waits for its turn in the group start ${groupStartId}` }],
    });
    expect(again.headers.get('location')).toBeNull();
    await storedGroup();
  });

  it('202 for a group includes its destinations only, without those being deleted', async () => {
    const group = 'Sunday service';
    await test.put(makeRecord({ group }));
    await test.put(makeRecord({ destinationId: OTHER_ID }));
    await test.put(makeRecord({ destinationId: MISSING_ID, group, desired: 'deleted', status: 'deleting' }));
    const { body, status } = await startAll({ group: ` ${group} ` });
    expect(status).toBe(202);
    expect(body.results).toMatchObject([{ destinationId: DESTINATION_ID, outcome: 'accepted' }]);
  });

  it('409 as a whole before anything starts when not all of them fit', async () => {
    await test.put(makeRecord());
    await test.put(makeRecord({ destinationId: OTHER_ID }));
    test.rebuild({ deployment: { ...test.deps.deployment, channelQuota: 1 } });
    const { problem, status } = await startAll({ all: true });
    expect([status, problem.code]).toEqual([409, 'quota_exceeded']);
    expect(await listGroupStarts(test.deps)).toEqual([]);
    expect(test.executions()).toEqual([]);
  });

  it('409 no_encoder asks while no encoder is connected, unless nothing would start', async () => {
    await test.put(makeRecord());
    await test.put(makeRunning({ destinationId: OTHER_ID }));
    const { problem, status } = await startAll({ ids: [DESTINATION_ID], withoutEncoder: false });
    expect([status, problem.code]).toEqual([409, 'no_encoder']);
    expect(test.executions()).toEqual([]);
    expect((await startAll({ ids: [OTHER_ID], withoutEncoder: false })).status).toBe(202);
  });

  it('202 with the first answer when it is repeated under its idempotency key', async () => {
    await test.put(makeRecord());
    const headers = { 'idempotency-key': 'all-at-eight' };
    const first = await startAll({ all: true }, headers);
    const again = await startAll({ all: true }, headers);
    expect([again.status, again.body]).toEqual([202, first.body]);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    await storedGroup();
  });
});

describe('a stop of a destination that waits in a group start', () => {
  const stops = {
    one: () => test.call('POST', `${path}/stop`),
    several: () => test.call('POST', '/api/destinations/stop', { body: { ids: [DESTINATION_ID] } }),
  };

  it.each(Object.entries(stops))('takes it out, for %s, and leaves the others', async (_, stop) => {
    await test.put(makeRecord());
    await test.put(makeRecord({ destinationId: OTHER_ID }));
    await startAll({ ids: [DESTINATION_ID, OTHER_ID] });
    expect((await stop()).status).toBeLessThan(300);
    expect((await storedGroup()).destinations).toMatchObject([
      { state: 'stopped', detail: 'it was stopped before its turn, by operator' },
      { state: 'waiting' },
    ]);
    const runDeps = test.deps as unknown as GroupStartDeps;
    await runGroupStart(runDeps, (await storedGroup()).groupStartId);
    expect((await test.read(DESTINATION_ID))?.desired).toBe('idle');
    expect((await test.read(OTHER_ID))?.desired).toBe('running');
  });

  it('reaches a start that is decided and on its way', async () => {
    const record = makeRecord();
    await test.put(record);
    await startAll({ ids: [DESTINATION_ID] });
    const decidedAt = test.deps.now();
    const { groupStartId, destinations } = await storedGroup();
    const item: GroupItem = { ...destinations[0]!, state: 'starting', desiredAtDecision: record.desiredAt ?? null };
    await changeGroupStart(test.deps, groupStartId, (found) => ({ ...found, destinations: [item] }));
    expect((await stops.one()).status).toBe(200);
    const stopped = (await test.read(DESTINATION_ID))!;
    const start = () => decideGroupItemStart(stopped, { actor: 'a group start', decidedAt, item, now: decidedAt });
    expect(start).toThrow('it was stopped meanwhile by operator');
  });
});

describe('POST /api/destinations/stop', () => {
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
});

describe('POST /api/destinations/start and /stop', () => {
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
      const more = action === 'start' ? { withoutEncoder: true } : {};
      expect((await call({ ids: [DESTINATION_ID], ...more })).status).toBe(202);
      expect((await call({ all: true, ...more })).problem.code).toBe('idempotency_conflict');
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
        ['DELETE', '?stop=true', 'teardown'],
      ] as const) {
        await test.reset();
        test.mocks.sfn.on(StopExecutionCommand).resolves({});
        const desired = kind === 'start' ? 'running' : 'idle';
        await test.put(withOperation(makeRecord({ desired }), kind, begin));
        const { body } = await test.call(method, `${path}${action}${action.includes('?') ? '&' : '?'}force=true`);
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
