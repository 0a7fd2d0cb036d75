import { GetExecutionHistoryCommand } from '@aws-sdk/client-sfn';
import type { Destination } from '../../../functions/domain/destination.ts';
import type { Durations } from '../../../infra/local/endpoints/media/profiles.ts';
import { addDestination, ask } from '../../faults/act.ts';
import { idOf } from '../../faults/destination-ids.ts';
import type { WireCall } from '../../faults/in-process-transport.ts';
import type { Production } from '../../faults/production.ts';
import { takeSnapshot } from '../../faults/snapshot.ts';
import type { Snapshot } from '../../faults/template.ts';
import { inWorld, type World, type WorldOptions } from '../../faults/world.ts';

/**
 * Measures the life of a single destination. Counts are exact, because the clock is virtual. AWS's times are given, so
 * time above their sum is ours: late polls, and steps that wait for each other.
 */

/**
 * How long AWS takes, in milliseconds. Start and stop by profile; the other times as reported for AWS (see
 * profiles.ts).
 */
export interface AwsTimes {
  startMs: number;
  stopMs: number;
}

/**
 * AWS's times: most channels start within 3 minutes, up to 10 are normal. The SDK's waiter allows 300 seconds for a
 * stop.
 * @see https://docs.aws.amazon.com/medialive/latest/ug/starting-stopping-deleting-a-channel.html
 */
export const AWS_TIMES: Record<string, AwsTimes> = {
  fast: { startMs: 20_000, stopMs: 10_000 },
  typical: { startMs: 90_000, stopMs: 30_000 },
  slow: { startMs: 180_000, stopMs: 60_000 },
  // A tenth more reaches the ten and five minutes that AWS may take.
  worst: { startMs: 545_000, stopMs: 272_000 },
};

const INPUT_CREATE_MS = 3_000;
const CHANNEL_CREATE_MS = 5_000;
const CHANNEL_DELETE_MS = 15_000;
const INPUT_DETACH_MS = 60_000;
const INPUT_DELETE_MS = 20_000;

/** Scales AWS's times up or down, as they vary in reality. @param share 1 changes nothing */
export function toDurations({ startMs, stopMs }: AwsTimes, share = 1): Partial<Durations> {
  return {
    inputCreateMs: INPUT_CREATE_MS * share,
    channelCreateMs: CHANNEL_CREATE_MS * share,
    channelStartMs: startMs * share,
    channelStopMs: stopMs * share,
    channelDeleteMs: CHANNEL_DELETE_MS * share,
    inputDetachMs: INPUT_DETACH_MS * share,
    inputDeleteMs: INPUT_DELETE_MS * share,
  };
}

/** The costs of a life. */
export interface Costs {
  mutatingMediaCalls: number;
  mediaReads: number;
  tableWrites: number;
  tableReads: number;
  lambdaInvocations: number;
  /** States entered, without retries. */
  transitions: number;
  /** Retries of a state because AWS was not ready. AWS bills each as a transition. */
  waits: number;
}

/** Time over the sum of AWS's times on the critical path: first start, later start, and teardown. */
interface Ratios {
  up: number;
  again: number;
  down: number;
}

const MUTATING = /^(Create|Delete|Start|Stop|Add|Remove|Update)/;
const LIMIT_MS = 7_200_000;
const ASKED_MAX = 20;

/**
 * Measures a cold destination: from the accepted start to running, first and later, and from the accepted delete to
 * gone.
 * @param before the world after a first life at AWS's usual times, as `liveOnce` leaves it
 */
export async function timeLifecycle(
  production: Production,
  times: AwsTimes,
  { share, before }: { share: number; before: Snapshot },
): Promise<Ratios> {
  const options = { production, seed: 1, durations: toDurations(times, share), sweepEverySeconds: null };
  const awsUpMs = (INPUT_CREATE_MS + CHANNEL_CREATE_MS + times.startMs) * share;
  const awsDownMs = (times.stopMs + CHANNEL_DELETE_MS + INPUT_DETACH_MS + INPUT_DELETE_MS) * share;
  const first = await inWorld(options, async (world) => {
    await world.drive(addDestination(world, 1, { standby: 'cold' }));
    const up = (await timed(world, 'start', isRunning)) / awsUpMs;
    return { up, down: (await timed(world, 'delete', (record) => record === null)) / awsDownMs };
  });
  const againMs = await inWorld({ ...options, from: before }, (world) => timed(world, 'start', isRunning));
  return { ...first, again: againMs / awsUpMs };
}

/** Returns a world with a cold destination that was on air once and is idle again. */
export async function liveOnce(production: Production, times: AwsTimes): Promise<Snapshot> {
  const options = { production, seed: 1, durations: toDurations(times), sweepEverySeconds: null };
  return inWorld(options, async (world) => {
    await world.drive(addDestination(world, 1, { standby: 'cold' }));
    await timed(world, 'start', isRunning);
    await timed(world, 'stop', (record) => record?.status === 'idle' && record.operation === null);
    return takeSnapshot(world);
  });
}

const isRunning = (record: Destination | null) => record?.status === 'running';

async function timed(
  world: World,
  what: 'start' | 'stop' | 'delete',
  isDone: (record: Destination | null) => boolean,
): Promise<number> {
  const askedMs = world.clock.now();
  await world.drive(ask(world, idOf(1), what));
  await reach(world, () => isDone(world.record(idOf(1))));
  return world.clock.now() - askedMs;
}

/**
 * Counts a whole life: added, started, stopped, deleted. Warm creates its channel when it is added, cold when it is
 * started.
 */
export async function countLifecycle(
  production: Production,
  standby: Destination['standby'],
  options: Partial<WorldOptions>,
  disturb: (world: World) => void = () => {},
): Promise<Costs> {
  return inWorld({ production, seed: 1, sweepEverySeconds: null, ...options }, async (world) => {
    const calls: WireCall[] = [];
    world.watchers.push({ delivered: (call) => void calls.push(call) });
    disturb(world);
    await live(world, standby);
    const executions = world.executions();
    const counted = { transitions: 0, waits: 0, lambdaInvocations: 0 };
    for (const { name } of executions) {
      const { entered, scheduled } = await readHistory(world, name);
      counted.transitions += entered;
      counted.waits += scheduled.tasks - scheduled.states;
      counted.lambdaInvocations += scheduled.tasks;
    }
    const count = (services: string[], pattern: RegExp) =>
      calls.filter(({ service, operation }) => services.includes(service) && pattern.test(operation)).length;
    const media = ['medialive', 'mediaconnect'];
    return {
      mutatingMediaCalls: count(media, MUTATING) - count(['medialive'], /^UpdateInputSecurityGroup$/),
      mediaReads: count(media, /^(Describe|List)/),
      tableWrites: count(['dynamodb'], /^(Put|Update|Delete)Item$/),
      tableReads: count(['dynamodb'], /^(GetItem|Query)$/),
      ...counted,
    };
  });
}

/** Runs a life despite faults. */
async function live(world: World, standby: Destination['standby']): Promise<void> {
  const id = idOf(1);
  const isIdle = (record: Destination | null) => record?.status === 'idle' && record.operation === null;
  await untilDone(world, () => addDestination(world, 1, { standby }), isIdle);
  await untilDone(
    world,
    () => ask(world, id, 'start'),
    (record) => record?.status === 'running',
  );
  await untilDone(world, () => ask(world, id, 'stop'), isIdle);
  await untilDone(
    world,
    () => ask(world, id, 'delete'),
    (record) => record === null,
  );
}

async function untilDone(
  world: World,
  action: () => Promise<{ ok: boolean }>,
  isDone: (record: Destination | null) => boolean,
): Promise<void> {
  const isOver = () => {
    const record = world.record(idOf(1));
    return isDone(record) || (record?.status === 'error' && record.operation === null);
  };
  // A user repeats a request that was lost or failed.
  for (let asked = 0; asked < ASKED_MAX; asked++) {
    if ((await world.drive(action())).ok) await reach(world, isOver);
    if (isDone(world.record(idOf(1)))) return;
    await world.until(() => false, 1_000);
  }
  throw new Error(`no success after ${ASKED_MAX} requests: ${world.events.slice(-5).join('; ')}`);
}

async function reach(world: World, isReached: () => boolean): Promise<void> {
  if (await world.until(isReached, LIMIT_MS)) return;
  throw new Error(`the goal was not reached: ${world.events.slice(-5).join('; ')}`);
}

async function readHistory(world: World, name: string) {
  const { stateMachineArns } = world.deployment;
  const kind = /-(create|start|stop|teardown)-\d+$/.exec(name)![1] as keyof typeof stateMachineArns;
  const executionArn = `${stateMachineArns[kind].replace(':stateMachine:', ':execution:')}:${name}`;
  let entered = 0;
  let states = 0;
  let tasks = 0;
  let nextToken: string | undefined;
  do {
    const page = await world.drive(
      world.deps.clients.sfn.send(new GetExecutionHistoryCommand({ executionArn, nextToken, maxResults: 1000 })),
    );
    for (const { type } of page.events ?? []) {
      if (type?.endsWith('StateEntered')) entered += 1;
      if (type === 'TaskStateEntered') states += 1;
      if (type === 'LambdaFunctionScheduled' || type === 'TaskScheduled') tasks += 1;
    }
    nextToken = page.nextToken;
  } while (nextToken);
  return { entered, scheduled: { states, tasks } };
}
