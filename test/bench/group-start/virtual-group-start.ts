import { startGroupExecution } from '../../../functions/aws/executions.ts';
import { insertGroupStart } from '../../../functions/aws/group-start-table.ts';
import { newGroupStart } from '../../../functions/domain/group-start.ts';
import type { StartPace } from '../../../functions/domain/start-pace.ts';
import { addDestination } from '../../faults/act.ts';
import { idOf } from '../../faults/destination-ids.ts';
import type { Production } from '../../faults/production.ts';
import { storedGroup } from '../../faults/watch-groups.ts';
import { inWorld, type World } from '../../faults/world.ts';
import { toDurations, type AwsTimes } from '../lifecycle/clean-lifecycle.ts';

/** What a group start takes under the virtual clock, and how often it calls the media services. */

/**
 * What AWS accepts per second of an account in one Region. MediaLive counts all operations together, MediaConnect those
 * that describe apart from the rest.
 * @see https://docs.aws.amazon.com/medialive/latest/ug/eml-limitations-and-rules.html
 * @see https://docs.aws.amazon.com/mediaconnect/latest/ug/quotas.html
 */
export const AWS_RATES = {
  medialive: { perSecond: 20, burst: 40 },
  'mediaconnect, describing': { perSecond: 30, burst: 30 },
  'mediaconnect, the rest': { perSecond: 5, burst: 30 },
} as const;
export type RateName = keyof typeof AWS_RATES;

/** What was called, and how often. */
export interface CallSummary {
  /** Calls in all, by rate. */
  calls: Record<RateName, number>;
  /** Calls that AWS would have refused, by rate: those that find its bucket empty. */
  refused: Record<RateName, number>;
  /** The most calls of one operation within any second, by rate. */
  mostByOperation: Record<RateName, { operation: string; calls: number }>;
}

interface GroupStartMeasured extends CallSummary {
  /** From the request to the last destination on air. */
  seconds: number;
  started: number;
}

interface GroupStartOptions {
  destinations: number;
  pace: StartPace;
  times: AwsTimes;
}

const GROUP_ID = 'gst_01k8m3v0s5n2q8w4x6y7z9a1bc';
const LIMIT_MS = 4 * 3_600_000;

/** Starts destinations that hold nothing, as one group. Exact: the same options give the same figures. */
export function measureGroupStart(production: Production, options: GroupStartOptions): Promise<GroupStartMeasured> {
  const { destinations, pace, times } = options;
  const durations = toDurations(times);
  return inWorld({ production, seed: 1, durations, sweepEverySeconds: null, latencyMsMax: 40 }, async (world) => {
    world.deps.startPace = pace;
    const numbers = Array.from({ length: destinations }, (_, index) => index + 1);
    for (const number of numbers) await world.drive(addDestination(world, number, { standby: 'cold' }));
    const chosen = numbers.map((number) => ({ destinationId: idOf(number), name: `${number}`, isRequired: false }));
    const about = { groupStartId: GROUP_ID, onFailure: 'continue', requestedBy: 'bench', requestedAt: '' } as const;
    const groupStart = newGroupStart(chosen, about);
    await world.drive(insertGroupStart(world.deps, groupStart));
    const calls = watchCalls(world);
    const beganMs = world.clock.now();
    await world.drive(startGroupExecution(world.deps, groupStart));
    const isOver = () => storedGroup(world, GROUP_ID)?.endedAt != null;
    if (!(await world.until(isOver, LIMIT_MS))) throw new Error('the group start never ended');
    const { destinations: results } = storedGroup(world, GROUP_ID)!;
    const onAir = results.flatMap(({ startedAt }) => (startedAt === null ? [] : [Date.parse(startedAt)]));
    return {
      seconds: (Math.max(...onAir) - beganMs) / 1000,
      started: onAir.length,
      ...summarizeCalls(calls),
    };
  });
}

interface Call {
  rate: RateName;
  operation: string;
  atMs: number;
}

/** Notes the calls to the media services from now on. */
export function watchCalls(world: World): Call[] {
  const calls: Call[] = [];
  world.watchers.push({
    delivered({ operation, service }) {
      if (service !== 'medialive' && service !== 'mediaconnect') return;
      const kind = operation.startsWith('Describe') ? 'mediaconnect, describing' : 'mediaconnect, the rest';
      const rate: RateName = service === 'medialive' ? 'medialive' : kind;
      calls.push({ rate, operation: `${service}.${operation}`, atMs: world.clock.now() });
    },
  });
  return calls;
}

/** Compares calls with AWS's rates. */
export function summarizeCalls(calls: readonly Call[]): CallSummary {
  const byRate = <Value>(value: (of: Call[], name: RateName) => Value) =>
    Object.fromEntries(
      (Object.keys(AWS_RATES) as RateName[]).map((name) => [
        name,
        value(
          calls.filter(({ rate }) => rate === name),
          name,
        ),
      ]),
    ) as Record<RateName, Value>;
  return {
    calls: byRate((of) => of.length),
    refused: byRate((of, name) =>
      countRefused(
        of.map(({ atMs }) => atMs),
        AWS_RATES[name],
      ),
    ),
    mostByOperation: byRate((of) => {
      const most = [...Map.groupBy(of, ({ operation }) => operation)].map(([operation, alike]) => ({
        operation,
        calls: mostWithinASecond(alike.map(({ atMs }) => atMs)),
      }));
      return most.toSorted((one, other) => other.calls - one.calls)[0] ?? { operation: 'none', calls: 0 };
    }),
  };
}

/** Counts the calls that a token bucket refuses. @param times in order */
export function countRefused(
  times: readonly number[],
  { perSecond, burst }: { perSecond: number; burst: number },
): number {
  let tokens = burst;
  let filledMs = times[0] ?? 0;
  let refused = 0;
  for (const atMs of times) {
    tokens = Math.min(burst, tokens + ((atMs - filledMs) / 1000) * perSecond);
    filledMs = atMs;
    if (tokens < 1) refused += 1;
    else tokens -= 1;
  }
  return refused;
}

/** Counts the calls in the second that has the most, wherever it begins. @param times in order */
export function mostWithinASecond(times: readonly number[]): number {
  let first = 0;
  let most = 0;
  for (const [index, atMs] of times.entries()) {
    while (times[first]! <= atMs - 1000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
