import type { Api } from '../../functions/api/api-deps.ts';
import { MONITORED_ON_AWS } from '../../functions/schedules/figures-due.ts';
import type { AwsEvent } from '../../infra/local/service.ts';
import { idOf } from './destination-ids.ts';
import type { World } from './world.ts';

/** The deployment's entry points besides the workflow function: the API, the monitor, the events. Wired as on AWS. */

/** Age under which an observation is fresh: with a look a minute, two may be missed. */
export const FRESH_SECONDS = 150;

/** Seconds between two looks that events can cause at one destination. */
const LOOK_EVERY_SECONDS = 10;
const MONITOR = { windowSeconds: 300, periodSeconds: 60, ...MONITORED_ON_AWS };

/** Looks at what is on air, as the monitor's schedule does. */
export async function observe(world: World): Promise<void> {
  const { observeDestinations } = await world.production.loadEntryPoints();
  await observeDestinations({ ...world.deps, ...MONITOR });
}

/** Makes what takes media events, as the function behind the bus does: it remembers, so there is one to a world. */
export async function makeEventHandler(world: World): Promise<(event: AwsEvent) => Promise<void>> {
  const { createMediaEventHandler } = await world.production.loadEntryPoints();
  return createMediaEventHandler({ ...world.deps, ...MONITOR, lookEverySeconds: LOOK_EVERY_SECONDS });
}

/** The REST API on this world's deployment. Everybody may do everything: who may is another suite's business. */
export async function makeSimulatedApi(world: World): Promise<Api> {
  const { createApi } = await world.production.loadEntryPoints();
  let given = 0;
  return createApi({
    ...world.deps,
    authentication: {
      signIn: { kind: 'token' },
      authenticate: async () => ({ id: 'a person', via: 'bearer', role: 'admin' }),
    },
    embedded: false,
    version: 'simulated',
    newDestinationId: () => world.idsToGive.shift() ?? idOf(900_000 + ++given),
    freshSeconds: FRESH_SECONDS,
    metrics: { ...MONITOR, keptMs: 60_000 },
    source: { lookKeptMs: 3_000, figuresAgeMsMax: FRESH_SECONDS * 1000 },
    primaryMode: 'always',
    ingestHost: null,
    docs: null,
  });
}
