import {
  AddFlowOutputsCommand,
  CreateFlowCommand,
  DeleteFlowCommand,
  DescribeFlowCommand,
  StartFlowCommand,
  StopFlowCommand,
} from '@aws-sdk/client-mediaconnect';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { MediaHooks } from '../../../infra/local/endpoints/media/media-context.ts';
import { startMediaEndpoint } from '../../../test/support/media-endpoint.ts';
import { makeFlowRequest } from '../../../test/support/media-requests.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { DESTINATION_STATUSES, type Destination, type OperationKind } from '../../domain/destination.ts';
import { withOperation } from '../../domain/lifecycle.ts';
import {
  DESTINATION_ID,
  makeFlow,
  makePrimary,
  makeRecord,
  makeRunning,
  NOW,
  OTHER_ID,
  STREAM_KEY,
  useTestApi,
} from '../../../test/support/api.ts';
import type { ProblemBody } from '../schemas/problem.ts';
import { ROUTE_ACCESS } from '../route-roles.ts';

/**
 * Tests every change in every state. No state causes an internal error: the API runs the call, or refuses it with 409
 * and a remedy. The tables list the expected answers.
 */

const test = useTestApi();

const FLOW_CALLS = ['start', 'stop'] as const;

/** Expected answers to start and stop by flow state, from MediaConnect's rules. */
const FLOW_TABLE: Record<string, Record<(typeof FLOW_CALLS)[number], number>> = {
  STANDBY: { start: 202, stop: 200 },
  STARTING: { start: 200, stop: 409 },
  ACTIVE: { start: 200, stop: 202 },
  // Waits for the update to end, which never happens here.
  UPDATING: { start: 200, stop: 409 },
  STOPPING: { start: 409, stop: 200 },
  DELETING: { start: 409, stop: 409 },
  ERROR: { start: 202, stop: 202 },
};

/** Uses a local MediaConnect whose flow stays in one state, because the ending transition never happens. */
async function useFlowIn(state: string): Promise<void> {
  const hooks: MediaHooks = {
    planTransition: ({ from, to }) =>
      state === 'ERROR' && from === 'STARTING'
        ? { to: 'ERROR', afterMs: 0 }
        : { to, ...(from === state ? { afterMs: Infinity } : {}) },
  };
  const endpoint = await startMediaEndpoint({ hooks });
  onTestFinished(() => endpoint.close());
  const { mediaConnect: client } = endpoint;
  const { Flow: flow } = await client.send(new CreateFlowCommand(makeFlowRequest()));
  const FlowArn = flow!.FlowArn!;
  const status = async () => (await client.send(new DescribeFlowCommand({ FlowArn }))).Flow!.Status;
  if (state !== 'STANDBY' && state !== 'DELETING') {
    await client.send(new StartFlowCommand({ FlowArn }));
    await waitFor(`the flow to leave STARTING`, async () => state === 'STARTING' || (await status()) !== 'STARTING');
  }
  if (state === 'UPDATING') {
    const output = { Name: 'one', Protocol: 'rtp' as const, Destination: '127.64.0.9', Port: 5000 };
    await client.send(new AddFlowOutputsCommand({ FlowArn, Outputs: [output] }));
  }
  if (state === 'STOPPING') await client.send(new StopFlowCommand({ FlowArn }));
  if (state === 'DELETING') await client.send(new DeleteFlowCommand({ FlowArn }));
  expect(await status()).toBe(state);
  test.rebuild({
    clients: { ...test.deps.clients, mediaConnect: client },
    deployment: { ...test.deps.deployment, flowArn: FlowArn },
  });
}

describe.each(Object.entries(FLOW_TABLE))('while the local flow is %s', (state, expected) => {
  it.each(FLOW_CALLS)('POST flow/%s answers by the state', async (action) => {
    await useFlowIn(state);
    const { status, problem } = await test.call('POST', `/api/mediaconnect/flow/${action}`);
    expect([status, isHelpful(status, problem)]).toEqual([expected[action], true]);
  });
});

/** A record with an operation in flight. */
function inFlight(
  kind: OperationKind,
  desired: Destination['desired'],
  changes: Partial<Destination> = {},
): Destination {
  const before = kind === 'stop' || kind === 'teardown' ? makeRunning() : makeRecord();
  return { ...withOperation({ ...before, desired }, kind, { now: NOW, requestedBy: 'a person' }), ...changes };
}

/** Every record state that the lifecycle can produce. */
const STATES: Record<string, Destination> = {
  idle: makeRecord(),
  running: makeRunning(),
  'error, desired running': makeRecord({ status: 'error', desired: 'running' }),
  'error, desired idle': makeRecord({ status: 'error' }),
  'error, desired deleted': makeRecord({ status: 'error', desired: 'deleted' }),
  creating: inFlight('create', 'idle'),
  'creating, desired running': inFlight('create', 'running'),
  'creating, desired deleted': inFlight('create', 'deleted'),
  starting: inFlight('start', 'running'),
  'starting, desired idle': inFlight('start', 'idle'),
  'starting, desired deleted': inFlight('start', 'deleted'),
  stopping: inFlight('stop', 'idle'),
  'stopping, desired running': inFlight('stop', 'running'),
  'stopping, desired deleted': inFlight('stop', 'deleted'),
  deleting: inFlight('teardown', 'deleted'),
  primary: makePrimary(),
};

type Send = (destinationId: string) => ReturnType<typeof test.call>;
const post =
  (path: string): Send =>
  (id) =>
    test.call('POST', `/api/destinations/${id}/${path}`);
const put =
  (query: string): Send =>
  (id) =>
    test.call('PUT', `/api/destinations/${id}${query}`, {
      body: {
        name: 'Main',
        platform: 'twitch',
        rtmpUrl: 'rtmp://live.twitch.tv/app',
        preset: '720p30',
        group: null,
        standby: 'cold',
      },
    });
const patch =
  (query: string, body: object): Send =>
  (id) =>
    test.call('PATCH', `/api/destinations/${id}${query}`, { body });
const putKey =
  (query: string): Send =>
  (id) =>
    test.call('PUT', `/api/destinations/${id}/stream-key${query}`, { body: { streamKey: `${STREAM_KEY}${id}` } });
const bulk =
  (action: string, more: object = {}): Send =>
  (id) =>
    test.call('POST', `/api/destinations/${action}`, { body: { ids: [id], ...more } });

const CALLS: Record<string, Send> = {
  start: post('start'),
  'start by force': post('start?force=true'),
  stop: post('stop'),
  'stop by force': post('stop?force=true'),
  restart: post('restart'),
  'bulk start': bulk('start', { withoutEncoder: true }),
  'bulk stop': bulk('stop'),
  rename: patch('', { name: 'Other' }),
  edit: patch('', { preset: '720p30' }),
  'edit now': patch('?apply=now', { preset: '720p30' }),
  'edit later': patch('?apply=next-start', { preset: '720p30' }),
  replace: put(''),
  key: putKey(''),
  'key now': putKey('?apply=now'),
  'key later': putKey('?apply=next-start'),
  'detailed log': (id) => test.call('PUT', `/api/destinations/${id}/detailed-log`, { body: { hours: 1 } }),
  'no detailed log': (id) => test.call('DELETE', `/api/destinations/${id}/detailed-log`),
  delete: (id) => test.call('DELETE', `/api/destinations/${id}`),
  'delete on air': (id) => test.call('DELETE', `/api/destinations/${id}?stop=true`),
  'delete by force': (id) => test.call('DELETE', `/api/destinations/${id}?force=true`),
  'delete by force on air': (id) => test.call('DELETE', `/api/destinations/${id}?force=true&stop=true`),
  'incident rules': (id) => test.call('PUT', `/api/destinations/${id}/incident-rules`, { body: { rules: {} } }),
  upsert: (id) =>
    test.call('PUT', `/api/destinations/by-reference/of-${id}`, {
      body: { name: 'Main', platform: 'youtube', preset: '720p30', standby: 'cold', streamKey: `${STREAM_KEY}${id}` },
    }),
};

/** Answers in the order of CALLS: actions, bulk actions, edits, keys, logs, deletions, incident rules, upsert. */
const ANSWERS = {
  idle: '202 202 200 200 202 | accepted unchanged | 200 200 200 200 200 | 204 204 204 | 200 200 | 202 202 202 202 | 200 | 200',
  onAir:
    '200 200 202 202 202 | unchanged accepted | 200 409 200 200 409 | 409 204 204 | 200 200 | 409 202 409 202 | 200 | 409',
  failed:
    '202 202 202 202 202 | accepted accepted | 200 200 200 200 200 | 204 204 204 | 200 200 | 202 202 202 202 | 200 | 200',
  failedOnAir:
    '202 202 202 202 202 | accepted accepted | 200 200 200 200 200 | 204 204 204 | 200 200 | 409 202 409 202 | 200 | 200',
  towardsIdle:
    '202 202 200 202 202 | accepted unchanged | 200 200 200 200 200 | 204 204 204 | 200 200 | 202 202 202 202 | 200 | 200',
  towardsRunning:
    '200 202 202 202 202 | unchanged accepted | 200 200 200 200 200 | 204 204 204 | 200 200 | 409 202 409 202 | 200 | 200',
  towardsDeleted:
    '409 409 409 409 409 | refused refused | 409 409 409 409 409 | 409 409 409 | 409 409 | 202 202 202 202 | 200 | 201',
  protected:
    '409 409 409 409 409 | refused refused | 409 409 409 409 409 | 409 409 409 | 409 409 | 409 409 409 409 | 200 | 409',
};

const DESTINATION_TABLE: Record<keyof typeof STATES, string> = {
  idle: ANSWERS.idle,
  running: ANSWERS.onAir,
  'error, desired running': ANSWERS.failedOnAir,
  'error, desired idle': ANSWERS.failed,
  'error, desired deleted': ANSWERS.towardsDeleted,
  creating: ANSWERS.towardsIdle,
  'creating, desired running': ANSWERS.towardsRunning,
  'creating, desired deleted': ANSWERS.towardsDeleted,
  starting: ANSWERS.towardsRunning,
  'starting, desired idle': ANSWERS.towardsIdle,
  'starting, desired deleted': ANSWERS.towardsDeleted,
  stopping: ANSWERS.towardsIdle,
  'stopping, desired running': ANSWERS.towardsRunning,
  'stopping, desired deleted': ANSWERS.towardsDeleted,
  deleting: ANSWERS.towardsDeleted,
  primary: ANSWERS.protected,
};

describe.each(Object.entries(DESTINATION_TABLE))('a destination that is %s', (state, line) => {
  const expected = line.split(/[ |]+/);

  it('answers every call by its state, and is never left in an operation that no state machine runs', async () => {
    // Each call has its own destination, and a bulk start plans with what the others hold.
    test.rebuild({ deployment: { ...test.deps.deployment, channelQuota: 99, pushInputQuota: 99 } });
    for (const [index, [name, send]] of Object.entries(CALLS).entries()) {
      const record = STATES[state]!;
      const destinationId = record.destinationId === DESTINATION_ID ? idOf(index) : record.destinationId;
      const reference = `of-${destinationId}`;
      await test.put({ ...record, destinationId, reference, streamKeyFingerprint: `fingerprint ${index}` });
      const { status, headers, body, problem } = await send(destinationId);
      const outcome: string = body?.results ? body.results[0].outcome : String(status);
      expect(outcome, name).toBe(expected[index]);
      expect(isHelpful(status, problem), name).toBe(true);
      expect(outcome !== '202' || isOperation(headers.get('location')), name).toBe(true);
      const after = await test.read(destinationId);
      const isAtRest = ['idle', 'running', 'error'].includes(after!.status);
      expect(isAtRest, name).toBe(after!.operation === null);
    }
    // Only the plan of a bulk start reads the flow, and no call changes it.
    expect(test.mediaConnect.calls.filter((command) => !command.startsWith('DescribeFlow'))).toEqual([]);
  });
});

/** Returns true when a refusal has a remedy. */
const isHelpful = (status: number, problem: ProblemBody | null): boolean =>
  status !== 409 || /\w/.test(problem?.remedy ?? '');

const isOperation = (location: string | null): boolean => (location ?? '').startsWith('/api/operations/');

const idOf = (index: number): string => `${DESTINATION_ID.slice(0, -2)}${String(index).padStart(2, '0')}`;

it('covers every status and every call that changes a destination', () => {
  expect(Object.keys(STATES)).toEqual(Object.keys(DESTINATION_TABLE));
  expect(new Set(Object.values(STATES).map(({ status }) => status))).toEqual(new Set(DESTINATION_STATUSES));
  const changing = Object.keys(ROUTE_ACCESS).filter((route) =>
    /^(POST|PUT|PATCH|DELETE) \/api\/destinations\//.test(route),
  );
  // Those of the slate need more than a status: destination-slate.test.ts has them.
  expect(changing).toHaveLength(17);
});

describe.each(Object.keys(FLOW_TABLE))('PUT /api/primary while the flow is %s', (state) => {
  it.each(['always', 'with-source', 'off'])('200 for %s', async (mode) => {
    test.mediaConnect.flow = makeFlow(state);
    await test.put(makePrimary());
    expect((await test.call('PUT', '/api/primary', { body: { mode } })).status).toBe(200);
  });
});

describe('POST /api/mediaconnect/flow/stop', () => {
  it('202 waits for an update of the flow to end', async () => {
    test.mediaConnect.flow = makeFlow('UPDATING');
    const { mediaConnect } = test.deps.clients;
    let refusals = 0;
    const send = async (command: object) => {
      if (command.constructor.name !== 'StopFlowCommand') return mediaConnect.send(command as never);
      if (++refusals === 3) test.mediaConnect.flow = makeFlow('ACTIVE');
      if (refusals <= 3) throw Object.assign(new Error('busy'), { name: 'BadRequestException', $metadata: {} });
      test.mediaConnect.flow = makeFlow('STOPPING');
      return {};
    };
    test.rebuild({ clients: { ...test.deps.clients, mediaConnect: { send } as never } });
    const { status, body } = await test.call('POST', '/api/mediaconnect/flow/stop');
    expect([status, body.status]).toEqual([202, 'STOPPING']);
  });
});

it('409 while an AWS resource is changing its state', async () => {
  const busy = Object.assign(new Error('busy'), { name: 'ConflictException', $metadata: {} });
  test.mediaConnect.failure = busy;
  const { status, problem } = await test.call('POST', '/api/mediaconnect/flow/start');
  expect([status, problem.code, problem.retryAfterSeconds]).toEqual([409, 'illegal_transition', 5]);
});

it('202 for several destinations refuses the one that met an outage and runs the others', async () => {
  await test.put(makeRunning());
  await test.put(makeRunning({ destinationId: OTHER_ID }));
  const { table } = test.deps.clients;
  const send = async (command: { input: { Key?: { sk?: string } } }) => {
    if (command.input.Key?.sk === OTHER_ID) throw Object.assign(new Error('late'), { name: 'TimeoutError' });
    return table.send(command as never);
  };
  test.rebuild({ clients: { ...test.deps.clients, table: { send } as never } });
  const ids = [DESTINATION_ID, OTHER_ID];
  const { status, body } = await test.call('POST', '/api/destinations/stop', { body: { ids } });
  expect(status).toBe(202);
  expect(body.results).toMatchObject([
    { outcome: 'accepted', status: 'stopping' },
    { outcome: 'refused', code: 'upstream_unavailable' },
  ]);
});
