import { beforeEach, describe, expect, it } from 'vitest';
import {
  DESTINATION_ID,
  makeFlow,
  makePrimary,
  makeRecord,
  makeRunning,
  MISSING_ID,
  OTHER_ID,
  useTestApi,
} from '../../../test/support/api.ts';
import { changeDestination } from '../../aws/destination-table.ts';
import { changeGroupStart, getGroupStart, insertGroupStart } from '../../aws/group-start-table.ts';
import { putSourceObservation } from '../../aws/source-table.ts';
import { newGroupStart } from '../../domain/group-start.ts';
import { withOperation } from '../../domain/lifecycle.ts';
import type { GroupStartPlan, GroupStartResource } from '../schemas/group-starts.ts';

const test = useTestApi();
const PATH = '/api/group-starts';
const THIRD_ID = 'dst_01k8m3v0s5n2q8w4x6y7z9a3cc';
const IDS = [DESTINATION_ID, OTHER_ID];

const begin = (body: object) => test.call('POST', PATH, { body });
const plan = async (body: object): Promise<GroupStartPlan> =>
  (await test.call('POST', `${PATH}/plan`, { body })).body as GroupStartPlan;
const messagesOf = ({ problem }: Awaited<ReturnType<typeof begin>>) =>
  problem.errors?.map(({ field, message }) => `${field}: ${message}`) ?? [];

/** An encoder is connected. */
beforeEach(() =>
  putSourceObservation(test.deps, {
    ...{ observedAt: test.time.now.toISOString(), lostSince: null, connected: true, connectedSince: null },
    ...{ bitrateBps: 6e6, continuityErrors: 0, packetLossPercent: 0, roundTripMs: 1, jitterMs: 1 },
    ...{ picture: { width: 1280, height: 720, framesPerSecond: 25 }, hasAudio: true },
  }),
);

/** Two destinations at rest. */
async function putTwo(changes: object = {}) {
  await test.put(makeRecord({ name: 'One', ...changes }));
  await test.put(makeRecord({ destinationId: OTHER_ID, name: 'Two', ...changes }));
}

describe('POST /api/group-starts/plan', () => {
  it('200 with order, estimates by history and what is on air already, and changes nothing', async () => {
    await test.put(makeRecord({ name: 'One' }));
    const tookMs = { EnsureChannel: 20_000, EnsureChannelRun: 60_000 };
    await test.put(makeRecord({ destinationId: OTHER_ID, name: 'Two', tookMs }));
    await test.put(makeRunning({ destinationId: THIRD_ID, name: 'Three' }));
    test.rebuild({ startPace: { atOnceMax: 1, intervalMs: 2_000 } });
    const { destinations, problems, totalSeconds } = await plan({
      ids: [OTHER_ID, THIRD_ID, DESTINATION_ID],
      required: [OTHER_ID],
    });
    expect(problems).toEqual([]);
    expect(totalSeconds).toBe(260);
    expect(destinations).toEqual([
      {
        ...{ destinationId: OTHER_ID, name: 'Two', isRequired: true, state: 'waiting', detail: null },
        ...{ startsInSeconds: 0, remainingSeconds: 80, hasHistory: true },
      },
      {
        ...{ destinationId: THIRD_ID, name: 'Three', isRequired: false, state: 'skipped' },
        ...{ detail: 'it is on air already', startsInSeconds: null, remainingSeconds: null, hasHistory: false },
      },
      {
        ...{ destinationId: DESTINATION_ID, name: 'One', isRequired: false, state: 'waiting', detail: null },
        ...{ startsInSeconds: 80, remainingSeconds: 260, hasHistory: false },
      },
    ]);
    expect((await test.call('GET', PATH)).body).toEqual({ data: [] });
    expect(test.executions()).toEqual([]);
  });

  it('200 in the manual order for a group and for all', async () => {
    const group = 'Sunday';
    await test.put(makeRecord({ group, position: 2 }));
    await test.put(makeRecord({ destinationId: OTHER_ID, group, position: 1 }));
    await test.put(makePrimary());
    for (const chosen of [{ group }, { all: true }]) {
      const { destinations } = await plan(chosen);
      expect(destinations.map(({ destinationId }) => destinationId)).toEqual([OTHER_ID, DESTINATION_ID]);
    }
  });

  it('200 with each reason why it would be refused', async () => {
    await putTwo();
    test.mediaConnect.flow = makeFlow('STANDBY');
    test.rebuild({ deployment: { ...test.deps.deployment, channelQuota: 1 } });
    const { problems } = await plan({ ids: IDS });
    expect(problems.map(({ code, isQuestion }) => [code, isQuestion])).toEqual([
      ['quota_exceeded', false],
      ['no_encoder', true],
    ]);
    expect(problems[0]!.detail).toBe('the start needs 2 of 1 channels and 2 of 5 push inputs');
  });
});

describe('POST /api/group-starts', () => {
  it('202 records the group start and starts its execution', async () => {
    await putTwo();
    const { status, body } = await begin({ ids: IDS, required: [OTHER_ID], onFailure: 'stop-all' });
    expect(status).toBe(202);
    expect(body).toMatchObject({
      ...{ state: 'running', onFailure: 'stop-all', requestedBy: 'operator', endReason: null, remainingSeconds: 180 },
      destinations: [
        { destinationId: DESTINATION_ID, name: 'One', isRequired: false, state: 'waiting', startsInSeconds: 0 },
        { destinationId: OTHER_ID, name: 'Two', isRequired: true, state: 'waiting' },
      ],
    });
    const { groupStartId } = body as GroupStartResource;
    expect(test.executions()).toEqual([`${groupStartId}-1`]);
    expect((await test.call('GET', `${PATH}/${groupStartId}`)).body).toEqual(body);
    expect((await test.call('GET', PATH)).body.data).toEqual([body]);
  });

  it('202 although the execution does not start, because the sweep starts it', async () => {
    await putTwo();
    test.mocks.sfn.reset();
    test.mocks.sfn.rejects(new Error('down'));
    const { status, body } = await begin({ ids: IDS });
    expect(status).toBe(202);
    expect(await getGroupStart(test.deps, (body as GroupStartResource).groupStartId)).not.toBeNull();
  });

  it.each([
    ['flow_full', () => useOutputs(49), {}],
    ['quota_exceeded', () => undefined, { channelQuota: 1 }],
    ['quota_exceeded', () => undefined, { pushInputQuota: 1 }],
  ])('409 %s before anything starts when not all of them fit', async (code, prepare, quotas) => {
    await putTwo();
    prepare();
    test.rebuild({ deployment: { ...test.deps.deployment, ...quotas } });
    const { status, problem } = await begin({ ids: IDS, withoutEncoder: true });
    expect([status, problem.code]).toEqual([409, code]);
    expect(problem.remedy).toMatch(/leave/);
    expect((await test.call('GET', PATH)).body.data).toEqual([]);
    expect(test.executions()).toEqual([]);
  });

  it('409 ceiling_reached when a ceiling allows each start, but not both', async () => {
    await putTwo({ preset: '720p30' });
    const put = (amount: number) =>
      test.call('PUT', '/api/ceilings/day', { body: { amount, action: 'stop', spared: ['primary'] } });
    await test.put(makePrimary());
    let amount = 0.05;
    const codeOf = async (ids: string[]) => (await plan({ ids, withoutEncoder: true })).problems[0]?.code;
    while ((await put(amount)).status === 422) amount += 0.05;
    while ((await codeOf([DESTINATION_ID])) === 'ceiling_reached') await put((amount += 0.05));
    const { status, problem } = await begin({ ids: IDS, withoutEncoder: true });
    expect([status, problem.code, problem.detail]).toEqual([
      409,
      'ceiling_reached',
      expect.stringContaining('does not allow 2 more starts'),
    ]);
  });

  it('409 no_encoder asks, and 202 with withoutEncoder', async () => {
    await putTwo();
    test.mediaConnect.flow = makeFlow('STANDBY');
    const { status, problem } = await begin({ ids: IDS });
    expect([status, problem.code]).toEqual([409, 'no_encoder']);
    expect(problem.detail).toBe('nothing goes on air: the flow is stopped');
    expect(problem.remedy).toContain('"withoutEncoder": true');
    expect((await begin({ ids: IDS, withoutEncoder: true })).status).toBe(202);
  });

  it('409 while ten group starts are under way, and 202 removes the oldest that are over', async () => {
    await putTwo();
    const number = (count: number) => `gst_01k8m3v0s5n2q8w4x5${String(count).padStart(8, '0')}`;
    for (let count = 0; count < 30; count += 1) {
      const about = { groupStartId: number(count), onFailure: 'continue', requestedBy: 'x', requestedAt: '' } as const;
      const over = count < 20 ? { endedAt: test.time.now.toISOString() } : {};
      await insertGroupStart(test.deps, { ...newGroupStart([], about), ...over });
    }
    const { status, problem } = await begin({ ids: IDS });
    expect([status, problem.code]).toEqual([409, 'illegal_transition']);
    expect(problem.detail).toContain('10 group starts are under way');
    await changeGroupStart(test.deps, number(29), (found) => ({ ...found, endedAt: test.time.now.toISOString() }));
    expect((await begin({ ids: IDS })).status).toBe(202);
    const kept = (await test.call('GET', PATH)).body.data as GroupStartResource[];
    expect(kept).toHaveLength(29);
    expect(await getGroupStart(test.deps, number(1))).toBeNull();
  });

  it('422 names what cannot be started, and what is required without being started', async () => {
    await test.put(makeRecord());
    await test.put(makePrimary());
    await test.put(makeRecord({ destinationId: OTHER_ID, desired: 'deleted' }));
    expect(messagesOf(await begin({ ids: [DESTINATION_ID, MISSING_ID, 'primary', OTHER_ID] }))).toEqual([
      `ids.1: ${MISSING_ID} is no destination: GET /api/destinations lists all`,
      'ids.2: the preview starts and stops by its mode: leave it out',
      `ids.3: ${OTHER_ID} is no destination: GET /api/destinations lists all`,
    ]);
    expect(messagesOf(await begin({ ids: [DESTINATION_ID], required: [OTHER_ID] }))).toEqual([
      `required.0: ${OTHER_ID} is not one of the destinations that are to start`,
    ]);
    for (const body of [{}, { ids: [] }, { ids: [DESTINATION_ID], all: true }, { all: true, onFailure: 'panic' }]) {
      expect((await begin(body)).status).toBe(422);
    }
  });
});

describe('GET /api/group-starts/{groupStartId}', () => {
  it('200 with what happens now and how long it takes', async () => {
    const record = makeRecord({ tookMs: { EnsureChannel: 20_000, EnsureChannelRun: 60_000 } });
    await test.put(record);
    const { groupStartId } = (await begin({ ids: [DESTINATION_ID] })).body as GroupStartResource;
    await changeGroupStart(test.deps, groupStartId, (found) => ({
      ...found,
      destinations: found.destinations.map((item, index) => (index === 0 ? { ...item, state: 'starting' } : item)),
    }));
    const at = test.time.now.toISOString();
    const steps = [{ step: 'EnsureChannelRun', startedAt: at, attempts: 1 }];
    await changeDestination(test.deps, DESTINATION_ID, (found) => {
      const begun = withOperation(found, 'start', { now: test.time.now, requestedBy: 'operator' });
      return { ...begun, operation: { ...begun.operation!, steps } };
    });
    test.time.now = new Date(test.time.now.getTime() + 30_000);
    const { body } = await test.call('GET', `${PATH}/${groupStartId}`);
    expect((body as GroupStartResource).destinations[0]).toMatchObject({
      ...{ state: 'starting', step: 'starting the channel', remainingSeconds: 50, hasHistory: true },
    });
  });

  it('404 for an id that is not known', async () => {
    const { status, problem } = await test.call('GET', `${PATH}/gst_01k8m3v0s5n2q8w4x6y7z9a1bc`);
    expect([status, problem.remedy]).toEqual([404, 'GET /api/group-starts lists the newest 20']);
  });
});

describe('POST /api/group-starts/{groupStartId}/stop', () => {
  it('200 starts nothing more, and 409 when it is over', async () => {
    await putTwo();
    const { groupStartId } = (await begin({ ids: IDS })).body as GroupStartResource;
    const stop = (begun: string) => test.call('POST', `${PATH}/${groupStartId}/stop`, { body: { begun } });
    expect((await stop('all')).status).toBe(422);
    expect((await stop('stop')).body).toMatchObject({
      ...{ state: 'ending', endReason: 'stopped', endDetail: 'stopped by operator' },
      destinations: [{ state: 'skipped' }, { state: 'skipped', detail: 'stopped by operator' }],
    });
    const again = await stop('keep');
    expect([again.status, again.problem.code]).toEqual([409, 'illegal_transition']);
  });
});

function useOutputs(count: number): void {
  const { Flow: flow, ...rest } = makeFlow('ACTIVE');
  const outputs = Array.from({ length: count }, (_, index) => ({ Name: `x${index}`, OutputArn: `arn:${index}` }));
  test.mediaConnect.flow = { ...rest, Flow: { ...flow, Outputs: outputs as never } };
}
