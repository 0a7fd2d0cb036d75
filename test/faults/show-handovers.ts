import type { Show } from '../../functions/domain/show.ts';
import { actOnShow, addShowDestinations, planShow, showIdOf, storedShow } from './act-show.ts';
import { idOf } from './destination-ids.ts';
import { currentInvocation, type WireCall } from './in-process-transport.ts';
import { runAs } from './processes.ts';
import { whoRuns } from './workflow-event.ts';
import type { Workflow } from './workflows.ts';
import { sweepOnce, type World } from './world.ts';

/**
 * Two shows that follow one another with one destination, and both act at once. The runs differ in the call of the one
 * show at which the other one does all that is due.
 */

const MINUTE_MS = 60_000;
/** Between two passes of a show that ends. */
const PASS_MS = 2_100;
const ONE = idOf(1);
const FORMER = showIdOf(70);
const NEXT = showIdOf(71);

/** Lets no execution of a show begin until it is woken. @returns wakes it: the step runs at once, and then the execution */
function putToSleep(world: World, showId: string): () => Promise<void> {
  const others = world.faults!;
  let isAsleep = true;
  world.faults = (call, deliver, self) => {
    const isIts = call.operation === 'StartExecution' && String(call.body['name']).startsWith(showId);
    if (!isAsleep || !isIts) return others(call, deliver, self);
    return Promise.resolve({ status: 400, headers: {}, body: '{"__type":"ThrottlingException","message":"asleep"}' });
  };
  return async () => {
    if (!isAsleep) return;
    isAsleep = false;
    world.note(`wakes ${showId}`);
    await runPass(world, showId);
    void world.runAs('sweep', null, () => sweepOnce(world));
  };
}

/** Runs the step of a show once, in another process. */
function runPass(world: World, showId: string): Promise<unknown> {
  const event = {
    step: 'AdvanceShow',
    showId,
    revision: storedShow(world, showId)!.executionRevision,
    rounds: 0,
  } as const;
  const who = whoRuns(event, world.deployment);
  return currentInvocation.exit(() => runAs(world, who, () => world.production.handleStep(world.deps, event)));
}

/** Acts right before one call of the show's passes, counted from a moment on. */
function actAtCall(world: World, showId: string, at: { fromMs: number; position: number }, act: () => unknown): void {
  const others = world.faults!;
  let position = 0;
  world.faults = async (call, deliver, self) => {
    if (world.clock.now() >= at.fromMs && isCallOf(call, showId) && position++ === at.position) await act();
    return others(call, deliver, self);
  };
}

function isCallOf({ invocation }: WireCall, showId: string): boolean {
  return invocation?.step === 'AdvanceShow' && (invocation.executionArn?.includes(showId) ?? false);
}

const COMMON = {
  isContested: true,
  prepare: (world: World) => addShowDestinations(world, 1),
} satisfies Partial<Workflow>;

const hasEnded = (world: World, showId: string): Show | null => {
  const show = storedShow(world, showId);
  return show?.state === 'ended' ? show : null;
};
const isOff = (world: World) => world.record(ONE)?.status === 'idle' && world.record(ONE)?.desired === 'idle';

/** Returns true once both have ended, and the next one had its destination on air until its own end. */
function isHandedOver(world: World): boolean {
  const [former, next] = [hasEnded(world, FORMER), hasEnded(world, NEXT)];
  if (!former || !next || !isOff(world)) return false;
  const { onAirAt, offAirAt, problem } = next.destinations[0]!;
  return onAirAt !== null && problem === null && (offAirAt ?? '') >= (next.endingAt ?? '~');
}

async function planBoth(world: World): Promise<{ ok: boolean }> {
  await planShow(world, 70, { startsInMs: 4 * MINUTE_MS, endsInMs: 8 * MINUTE_MS, destinations: [[1, 0]] });
  await planShow(world, 71, { startsInMs: 8 * MINUTE_MS, endsInMs: 12 * MINUTE_MS, destinations: [[1, 0]] });
  return { ok: true };
}

/** The former show ends by the clock, and the next one takes the destination at one of its calls. */
const takenAt = (position: number): Workflow => ({
  ...COMMON,
  name: `the next show takes a destination at call ${position} of the end of the former`,
  lastsMs: 14 * MINUTE_MS,
  setOff(world) {
    const wake = putToSleep(world, NEXT);
    const endMs = world.clock.now() + 8 * MINUTE_MS - 1000;
    actAtCall(world, FORMER, { fromMs: endMs, position }, wake);
    world.clock.after(8 * MINUTE_MS + 20_000, () => void wake());
    return planBoth(world);
  },
  isReached: (_, world) => isHandedOver(world),
});

/** The former show stops the destination after the next one has decided to take it, and before it does. */
const stoppedAt = (position: number): Workflow => ({
  ...COMMON,
  name: `the former show stops a destination at call ${position} of the start of the next`,
  lastsMs: 14 * MINUTE_MS,
  setOff(world) {
    const wake = putToSleep(world, NEXT);
    const endMs = world.clock.now() + 8 * MINUTE_MS - 1000;
    const { promise: isStopped, resolve: noteStop } = Promise.withResolvers<void>();
    actAtCall(world, NEXT, { fromMs: endMs, position }, () => isStopped);
    // The former has read what other shows want, and is about to request its stop.
    let isDecided = false;
    const others = world.faults!;
    world.faults = async (call, deliver, self) => {
      const isStop = isCallOf(call, FORMER) && call.operation === 'UpdateItem' && world.clock.now() >= endMs;
      if (!isStop) return others(call, deliver, self);
      if (!isDecided) void wake();
      isDecided = true;
      await new Promise<void>((resolve) => void world.clock.after(10, resolve));
      const answer = await others(call, deliver, self);
      noteStop();
      return answer;
    };
    return planBoth(world);
  },
  isReached: (_, world) => isHandedOver(world),
});

/** The next show takes the destination, and at one of its calls a person ends the former. */
const endedAt = (position: number): Workflow => ({
  ...COMMON,
  name: `the former show ends at call ${position} of the start of the next`,
  lastsMs: 14 * MINUTE_MS,
  setOff(world) {
    let isOver = false;
    const end = async () => {
      if (isOver) return;
      isOver = true;
      await currentInvocation.exit(() => actOnShow(world, FORMER, 'end'));
      await runPass(world, FORMER);
    };
    actAtCall(world, NEXT, { fromMs: world.clock.now() + 5 * MINUTE_MS, position }, end);
    return planBoth(world);
  },
  isReached: (_, world) => isHandedOver(world),
});

/**
 * Returns true once the former was on air until its own end, and nothing is on air without a show. A run whose position
 * the show does not reach ends like one in which nothing is cancelled.
 */
function isGivenUp(world: World): boolean {
  const former = hasEnded(world, FORMER);
  const next = storedShow(world, NEXT)?.endReason;
  if (next === 'clock') return isHandedOver(world);
  if (!former || (next !== 'cancelled' && next !== 'hand') || !isOff(world)) return false;
  const { onAirAt, offAirAt, problem } = former.destinations[0]!;
  return onAirAt !== null && problem === null && (offAirAt ?? '') >= (former.endingAt ?? '~');
}

/** Cancels the next show, or ends it when it is live. Its passes come while the caller is slow. */
function cancelNext(world: World, { passes }: { passes: number }): () => Promise<void> {
  let isCancelled = false;
  return async () => {
    if (isCancelled) return;
    isCancelled = true;
    const action = storedShow(world, NEXT)!.state === 'live' ? 'end' : 'cancel';
    await currentInvocation.exit(() => actOnShow(world, NEXT, action));
    for (let pass = 0; pass < passes; pass++) {
      await runPass(world, NEXT);
      await new Promise<void>((resolve) => void world.clock.after(PASS_MS, resolve));
    }
  };
}

/** A person cancels the next show at one call of its start, while the former is on air. */
const cancelledAt = (position: number): Workflow => ({
  ...COMMON,
  name: `the next show is cancelled at call ${position} of its start`,
  lastsMs: 14 * MINUTE_MS,
  setOff(world) {
    actAtCall(world, NEXT, { fromMs: world.clock.now() + 5 * MINUTE_MS, position }, cancelNext(world, { passes: 1 }));
    return planBoth(world);
  },
  isReached: (_, world) => isGivenUp(world),
});

/** A person cancels the next show at one call of the end of the former, which was leaving it the destination. */
const leftAt = (position: number): Workflow => ({
  ...COMMON,
  name: `the next show is cancelled at call ${position} of the end of the former`,
  lastsMs: 14 * MINUTE_MS,
  setOff(world) {
    const endMs = world.clock.now() + 8 * MINUTE_MS - 1000;
    actAtCall(world, FORMER, { fromMs: endMs, position }, cancelNext(world, { passes: 4 }));
    return planBoth(world);
  },
  isReached: (_, world) => isGivenUp(world),
});

const evenTo = (last: number, every = 2) => Array.from({ length: last / every + 1 }, (_, index) => index * every);

/** From the reads of the former's last pass to its confirmation. */
export const TAKEN = [3, 4, 5, 6, 7, 8].map(takenAt);
export const FORMER_ENDED = [...evenTo(16, 4).map(endedAt), ...[4, 6, 8].map(stoppedAt)];
export const NEXT_CANCELLED = [...evenTo(20, 4).map(cancelledAt), ...evenTo(12).map(leftAt)];
