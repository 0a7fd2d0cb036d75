import { startShowExecution } from '../../../functions/aws/executions.ts';
import { getShow, insertShow } from '../../../functions/aws/show-table.ts';
import type { Show, ShowDestination } from '../../../functions/domain/show.ts';
import type { StartPace } from '../../../functions/domain/start-pace.ts';
import { addDestination } from '../../faults/act.ts';
import { idOf } from '../../faults/destination-ids.ts';
import type { Production } from '../../faults/production.ts';
import { inWorld } from '../../faults/world.ts';
import { makeShow, makeShowDestination, SHOW_ID } from '../../support/make-show.ts';
import { summarizeCalls, watchCalls, type CallSummary } from '../group-start/virtual-group-start.ts';
import { toDurations, type AwsTimes } from '../lifecycle/clean-lifecycle.ts';

/** How shows with many destinations reach their second under the virtual clock with AWS's times. */

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

/** The ids of shows are sorted by their age. */
const idOfShow = (index: number) => `${SHOW_ID.slice(0, -1)}${index}`;

interface Options {
  /** Of all shows together. */
  destinations: number;
  /** How many shows share the planned second; one when left out. */
  shows?: number;
  /** Whether the destinations have started before, so their start times are known. */
  haveStarted?: boolean;
  pace: StartPace;
  times: AwsTimes;
}

/** Runs shows with the same second. Exact: the same options give the same figures. */
export function measureShow(
  production: Production,
  { destinations, haveStarted = false, pace, shows = 1, times }: Options,
): Promise<VirtualShow> {
  const durations = toDurations(times);
  return inWorld({ production, seed: 1, durations, sweepEverySeconds: null, latencyMsMax: 40 }, async (world) => {
    world.deps.startPace = pace;
    const numbers = Array.from({ length: destinations }, (_, index) => index + 1);
    const { inputCreateMs, channelCreateMs, channelStartMs } = durations;
    const tookMs = { EnsureInput: inputCreateMs!, EnsureChannel: channelCreateMs!, EnsureChannelRun: channelStartMs! };
    const known = haveStarted ? { tookMs } : {};
    for (const number of numbers) await world.drive(addDestination(world, number, { standby: 'cold', ...known }));
    const startsMs = Math.ceil((world.clock.now() + AHEAD_MS) / 1000) * 1000;
    const planned = Array.from({ length: shows }, (_, index) =>
      makeShow({
        showId: idOfShow(index),
        startsAt: new Date(startsMs).toISOString(),
        endsAt: new Date(startsMs + 3_600_000).toISOString(),
        destinations: numbers
          .slice((index * destinations) / shows, ((index + 1) * destinations) / shows)
          .map((number) => makeShowDestination(idOf(number))),
      }),
    );
    const calls = watchCalls(world);
    for (const show of planned) {
      await world.drive(insertShow(world.deps, show));
      await world.drive(startShowExecution(world.deps, show));
    }
    const isAllSent = () =>
      world.clock.now() >= startsMs &&
      Object.values(world.media.channels).filter(({ isPaused, state }) => state === 'RUNNING' && !isPaused).length ===
        destinations;
    if (!(await world.until(isAllSent, AHEAD_MS * 2)))
      throw new Error('the shows never had all their destinations on air');
    const lastOnAirSeconds = (world.clock.now() - startsMs) / 1000;
    const ran: ShowDestination[] = [];
    const keep = (show: Show | null) => void ran.push(...show!.destinations);
    for (const { showId } of planned) await world.drive(getShow(world.deps, showId).then(keep));
    const requested = ran.map(({ startRequestedAt }) => Date.parse(startRequestedAt!));
    return {
      aheadSeconds: (startsMs - Math.min(...requested)) / 1000,
      readyInTime: ran.filter(({ readyAt }) => readyAt && Date.parse(readyAt) < startsMs).length,
      lastOnAirSeconds,
      order: ran
        .toSorted((one, other) => one.startRequestedAt!.localeCompare(other.startRequestedAt!))
        .map(({ name }) => name),
      ...summarizeCalls(calls),
    };
  });
}
