import { startShowExecution } from '../../../functions/aws/executions.ts';
import { getShow, insertShow } from '../../../functions/aws/show-table.ts';
import type { StartPace } from '../../../functions/domain/start-pace.ts';
import { addDestination } from '../../faults/act.ts';
import { idOf } from '../../faults/destination-ids.ts';
import type { Production } from '../../faults/production.ts';
import { inWorld } from '../../faults/world.ts';
import { makeShow, makeShowDestination } from '../../support/make-show.ts';
import { summarizeCalls, watchCalls, type CallSummary } from '../group-start/virtual-group-start.ts';
import { toDurations, type AwsTimes } from '../lifecycle/clean-lifecycle.ts';

/** How a show with many destinations reaches its second under the virtual clock with AWS's times. */

interface VirtualShow extends CallSummary {
  /** Seconds from the first request of a start to the planned second. */
  aheadSeconds: number;
  /** Destinations that were ready, with their output held, before the planned second. */
  readyInTime: number;
  /** Seconds from the planned second to the last destination on air. */
  lastOnAirSeconds: number;
  /** Names in the order of their starts. */
  order: string[];
}

const AHEAD_MS = 3_600_000;

/** Runs a show whose destinations have never started. Exact: the same options give the same figures. */
export function measureShow(
  production: Production,
  { destinations, pace, times }: { destinations: number; pace: StartPace; times: AwsTimes },
): Promise<VirtualShow> {
  const durations = toDurations(times);
  return inWorld({ production, seed: 1, durations, sweepEverySeconds: null, latencyMsMax: 40 }, async (world) => {
    world.deps.startPace = pace;
    const numbers = Array.from({ length: destinations }, (_, index) => index + 1);
    for (const number of numbers) await world.drive(addDestination(world, number, { standby: 'cold' }));
    const startsMs = Math.ceil((world.clock.now() + AHEAD_MS) / 1000) * 1000;
    const show = makeShow({
      startsAt: new Date(startsMs).toISOString(),
      endsAt: new Date(startsMs + 3_600_000).toISOString(),
      destinations: numbers.map((number) => makeShowDestination(idOf(number))),
    });
    await world.drive(insertShow(world.deps, show));
    const calls = watchCalls(world);
    await world.drive(startShowExecution(world.deps, show));
    const isAllSent = () =>
      world.clock.now() >= startsMs &&
      Object.values(world.media.channels).filter(({ isPaused, state }) => state === 'RUNNING' && !isPaused).length ===
        destinations;
    if (!(await world.until(isAllSent, AHEAD_MS * 2)))
      throw new Error('the show never had all its destinations on air');
    const lastOnAirSeconds = (world.clock.now() - startsMs) / 1000;
    let ran = show;
    await world.drive(getShow(world.deps, show.showId).then((found) => void (ran = found!)));
    const requested = ran.destinations.map(({ startRequestedAt }) => Date.parse(startRequestedAt!));
    return {
      aheadSeconds: (startsMs - Math.min(...requested)) / 1000,
      readyInTime: ran.destinations.filter(({ readyAt }) => readyAt && Date.parse(readyAt) < startsMs).length,
      lastOnAirSeconds,
      order: ran.destinations
        .toSorted((one, other) => one.startRequestedAt!.localeCompare(other.startRequestedAt!))
        .map(({ name }) => name),
      ...summarizeCalls(calls),
    };
  });
}
