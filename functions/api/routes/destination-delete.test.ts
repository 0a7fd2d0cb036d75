import { expect, it } from 'vitest';
import { changeGroupStart, listGroupStarts } from '../../aws/group-start-table.ts';
import { insertShow } from '../../aws/show-table.ts';
import { makeShow, makeShowDestination } from '../../../test/support/make-show.ts';
import { withOperation } from '../../domain/lifecycle.ts';
import { DESTINATION_ID, makeRecord, makeRunning, NOW, useTestApi } from '../../../test/support/api.ts';

const test = useTestApi();

const path = `/api/destinations/${DESTINATION_ID}`;
const remove = (query = '') => test.call('DELETE', path + query);

const begin = { now: NOW, requestedBy: 'operator' };

it.each([
  ['running', makeRunning()],
  ['starting', withOperation(makeRecord({ desired: 'running' }), 'start', begin)],
  ['in error, but wanted on air', makeRunning({ status: 'error' })],
  ['stopping in order to start again', withOperation(makeRunning({ restartRequested: true }), 'stop', begin)],
])('409 stop_required for a destination that is %s', async (_state, record) => {
  await test.put(record);
  for (const query of ['', '?force=true', '?stop=false']) {
    const { problem, status } = await remove(query);
    expect([status, problem.code, problem.detail]).toEqual([
      409,
      'stop_required',
      `cannot delete "${record.name}": it is wanted on air`,
    ]);
    expect(problem.remedy).toContain('?stop=true');
  }
  expect(await test.read(DESTINATION_ID)).toEqual(record);
  expect((await remove('?stop=true')).body.desired).toBe('deleted');
});

it('202 without stop for one that is on its way off air', async () => {
  await test.put(withOperation(makeRunning({ desired: 'idle' }), 'stop', begin));
  expect((await remove()).status).toBe(202);
});

it('409 while a group start has still to start it, 202 once that has ended', async () => {
  await test.put(makeRecord());
  await test.call('POST', '/api/group-starts', { body: { ids: [DESTINATION_ID], withoutEncoder: true } });
  const [groupStart] = await listGroupStarts(test.deps);
  const { problem, status } = await remove();
  expect([status, problem.detail]).toEqual([
    409,
    `cannot delete "Main": the group start ${groupStart!.groupStartId} is about to start it`,
  ]);
  await changeGroupStart(test.deps, groupStart!.groupStartId, (found) => ({ ...found, endedAt: NOW.toISOString() }));
  expect((await remove()).status).toBe(202);
});

it.each([
  ['starting', { state: 'starting' }, 409],
  ['live', { state: 'live' }, 409],
  ['held, which a person resumes', { state: 'live', automation: 'held' }, 409],
  ['taken over by a person', { state: 'live', automation: 'off' }, 202],
  ['still to come', { state: 'scheduled' }, 202],
] as const)('of a show that is %s and has still to start it: %s', async (_state, changes, expected) => {
  await test.put(makeRecord());
  await insertShow(test.deps, makeShow({ ...changes, destinations: [makeShowDestination(DESTINATION_ID)] }));
  expect((await remove()).status).toBe(expected);
});

it('202 when the show has dealt with it already', async () => {
  await test.put(makeRecord());
  const done = makeShowDestination(DESTINATION_ID, { startRequestedAt: NOW.toISOString(), isStopConfirmed: true });
  await insertShow(test.deps, makeShow({ state: 'live', destinations: [done] }));
  expect((await remove()).status).toBe(202);
});
