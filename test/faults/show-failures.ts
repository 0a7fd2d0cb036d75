import { isOpen, type Show } from '../../functions/domain/show.ts';
import { addDestination, ask } from './act.ts';
import { addShowDestinations, createShow, showIdOf, storedShow, wallClockIn } from './act-show.ts';
import { idOf } from './destination-ids.ts';
import type { Workflow } from './workflows.ts';
import type { World } from './world.ts';

/** Shows with `onFailure: stop-all`, of which a destination does not start. */

const MINUTE_MS = 60_000;
const [ONE, TWO, BROKEN] = [1, 2, 3].map(idOf) as [string, string, string];
const SHOW = 74;
const SHOW_ID = showIdOf(SHOW);
const STARTS_MS = 5 * MINUTE_MS;
const ENDS_MS = 9 * MINUTE_MS;

/** The third destination has an address in a private network, so its start fails. */
async function prepare(world: World): Promise<void> {
  await addShowDestinations(world, 2);
  const target = { platform: 'srt', preset: 'source', standby: 'cold', streamKeyCiphertext: null } as const;
  await world.drive(
    addDestination(world, 3, { ...target, rtmpUrl: 'srt://10.0.0.1:9000', streamId: 'x', latencyMs: 200 }),
  );
}

interface Planned {
  required: string;
  /** When the broken one goes live, from the start of the show. */
  brokenOffsetSeconds?: number;
  acts?: (world: World) => void;
}

const plan =
  ({ required, brokenOffsetSeconds = 0, acts }: Planned) =>
  async (world: World): Promise<{ ok: boolean }> => {
    acts?.(world);
    await createShow(world, SHOW, {
      title: 'Show',
      zone: 'UTC',
      localStart: wallClockIn(world, STARTS_MS),
      localEnd: wallClockIn(world, ENDS_MS),
      onFailure: 'stop-all',
      destinations: [ONE, TWO, BROKEN].map((destinationId) => ({
        destinationId,
        isRequired: destinationId === required,
        offsetSeconds: destinationId === BROKEN ? brokenOffsetSeconds : 0,
      })),
      isDraft: false,
    });
    return { ok: true };
  };

const showOf = (world: World): Show => storedShow(world, SHOW_ID)!;
const isOff = (world: World, ...ids: string[]) =>
  ids.every((id) => world.record(id)?.status === 'idle' && world.record(id)?.desired === 'idle');
const isOver = (world: World) => !isOpen(showOf(world)) && isOff(world, ONE, TWO, BROKEN);
const wasOnAir = (world: World, ...ids: string[]) =>
  showOf(world).destinations.every(({ destinationId, onAirAt }) => !ids.includes(destinationId) || onAirAt !== null);
/** A start that failed is stopped as well: that acknowledges the failure. */
const hasStopped = (world: World) =>
  isOver(world) && showOf(world).endReason === 'required_failed' && wasOnAir(world, ONE, TWO);
const hasGoneOn = (world: World) => isOver(world) && showOf(world).endReason === 'clock';

const COMMON = { isContested: true, lastsMs: 12 * MINUTE_MS, prepare } satisfies Partial<Workflow>;

/** The others are on air when it fails. */
const FAILS: Workflow = {
  ...COMMON,
  name: 'a required destination fails and ends the show',
  setOff: plan({ required: BROKEN }),
  isReached: (_, world) => hasStopped(world) && showOf(world).liveAt === null,
};

const FAILS_LIVE: Workflow = {
  ...COMMON,
  name: 'a required destination fails while the show is live and ends it',
  setOff: plan({ required: BROKEN, brokenOffsetSeconds: 220 }),
  isReached: (_, world) => hasStopped(world) && showOf(world).liveAt !== null,
};

const OTHER_FAILS: Workflow = {
  ...COMMON,
  name: 'a destination that is not required fails and the show continues',
  setOff: plan({ required: ONE }),
  isReached: (_, world) => hasGoneOn(world) && wasOnAir(world, ONE, TWO),
};

const STOPPED_BY_HAND: Workflow = {
  ...COMMON,
  name: 'a person stops a required destination and the show continues',
  setOff: plan({
    required: ONE,
    acts: (world) => void world.clock.after(6 * MINUTE_MS, () => void ask(world, ONE, 'stop')),
  }),
  isReached: (_, world) => hasGoneOn(world) && wasOnAir(world, ONE, TWO),
};

export const SHOW_FAILURE_WORKFLOWS: readonly Workflow[] = [FAILS, FAILS_LIVE, OTHER_FAILS, STOPPED_BY_HAND];

/** With the goals that a crash leaves: what a crash takes makes a show late, and a late show may be given up. */
export const FAILURES_DESPITE_CRASHES: readonly Workflow[] = [
  {
    ...FAILS,
    name: 'a required destination ends the show despite a crash',
    lastsMs: 16 * MINUTE_MS,
    isReached: (_, world) => isOver(world) && showOf(world).endReason === 'required_failed',
  },
  {
    ...FAILS_LIVE,
    name: 'a required destination ends a live show despite a crash',
    lastsMs: 16 * MINUTE_MS,
    isReached: (_, world) => isOver(world) && showOf(world).endReason === 'required_failed',
  },
  {
    ...OTHER_FAILS,
    name: 'a destination that is not required never ends the show, despite a crash',
    lastsMs: 16 * MINUTE_MS,
    isReached: (_, world) => hasGoneOn(world),
  },
];
