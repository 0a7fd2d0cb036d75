import type { GroupItemState } from '../../functions/domain/group-start.ts';
import { addDestination, ask } from './act.ts';
import { addShowDestinations } from './act-show.ts';
import { idOf } from './destination-ids.ts';
import { currentInvocation } from './in-process-transport.ts';
import { reach } from './reach.ts';
import { send } from './requests.ts';
import { storedGroup } from './watch-groups.ts';
import type { Workflow } from './workflows.ts';
import { sweepOnce, type World } from './world.ts';

/** Group starts, from the request to the last result, with what people do meanwhile. */

const MINUTE_MS = 60_000;
/** The first three hold nothing while they are idle. The fifth is on air before. */
const IDS = [1, 2, 3].map(idOf);
const [ONE, TWO, THREE] = IDS as [string, string, string];
const NEIGHBOUR = idOf(5);
const [GROUP_ID, SECOND_GROUP_ID] = [80, 81].map((number) => idOf(number).replace(/^dst/, 'gst')) as [string, string];
const PATH = `/api/group-starts/${GROUP_ID}`;

async function prepare(world: World): Promise<void> {
  await addShowDestinations(world, 5);
  const target = { platform: 'srt', preset: 'source', standby: 'cold', streamKeyCiphertext: null } as const;
  await world.drive(
    addDestination(world, 6, { ...target, rtmpUrl: 'srt://10.0.0.1:9000', streamId: 'x', latencyMs: 200 }),
  );
  await world.drive(ask(world, NEIGHBOUR, 'start'));
  await reach(world, () => world.record(NEIGHBOUR)?.status === 'running');
}

/** Its address is in a private network. */
const BROKEN = idOf(6);

const requestGroup =
  (ids: readonly string[], more: object = {}, act: (world: World) => void = () => undefined) =>
  async (world: World): Promise<{ ok: boolean }> => {
    world.deps.startPace = { atOnceMax: 2, intervalMs: 3_000 };
    act(world);
    world.idsToGive.push(GROUP_ID);
    const answer = await send(world, {
      method: 'POST',
      path: '/api/group-starts',
      body: { ids, withoutEncoder: true, ...more },
    });
    if (answer?.status !== 202) throw new Error(`the group start was refused: ${answer?.text}`);
    return { ok: true };
  };

const groupOf = (world: World) => storedGroup(world, GROUP_ID);
const statesAre = (world: World, ...states: GroupItemState[]) =>
  groupOf(world)?.endedAt != null && groupOf(world)!.destinations.every(({ state }, index) => state === states[index]);
const isOn = (world: World, ...ids: string[]) => ids.every((id) => world.record(id)?.status === 'running');
const isOff = (world: World, ...ids: string[]) =>
  ids.every((id) => world.record(id)?.status === 'idle' && world.record(id)?.desired === 'idle');

const COMMON = { isContested: true, lastsMs: 16 * MINUTE_MS, prepare } satisfies Partial<Workflow>;

/** While the execution calls the step, calls it twice more and sweeps. */
function wakeTooOften(world: World): void {
  let nextMs = 0;
  world.watchers.push({
    began({ step, executionArn }) {
      const groupStart = groupOf(world);
      if (!groupStart || step !== 'AdvanceGroupStart' || executionArn === null || world.clock.now() < nextMs) return;
      nextMs = world.clock.now() + 5_000;
      const { groupStartId, executionRevision } = groupStart;
      for (const revision of [executionRevision, executionRevision, executionRevision - 1]) {
        const event = { step, groupStartId, revision, rounds: 0 } as const;
        void world.runAs(step, null, () => world.production.handleStep(world.deps, event));
      }
      void world.runAs('sweep', null, () => sweepOnce(world));
    },
  });
}

/** A person acts right before the execution of a start begins. */
const atStart = (number: number, act: (world: World) => Promise<unknown>) => (world: World) => {
  const others = world.faults!;
  let starts = 0;
  world.faults = async (call, deliver, self) => {
    const isStart = call.operation === 'StartExecution' && call.invocation?.step === 'AdvanceGroupStart';
    if (isStart && (starts += 1) === number) await currentInvocation.exit(() => act(world));
    return others(call, deliver, self);
  };
};

/** A person acts while the write that starts a destination is on its way. */
const atWrite = (destinationId: string, act: (world: World) => Promise<unknown>) => (world: World) => {
  const others = world.faults!;
  let hasActed = false;
  world.faults = async (call, deliver, self) => {
    const { Key: key } = call.body as { Key?: { sk?: { S: string } } };
    const isWrite = call.operation === 'UpdateItem' && call.invocation?.step === 'AdvanceGroupStart';
    if (!hasActed && isWrite && key?.sk?.S === destinationId) {
      hasActed = true;
      await currentInvocation.exit(() => act(world));
    }
    return others(call, deliver, self);
  };
};

const stop = (begun: 'keep' | 'stop') => (world: World) =>
  send(world, { method: 'POST', path: `${PATH}/stop`, body: { begun } });

const stopOverApi = (world: World, destinationId: string) =>
  send(world, { method: 'POST', path: `/api/destinations/${destinationId}/stop` });

/** Which every fault meets. */
export const GROUP_WORKFLOW: Workflow = {
  ...COMMON,
  name: 'a group start puts everything on air once',
  setOff: requestGroup([ONE, NEIGHBOUR, TWO, THREE]),
  isReached: (_, world) =>
    statesAre(world, 'started', 'skipped', 'started', 'started') && isOn(world, ...IDS, NEIGHBOUR),
};

const WOKEN_OFTEN: Workflow = {
  ...COMMON,
  name: 'a group start is woken twice and by an earlier execution',
  world: { latencyMsMax: 40 },
  setOff: requestGroup(IDS, {}, wakeTooOften),
  isReached: (_, world) => statesAre(world, 'started', 'started', 'started') && isOn(world, ...IDS),
};

/** The required one fails as the third, and what was on air before is in the group as well. */
export const STOPS_ALL: Workflow = {
  ...COMMON,
  name: 'a required destination fails and everything that the group start began is stopped',
  setOff: requestGroup([NEIGHBOUR, ONE, BROKEN, TWO], { required: [BROKEN], onFailure: 'stop-all' }),
  isReached: (_, world) =>
    groupOf(world)?.endReason === 'required_failed' &&
    groupOf(world)?.endedAt != null &&
    isOn(world, NEIGHBOUR) &&
    isOff(world, ONE, TWO),
};

/** A person restarts what the group start began right before the required one fails: from then on it is theirs. */
const TAKEN: Workflow = {
  ...COMMON,
  name: 'a required destination fails after a person has started another one again',
  setOff: requestGroup(
    [ONE, BROKEN],
    { required: [BROKEN], onFailure: 'stop-all' },
    atStart(2, async (world) => {
      await ask(world, ONE, 'stop');
      await ask(world, ONE, 'start');
    }),
  ),
  isReached: (_, world) => groupOf(world)?.endedAt != null && isOn(world, ONE),
};

const CONTINUES: Workflow = {
  ...COMMON,
  name: 'a destination that is not required fails and the others start',
  setOff: requestGroup([BROKEN, ONE, TWO], { required: [ONE], onFailure: 'stop-all' }),
  isReached: (_, world) => statesAre(world, 'failed', 'started', 'started') && isOn(world, ONE, TWO),
};

const STOPPED_BETWEEN: Workflow = {
  ...COMMON,
  name: 'a person ends a group start between two starts and keeps what has begun',
  setOff: requestGroup(IDS, {}, atStart(1, stop('keep'))),
  isReached: (_, world) =>
    statesAre(world, 'started', 'skipped', 'skipped') && isOn(world, ONE) && isOff(world, TWO, THREE),
};

export const STOPPED_WITH_ALL: Workflow = {
  ...COMMON,
  name: 'a person ends a group start and stops what has begun',
  setOff: requestGroup([NEIGHBOUR, ...IDS], {}, atStart(2, stop('stop'))),
  isReached: (_, world) => groupOf(world)?.endedAt != null && isOff(world, ...IDS) && isOn(world, NEIGHBOUR),
};

const STOPPED_ON_ITS_WAY: Workflow = {
  ...COMMON,
  name: 'a person ends a group start while a start is on its way',
  setOff: requestGroup([ONE, TWO], {}, atWrite(ONE, stop('stop'))),
  isReached: (_, world) => groupOf(world)?.endedAt != null && isOff(world, ONE, TWO),
};

/** Two group starts decide at the same instants. */
const TWO_AT_ONCE: Workflow = {
  ...COMMON,
  name: 'two group starts share one pace',
  world: { latencyMsMax: 40 },
  async setOff(world) {
    await requestGroup([ONE, THREE])(world);
    world.idsToGive.push(SECOND_GROUP_ID);
    const body = { ids: [TWO], withoutEncoder: true };
    await send(world, { method: 'POST', path: '/api/group-starts', body });
    return { ok: true };
  },
  isReached: (_, world) =>
    statesAre(world, 'started', 'started') &&
    isOn(world, ...IDS) &&
    storedGroup(world, SECOND_GROUP_ID)?.endedAt != null,
};

/** A person stops one destination while it starts, which ends nothing. */
const STOPPED_BY_HAND: Workflow = {
  ...COMMON,
  name: 'a person stops a destination that a group start begins',
  setOff: requestGroup(
    IDS,
    { required: [ONE], onFailure: 'stop-all' },
    atStart(1, (world) => ask(world, ONE, 'stop')),
  ),
  isReached: (_, world) =>
    statesAre(world, 'stopped', 'started', 'started') && isOff(world, ONE) && isOn(world, TWO, THREE),
};

/** Off air until its turn, so that a stop changes nothing about the destination itself. */
const STOPPED_WAITING: Workflow = {
  ...COMMON,
  name: 'a person stops a destination that waits in a group start',
  setOff: requestGroup(
    IDS,
    {},
    atStart(1, (world) => stopOverApi(world, THREE)),
  ),
  isReached: (_, world) =>
    statesAre(world, 'started', 'started', 'stopped') && isOn(world, ONE, TWO) && isOff(world, THREE),
};

const STOPPED_IN_FLIGHT: Workflow = {
  ...COMMON,
  name: 'a person stops a destination while its start by a group start is on its way',
  setOff: requestGroup(
    [ONE, TWO],
    {},
    atWrite(ONE, (world) => stopOverApi(world, ONE)),
  ),
  isReached: (_, world) => statesAre(world, 'stopped', 'started') && isOff(world, ONE) && isOn(world, TWO),
};

export const GROUP_WORKFLOWS: readonly Workflow[] = [
  GROUP_WORKFLOW,
  WOKEN_OFTEN,
  STOPS_ALL,
  TAKEN,
  CONTINUES,
  STOPPED_BETWEEN,
  STOPPED_WITH_ALL,
  STOPPED_ON_ITS_WAY,
  TWO_AT_ONCE,
  STOPPED_BY_HAND,
  STOPPED_WAITING,
  STOPPED_IN_FLIGHT,
];
