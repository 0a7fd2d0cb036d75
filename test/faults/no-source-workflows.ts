import { NO_SOURCE_ACTOR } from '../../functions/domain/no-source-limit.ts';
import { idOf } from './destination-ids.ts';
import { observe } from './entry-points.ts';
import { startSome } from './incident-workflow.ts';
import { currentInvocation, type WireAnswer, type WireCall } from './in-process-transport.ts';
import { send } from './requests.ts';
import { storedLimit } from './watch-no-source.ts';
import type { Workflow } from './workflows.ts';
import type { World } from './world.ts';

/** The no-source limit, evaluated by the monitor. The first destination is concerned, the second is spared. */

const [ONE, SPARED] = [idOf(1), idOf(2)];
const MINUTE_MS = 60_000;
const PATH = '/api/no-source-limit';

/** Sets a limit of two minutes. */
async function prepare(world: World, settings: object): Promise<void> {
  await startSome(world, 2);
  const body = { minutes: 2, spared: [SPARED], ...settings };
  const answer = await world.drive(send(world, { method: 'PUT', path: PATH, body }));
  if (answer?.status !== 200) throw new Error(`the limit was refused: ${answer?.text}`);
}

const at = (world: World, minutes: number, act: () => unknown) =>
  void world.clock.after(minutes * MINUTE_MS, () => void act());
const keep = (world: World) => send(world, { method: 'POST', path: `${PATH}/answer`, body: { answer: 'keep' } });

const operationsOf = (world: World, id: string, kind: string) =>
  [...world.items].filter(([key, item]) => key.startsWith(`HISTORY#${id}/operation#`) && item['kind'] === kind).length;
/** Counts the entries of the limit on the timeline that contain a text. */
const storyOf = (world: World, text: string) =>
  [...world.items].filter(([key, { detail }]) => key.includes('#no-source-') && String(detail).includes(text)).length;
const isOn = (world: World, ...ids: string[]) =>
  ids.every((id) => world.record(id)?.status === 'running' && operationsOf(world, id, 'stop') === 0);
const isStopped = (world: World) => {
  const one = world.record(ONE);
  return one?.status === 'idle' && one.desiredBy === NO_SOURCE_ACTOR && operationsOf(world, ONE, 'stop') === 1;
};

interface Story {
  name: string;
  settings: object;
  lastsMinutes: number;
  acts?: (world: World) => void;
  isReached: (world: World) => boolean;
}

const story = ({ name, settings, lastsMinutes, acts, isReached }: Story): Workflow => ({
  name,
  world: { monitorEverySeconds: 60 },
  isMeddledWith: true,
  isContested: true,
  lastsMs: lastsMinutes * MINUTE_MS,
  prepare: (world) => prepare(world, settings),
  async setOff(world) {
    world.setSending(false);
    acts?.(world);
    return { ok: true };
  },
  isReached: (_, world) => isReached(world),
});

/** Which every fault meets. */
export const NO_SOURCE_STOPS = story({
  name: 'the no-source limit stops a channel and spares another',
  settings: { action: 'stop' },
  lastsMinutes: 7,
  isReached: (world) => isStopped(world) && isOn(world, SPARED) && storyOf(world, 'the channels stop') <= 1,
});

/** Two monitors decide at the same instants. */
const AT_ONCE: Workflow = {
  ...NO_SOURCE_STOPS,
  name: 'two monitors evaluate the no-source limit at once',
  world: { monitorEverySeconds: 60, latencyMsMax: 40 },
  async setOff(world) {
    for (let minute = 1; minute <= 7; minute += 1) {
      at(world, minute, () => world.runAs('monitor', null, () => observe(world)));
    }
    return NO_SOURCE_STOPS.setOff(world);
  },
  isReached: (_, world) => isStopped(world) && isOn(world, SPARED) && storyOf(world, 'the channels stop') === 1,
};

/** The question is open for three minutes, and a source delivers after two of them. */
const NO_SOURCE_RETURNS = story({
  name: 'a source returns while the no-source limit waits for an answer',
  settings: { action: 'ask', countdownMinutes: 3 },
  lastsMinutes: 10,
  acts: (world) => at(world, 4.5, () => world.setSending(true)),
  isReached: (world) => isOn(world, ONE, SPARED) && storyOf(world, 'without an answer') <= 1,
});

/** Acts on the call with which the monitor stores that the channels stop. */
function whenDecided(world: World, act: (call: WireCall, deliver: () => Promise<WireAnswer>) => Promise<WireAnswer>) {
  const others = world.faults!;
  let hasActed = false;
  world.faults = (call, deliver, self) => {
    const { Item: item } = call.body as { Item?: { course?: { M?: { state: { S: string } } } } };
    const isDecision = call.invocation?.step === 'monitor' && item?.course?.M?.state.S === 'stopped';
    if (hasActed || !isDecision) return others(call, deliver, self);
    hasActed = true;
    return act(call, () => others(call, deliver, self));
  };
}

/** The answer arrives while the monitor writes that the countdown is over. */
const KEPT_AT_LAST = story({
  name: 'a person keeps the channels when the countdown of the no-source limit ends',
  settings: { action: 'ask', countdownMinutes: 1 },
  lastsMinutes: 10,
  acts: (world) =>
    whenDecided(world, async (_, deliver) => {
      await currentInvocation.exit(() => keep(world));
      return deliver();
    }),
  isReached: (world) =>
    isOn(world, ONE, SPARED) &&
    storedLimit(world)?.course?.state === 'kept' &&
    storyOf(world, 'keep the channels running') === 1,
});

/** The monitor dies after it has stored the decision, and a source delivers before the next evaluation. */
const DECISION_IS_VOID = story({
  name: 'a source returns before a decision of the no-source limit is carried out',
  settings: { action: 'stop' },
  lastsMinutes: 8,
  acts: (world) =>
    whenDecided(world, async (call, deliver) => {
      await deliver();
      call.invocation!.kill();
      world.setSending(true);
      return new Promise(() => {});
    }),
  isReached: (world) => isOn(world, ONE, SPARED) && storedLimit(world)?.course?.state === 'stopped',
});

/** After the first evidence the figures of the source cannot be read any more. */
const UNKNOWN = story({
  name: 'the no-source limit stops nothing while the source is unknown',
  settings: { action: 'stop' },
  lastsMinutes: 7,
  acts: (world) =>
    at(world, 1.5, () => {
      const others = world.faults!;
      world.faults = (call, deliver, self) =>
        call.operation === 'GetMetricData'
          ? Promise.resolve({ status: 500, headers: {}, body: '' })
          : others(call, deliver, self);
    }),
  isReached: (world) => isOn(world, ONE, SPARED) && storedLimit(world)?.course === null,
});

export const NO_SOURCE_WORKFLOWS: readonly Workflow[] = [
  NO_SOURCE_STOPS,
  AT_ONCE,
  NO_SOURCE_RETURNS,
  KEPT_AT_LAST,
  DECISION_IS_VOID,
  UNKNOWN,
];
