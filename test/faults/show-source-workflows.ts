import { StopFlowCommand } from '@aws-sdk/client-mediaconnect';
import type { Show } from '../../functions/domain/show.ts';
import {
  actOnShow,
  addShowDestinations,
  createShow,
  editShow,
  showIdOf,
  sourceControlOf,
  storedShow,
  wallClockIn,
} from './act-show.ts';
import { idOf } from './destination-ids.ts';
import { send } from './requests.ts';
import type { Workflow } from './workflows.ts';
import { flowOf, type World } from './world.ts';

/** Shows that start their source and stop it, with what people and other shows do meanwhile. */

const MINUTE_MS = 60_000;
const SHOW = 74;
const SHOW_ID = showIdOf(SHOW);
const NEXT = 75;
const NEXT_ID = showIdOf(NEXT);
/** The source starts 15 minutes earlier. */
const STARTS_MINUTES = 17;
const ENDS_MINUTES = 20;
/** After the end, two sweeps repair what a fault has left. */
const LASTS_MS = (ENDS_MINUTES + 13) * MINUTE_MS;

async function plan(world: World, number: number, [starts, ends]: [number, number], destination: number) {
  await createShow(world, number, {
    title: `Show ${number}`,
    zone: 'UTC',
    localStart: wallClockIn(world, starts * MINUTE_MS),
    localEnd: wallClockIn(world, ends * MINUTE_MS),
    destinations: [{ destinationId: idOf(destination) }],
    isDraft: false,
    startsSource: true,
  });
}

/** Plans the show, and lets people act at the given minutes. */
const planned =
  (...acts: [minutes: number, act: (world: World) => unknown][]) =>
  async (world: World): Promise<{ ok: boolean }> => {
    for (const [minutes, act] of acts) world.clock.after(minutes * MINUTE_MS, () => void act(world));
    await turnOff(world);
    await plan(world, SHOW, [STARTS_MINUTES, ENDS_MINUTES], 1);
    return { ok: true };
  };

/** A world begins with the flow on. */
const turnOff = ({ deps: { clients, deployment } }: World) =>
  clients.mediaConnect.send(new StopFlowCommand({ FlowArn: deployment.flowArn }));

const byHand = (action: 'start' | 'stop') => (world: World) =>
  send(world, { method: 'POST', path: `/api/mediaconnect/flow/${action}` });

const showOf = (world: World, showId = SHOW_ID): Show => storedShow(world, showId)!;
const isFlow = (world: World, status: string) => flowOf(world).status === status;
const isReleased = (world: World) => (sourceControlOf(world)?.show ?? null) === null;

/** Returns the lines on the timeline of the source that one show has caused. */
const linesOf = (world: World, showId: string) =>
  [...world.items]
    .filter(([key, { actor }]) => key.startsWith('HISTORY#source/') && String(actor).includes(showId))
    .map(([, { actor, detail }]) => `${String(actor).split(': ').at(-1)}: ${detail as string}`)
    .toSorted();

/** Returns true for a show that was on air from a source that it started, and has stopped. */
function isDone(world: World): boolean {
  const { destinations, endReason, source, state } = showOf(world);
  const wasOnAir = destinations.every(({ onAirAt, problem }) => onAirAt !== null && problem === null);
  const isEnded = state === 'ended' && endReason === 'clock' && wasOnAir;
  return isEnded && source?.state === 'stopped' && isFlow(world, 'STANDBY') && isReleased(world);
}

const COMMON = {
  isContested: true,
  lastsMs: LASTS_MS,
  prepare: (world: World) => addShowDestinations(world, 2),
} satisfies Partial<Workflow>;

const BY_PLAN: Workflow = {
  ...COMMON,
  name: 'a show starts its source and stops it',
  setOff: planned(),
  isReached(_, world) {
    const said = linesOf(world, SHOW_ID).join(', ');
    return isDone(world) && said === 'end by the clock: stopped the source, start: started the source';
  },
};

const KEPT_BY_HAND: Workflow = {
  ...COMMON,
  name: 'a person starts the source that a show has started',
  setOff: planned([5, byHand('start')]),
  isReached: (_, world) => showOf(world).state === 'ended' && isFlow(world, 'ACTIVE') && isReleased(world),
};

const STOPPED_BY_HAND: Workflow = {
  ...COMMON,
  name: 'a person stops the source that a show has started',
  setOff: planned([5, byHand('stop')]),
  isReached: (_, world) =>
    showOf(world).state === 'ended' && isFlow(world, 'STANDBY') && linesOf(world, SHOW_ID).length === 1,
};

const ON_BEFORE: Workflow = {
  ...COMMON,
  name: 'a show leaves a source on that was on before',
  setOff: planned([1, byHand('start')]),
  isReached: (_, world) =>
    showOf(world).state === 'ended' && isFlow(world, 'ACTIVE') && linesOf(world, SHOW_ID).length === 0,
};

const CANCELLED: Workflow = {
  ...COMMON,
  name: 'a show that has started its source is cancelled',
  lastsMs: 8 * MINUTE_MS,
  setOff: planned([5, (world) => actOnShow(world, SHOW_ID, 'cancel')]),
  isReached(_, world) {
    const { source, state } = showOf(world);
    return state === 'cancelled' && source?.state === 'stopped' && isFlow(world, 'STANDBY') && isReleased(world);
  },
};

const DRAFT_AGAIN: Workflow = {
  ...COMMON,
  name: 'a show that has started its source is made a draft again',
  lastsMs: 12 * MINUTE_MS,
  setOff: planned([5, (world) => actOnShow(world, SHOW_ID, 'unschedule')]),
  isReached: (_, world) => showOf(world).state === 'draft' && isFlow(world, 'STANDBY') && isReleased(world),
};

const MOVED: Workflow = {
  ...COMMON,
  name: 'a show that has started its source is moved',
  lastsMs: 65 * MINUTE_MS,
  setOff: planned([
    5,
    (world) => {
      const localStart = wallClockIn(world, 50 * MINUTE_MS);
      return editShow(world, SHOW_ID, { localStart, localEnd: wallClockIn(world, 53 * MINUTE_MS) });
    },
  ]),
  // It stops the source at once, and starts it a second time.
  isReached: (_, world) => isDone(world) && linesOf(world, SHOW_ID).length === 4,
};

const HANDED_ON: Workflow = {
  ...COMMON,
  name: 'a show hands its source to the next one',
  lastsMs: 45 * MINUTE_MS,
  async setOff(world) {
    await turnOff(world);
    await plan(world, SHOW, [STARTS_MINUTES, ENDS_MINUTES], 1);
    await plan(world, NEXT, [40, 42], 2);
    return { ok: true };
  },
  isReached(_, world) {
    const [former, next] = [showOf(world), showOf(world, NEXT_ID)];
    const said = [...linesOf(world, SHOW_ID), ...linesOf(world, NEXT_ID)];
    const isHandedOn = former.source?.state === 'left_on' && next.source?.state === 'stopped';
    return isHandedOn && isFlow(world, 'STANDBY') && isReleased(world) && said.length === 2;
  },
};

export const SHOW_SOURCE_WORKFLOWS: readonly Workflow[] = [
  BY_PLAN,
  KEPT_BY_HAND,
  STOPPED_BY_HAND,
  ON_BEFORE,
  CANCELLED,
  DRAFT_AGAIN,
  MOVED,
  HANDED_ON,
];

/** The plain show with the goal that a fault leaves: its lines may be missing from the timeline. */
export const SOURCE_DESPITE_FAULTS: Workflow = {
  ...BY_PLAN,
  name: 'a show starts its source and stops it despite a fault',
  isReached: (_, world) => isDone(world),
};
