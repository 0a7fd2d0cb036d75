import { toMachineArn } from '../../infra/local/endpoints/step-functions/executions.ts';
import type { Show, ShowAction } from '../../functions/domain/show.ts';
import { ask } from './act.ts';
import {
  actOnShow,
  addShowDestinations,
  createShow,
  editShow,
  planShow,
  showIdOf,
  storedShow,
  wallClockIn,
  type Planned,
} from './act-show.ts';
import { idOf } from './destination-ids.ts';
import { currentInvocation, type Invocation } from './in-process-transport.ts';
import { toExecutionArn } from './workflow-event.ts';
import type { Workflow } from './workflows.ts';
import { sweepOnce, type World } from './world.ts';

/** Run sheets of shows, from the plan to the end, with what people do meanwhile. */

const [ONE, TWO] = [idOf(1), idOf(2)];
const SHOW = 70;
const SHOW_ID = showIdOf(SHOW);
const NEXT = 71;
const NEXT_ID = showIdOf(NEXT);
const MINUTE_MS = 60_000;
/** After the end, two sweeps repair what a fault has left. */
const REPAIRED_MS = 13 * MINUTE_MS;

/** The show of most workflows: two destinations one minute apart, four minutes ahead and four minutes long. */
const PLAN: Planned = {
  startsInMs: 4 * MINUTE_MS,
  endsInMs: 8 * MINUTE_MS,
  destinations: [
    [1, 0],
    [2, 60],
  ],
};

const at = (world: World, minutes: number, action: () => unknown) =>
  void world.clock.after(minutes * MINUTE_MS, () => void action());

/** Plans the show and lets people act at the given minutes. */
const plan =
  (planned: Planned, ...acts: [minutes: number, act: (world: World) => unknown][]) =>
  async (world: World): Promise<{ ok: boolean }> => {
    for (const [minutes, act] of acts) at(world, minutes, () => act(world));
    await planShow(world, SHOW, planned);
    return { ok: true };
  };

const request = (action: ShowAction) => (world: World) => actOnShow(world, SHOW_ID, action);
const edit = (changes: (world: World) => object) => (world: World) => editShow(world, SHOW_ID, changes(world));
const byHand = (what: 'start' | 'stop', destinationId: string) => (world: World) => ask(world, destinationId, what);

/** While the execution calls the step, calls it twice more and as an execution of an earlier plan, and sweeps. */
export function wakeTooOften(world: World, showId: string, everyMs: number): void {
  let nextMs = 0;
  world.watchers.push({
    began({ step, executionArn }) {
      const show = storedShow(world, showId);
      if (!show || step !== 'AdvanceShow' || executionArn === null || world.clock.now() < nextMs) return;
      nextMs = world.clock.now() + everyMs;
      for (const revision of [show.executionRevision, show.executionRevision, show.executionRevision - 1]) {
        const event = { step, showId, revision, rounds: 0 } as const;
        void world.runAs(step, null, () => world.production.handleStep(world.deps, event));
      }
      void world.runAs('sweep', null, () => sweepOnce(world));
    },
  });
}

/** Lets no run sheet act from one minute to another, as on a machine that is off, and then sweeps like its start. */
function switchOff(world: World, fromMinutes: number, toMinutes: number): void {
  const [fromMs, toMs] = [fromMinutes, toMinutes].map((minutes) => world.clock.now() + minutes * MINUTE_MS) as [
    number,
    number,
  ];
  const others = world.faults!;
  world.faults = (call, deliver, self) => {
    const isOffNow = world.clock.now() >= fromMs && world.clock.now() < toMs;
    if (!isOffNow || call.operation !== 'StartExecution') return others(call, deliver, self);
    return Promise.resolve({ status: 400, headers: {}, body: '{"__type":"ThrottlingException","message":"off"}' });
  };
  at(world, fromMinutes, () => {
    for (const { name, machine, status } of world.executions()) {
      if (status !== 'RUNNING' || !name.startsWith('shw_')) continue;
      const executionArn = toExecutionArn(toMachineArn(machine), name);
      void world.abortExecutionOf({ executionArn } as Invocation);
    }
  });
  at(world, toMinutes, () => world.runAs('sweep', null, () => sweepOnce(world)));
}

const showOf = (world: World, showId = SHOW_ID): Show => storedShow(world, showId)!;
const isOff = (world: World, ...ids: string[]) =>
  ids.every((id) => world.record(id)?.status === 'idle' && world.record(id)?.desired === 'idle');
const isOn = (world: World, ...ids: string[]) =>
  ids.every((id) => world.record(id)?.status === 'running' && world.record(id)?.desired === 'running');

/** Returns true when each destination was on air until the show ended, and is off. */
const wasOnAir = ({ destinations, endingAt }: Show) =>
  destinations.every(
    ({ onAirAt, offAirAt, problem }) => onAirAt !== null && (offAirAt ?? '') >= (endingAt ?? '') && problem === null,
  );

/** Returns true for a show that went live at its second and ended at its end, to the second. */
function isOnTime({ startsAt, endsAt, liveAt, endingAt, endReason }: Show): boolean {
  const late = (is: string | null, planned: string | null) => Date.parse(is ?? '') - Date.parse(planned ?? '');
  return late(liveAt, startsAt) < 1000 && late(endingAt, endsAt) < 1000 && endReason === 'clock';
}

/**
 * Returns true when a show is where it may rest: it has ended and left nothing on air, or a person has it in hand.
 */
function isSettled(world: World, showId = SHOW_ID): boolean {
  const show = storedShow(world, showId);
  if (show === null) return false;
  const { state, automation, endRule, missedAt, startsAt } = show;
  if (state === 'ended' || state === 'cancelled') return isOff(world, ONE, TWO);
  if (automation !== 'on') return true;
  if (state === 'live') return endRule === 'hand';
  return state === 'draft' || missedAt !== null || Date.parse(startsAt) > world.deps.now().getTime();
}

const COMMON = {
  isContested: true,
  prepare: (world: World) => addShowDestinations(world, 2),
} satisfies Partial<Workflow>;

/** Returns true for a show that ended by the clock, with everything on air from the start to the end. */
const isDone = (world: World) => {
  const show = storedShow(world, SHOW_ID);
  return show?.state === 'ended' && show.endReason === 'clock' && isOff(world, ONE, TWO) && wasOnAir(show);
};
const isDoneOnTime = (world: World) => isDone(world) && isOnTime(showOf(world));

/** The plain show, which every fault and every person meets. Without a fault it is on time. */
const BY_CLOCK: Workflow = {
  ...COMMON,
  name: 'a show starts and ends by the clock',
  lastsMs: 8 * MINUTE_MS + REPAIRED_MS,
  setOff: plan(PLAN),
  isReached: (_, world) => isDoneOnTime(world),
};

const WOKEN_OFTEN: Workflow = {
  ...COMMON,
  name: 'a show is woken twice, late and by its earlier plan',
  world: { latencyMsMax: 40 },
  lastsMs: 10 * MINUTE_MS,
  setOff(world) {
    wakeTooOften(world, SHOW_ID, 25_000);
    return plan(PLAN, [0.4, edit(() => ({ notes: 'changed' }))])(world);
  },
  isReached: (_, world) => isDoneOnTime(world),
};

const HELD: Workflow = {
  ...COMMON,
  name: 'a show is held and resumed',
  lastsMs: 14 * MINUTE_MS,
  // Held between two starts, and beyond its planned end.
  setOff: plan(PLAN, [1.5, request('hold')], [2.5, request('resume')], [6, request('hold')], [9, request('resume')]),
  isReached: (_, world) => {
    const { startsAt, endingAt, destinations } = showOf(world);
    const second = destinations[1]!.startRequestedAt;
    const waitedMs = Date.parse(endingAt ?? '') - Date.parse(startsAt);
    return (
      isDone(world) && waitedMs >= 4.9 * MINUTE_MS && Date.parse(second ?? '') >= Date.parse(startsAt) - 1.6 * MINUTE_MS
    );
  },
};

/** The second destination is due while the show is held, and is not started late. */
const RESUMED_LATE: Workflow = {
  ...COMMON,
  name: 'a show is resumed too late for a destination',
  lastsMs: 12 * MINUTE_MS,
  setOff: plan(PLAN, [1.5, request('hold')], [6.5, request('resume')]),
  isReached: (_, world) => {
    const { state, destinations } = showOf(world);
    return state === 'ended' && isOff(world, ONE, TWO) && destinations[1]!.problem?.includes('missed') === true;
  },
};

/** Both destinations start in one pass, and a person acts after the first. */
const betweenStarts =
  (action: ShowAction) =>
  (world: World): Promise<{ ok: boolean }> => {
    const others = world.faults!;
    let hasActed = false;
    world.faults = async (call, deliver, self) => {
      if (!hasActed && call.operation === 'StartExecution' && call.invocation?.step === 'AdvanceShow') {
        hasActed = true;
        await currentInvocation.exit(() => actOnShow(world, SHOW_ID, action));
      }
      return others(call, deliver, self);
    };
    const destinations = PLAN.destinations.map(([number]) => [number, 0] as [number, number]);
    return plan({ ...PLAN, destinations })(world);
  };

const TAKEN_OVER: Workflow = {
  ...COMMON,
  name: 'a show is taken over between two starts',
  lastsMs: 14 * MINUTE_MS,
  setOff: betweenStarts('take-over'),
  isReached: (_, world) =>
    showOf(world).automation === 'off' && showOf(world).state === 'starting' && isOn(world, ONE) && isOff(world, TWO),
};

const CANCELLED: Workflow = {
  ...COMMON,
  name: 'a show is cancelled between two starts',
  lastsMs: 10 * MINUTE_MS,
  setOff: betweenStarts('cancel'),
  isReached: (_, world) => showOf(world).state === 'cancelled' && isOff(world, ONE, TWO),
};

/** A start that is delayed arrives after the cancellation, and is stopped. */
const CANCELLED_SOON: Workflow = {
  ...COMMON,
  name: 'a show is cancelled while its start is on its way',
  lastsMs: 10 * MINUTE_MS,
  setOff: plan(PLAN, [1.1, request('cancel')]),
  isReached: (_, world) => showOf(world).state === 'cancelled' && isOff(world, ONE, TWO),
};

const BY_HAND: Workflow = {
  ...COMMON,
  name: 'a show goes live and ends by hand',
  lastsMs: 9 * MINUTE_MS,
  setOff: plan(
    { ...PLAN, startsInMs: 60 * MINUTE_MS, endsInMs: null, endRule: 'hand' },
    [1, request('go-live')],
    [4, request('end')],
  ),
  isReached: (_, world) => {
    const show = showOf(world);
    return show.state === 'ended' && show.endReason === 'hand' && isOff(world, ONE, TWO) && wasOnAir(show);
  },
};

const MOVED: Workflow = {
  ...COMMON,
  name: 'a show is moved before it starts and shortened while it is live',
  lastsMs: 18 * MINUTE_MS,
  setOff(world) {
    const moved = { localStart: wallClockIn(world, 9 * MINUTE_MS), localEnd: wallClockIn(world, 30 * MINUTE_MS) };
    const shortened = { localEnd: wallClockIn(world, 13 * MINUTE_MS) };
    return plan(PLAN, [0.9, edit(() => moved)], [11, edit(() => shortened)])(world);
  },
  isReached: (_, world) => isDoneOnTime(world),
};

const MISSED: Workflow = {
  ...COMMON,
  name: 'a machine that was off at the start asks',
  world: { sweepEverySeconds: null },
  lastsMs: 28 * MINUTE_MS,
  setOff(world) {
    switchOff(world, 0.5, 12);
    // A person answers the question.
    at(world, 16, () => {
      if (showOf(world).missedAt !== null && isOff(world, ONE, TWO)) void actOnShow(world, SHOW_ID, 'go-live');
    });
    return plan({ ...PLAN, endsInMs: 22 * MINUTE_MS })(world);
  },
  isReached: (_, world) => isDone(world) && showOf(world).goLiveAt !== null,
};

const NEVER_THERE: Workflow = {
  ...COMMON,
  name: 'a show whose whole time the machine was off is given up',
  lastsMs: 18 * MINUTE_MS,
  setOff(world) {
    switchOff(world, 0.5, 12);
    // A person goes live, and the machine does not live to do it.
    at(world, 3, () => actOnShow(world, SHOW_ID, 'go-live'));
    return plan(PLAN)(world);
  },
  isReached: (_, world) => showOf(world).endReason === 'missed' && isOff(world, ONE, TWO),
};

const STOPPED_BY_HAND: Workflow = {
  ...COMMON,
  name: 'a person stops what a show starts',
  lastsMs: 8 * MINUTE_MS + REPAIRED_MS,
  setOff(world) {
    // The first while it starts, the second on air.
    let isStopped = false;
    world.watchers.push({
      began({ step, destinationId }) {
        if (isStopped || step !== 'EnsureFlowOutput' || destinationId !== ONE) return;
        isStopped = true;
        void ask(world, ONE, 'stop');
      },
    });
    return plan(PLAN, [5.2, byHand('stop', TWO)])(world);
  },
  isReached: (_, world) => {
    const show = showOf(world);
    const [one, two] = show.destinations;
    const isNamed = one!.problem?.includes('by a person') === true && two!.problem === null;
    return show.state === 'ended' && isOff(world, ONE, TWO) && isNamed && two!.onAirAt !== null;
  },
};

const BACK_TO_BACK: Workflow = {
  ...COMMON,
  name: 'two shows follow one another with one destination',
  lastsMs: 16 * MINUTE_MS,
  async setOff(world) {
    await planShow(world, SHOW, { ...PLAN, destinations: [[1, 0]] });
    await planShow(world, NEXT, { startsInMs: 8 * MINUTE_MS, endsInMs: 12 * MINUTE_MS, destinations: [[1, 0]] });
    return { ok: true };
  },
  isReached: (_, world) => {
    const shows = [showOf(world), showOf(world, NEXT_ID)];
    return shows.every((show) => show.state === 'ended' && isOnTime(show)) && isOff(world, ONE) && wasOnAir(shows[1]!);
  },
};

/** A night in which the clocks change between the start and the end of a show. */
interface Night {
  zone: string;
  local: [start: string, end: string];
  /** The same in UTC, from the rules of the zone. */
  instants: [startsAt: string, endsAt: string];
}

/** Hours that come twice count as the first of them. */
const NIGHTS: readonly Night[] = [
  {
    zone: 'Europe/Berlin',
    local: ['2030-03-31T01:58:00', '2030-03-31T03:02:00'],
    instants: ['2030-03-31T00:58:00.000Z', '2030-03-31T01:02:00.000Z'],
  },
  {
    zone: 'Europe/Berlin',
    local: ['2030-10-27T02:58:00', '2030-10-27T03:02:00'],
    instants: ['2030-10-27T00:58:00.000Z', '2030-10-27T02:02:00.000Z'],
  },
  {
    zone: 'Australia/Sydney',
    local: ['2030-10-06T01:58:00', '2030-10-06T03:02:00'],
    instants: ['2030-10-05T15:58:00.000Z', '2030-10-05T16:02:00.000Z'],
  },
  {
    zone: 'Australia/Sydney',
    local: ['2030-04-07T02:58:00', '2030-04-07T03:02:00'],
    instants: ['2030-04-06T15:58:00.000Z', '2030-04-06T17:02:00.000Z'],
  },
];

const throughNight = ({ zone, local: [localStart, localEnd], instants: [startsAt, endsAt] }: Night): Workflow => ({
  ...COMMON,
  name: `a show runs through the night in which the clocks change, ${zone} ${localStart}`,
  lastsMs: Date.parse(endsAt) - Date.parse(startsAt) + 8 * MINUTE_MS,
  async setOff(world) {
    world.clock.step(Date.parse(startsAt) - 4 * MINUTE_MS - world.clock.now());
    const destinations = [{ destinationId: ONE }, { destinationId: TWO }];
    await createShow(world, SHOW, { title: 'Night', zone, localStart, localEnd, destinations, isDraft: false });
    return { ok: true };
  },
  isReached: (_, world) => {
    const { liveAt, endingAt } = showOf(world);
    const isAt = (is: string | null, planned: string) => Math.abs(Date.parse(is ?? '') - Date.parse(planned)) < 1000;
    return isDone(world) && isAt(liveAt, startsAt) && isAt(endingAt, endsAt);
  },
});

/** The clock goes back while the show starts, and again while it is live. */
const CLOCK_BACK: Workflow = {
  ...COMMON,
  name: 'the clock goes back while a show starts and while it is live',
  lastsMs: 20 * MINUTE_MS,
  setOff(world) {
    for (const minutes of [2.5, 11]) at(world, minutes, () => world.clock.step(-5 * MINUTE_MS));
    return plan(PLAN)(world);
  },
  isReached: (_, world) => isDone(world),
};

/** As on a machine that sleeps: the time has passed, and no timer has run. */
const CLOCK_AHEAD: Workflow = {
  ...COMMON,
  name: 'the clock goes ahead over the start of a show',
  lastsMs: 40 * MINUTE_MS,
  setOff(world) {
    at(world, 1, () => world.clock.step(30 * MINUTE_MS));
    return plan({ ...PLAN, startsInMs: 20 * MINUTE_MS, endsInMs: 60 * MINUTE_MS })(world);
  },
  isReached: (_, world) => {
    const { state, missedAt, startsAt } = showOf(world);
    // The clock went from 19 minutes before the start to 11 minutes after it.
    const saidAfterMs = Date.parse(missedAt ?? '') - Date.parse(startsAt) - 11 * MINUTE_MS;
    return state === 'scheduled' && saidAfterMs < 30_000 && isOff(world, ONE, TWO);
  },
};

/** The clock goes ahead over the end of a show. */
const CLOCK_AHEAD_LIVE: Workflow = {
  ...COMMON,
  name: 'the clock goes ahead over the end of a show',
  lastsMs: 30 * MINUTE_MS,
  setOff(world) {
    at(world, 6, () => world.clock.step(20 * MINUTE_MS));
    return plan({ ...PLAN, endsInMs: 20 * MINUTE_MS })(world);
  },
  isReached: (_, world) => {
    const { endsAt, endingAt } = showOf(world);
    return isDone(world) && Date.parse(endingAt ?? '') - Date.parse(endsAt ?? '') < 7 * MINUTE_MS + 30_000;
  },
};

export const SHOW_WORKFLOWS: readonly Workflow[] = [
  BY_CLOCK,
  WOKEN_OFTEN,
  HELD,
  RESUMED_LATE,
  TAKEN_OVER,
  CANCELLED,
  CANCELLED_SOON,
  BY_HAND,
  MOVED,
  MISSED,
  NEVER_THERE,
  STOPPED_BY_HAND,
  BACK_TO_BACK,
  ...NIGHTS.map(throughNight),
  CLOCK_BACK,
  CLOCK_AHEAD,
  CLOCK_AHEAD_LIVE,
];

/** The plain show, with the goal that faults leave: it may be late by what a fault takes. */
export const BY_CLOCK_DESPITE_FAULTS: Workflow = {
  ...BY_CLOCK,
  name: 'a show starts and ends despite a fault',
  isReached: (_, world) => isDone(world),
};

/** The plain show, with the goal that people leave: it rests where they put it. */
export const BY_CLOCK_WITH_PEOPLE: Workflow = { ...BY_CLOCK, isReached: (_, world) => isSettled(world) };
