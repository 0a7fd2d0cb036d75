import { encodeTime } from 'ulid';
import type { Api } from '../../functions/api/api-deps.ts';
import { MONITORED_ON_AWS } from '../../functions/schedules/figures-due.ts';
import type { AwsEvent } from '../../infra/local/endpoints/wire/local-service.ts';
import { idOf } from './destination-ids.ts';
import type { World } from './world.ts';

/** The deployment's entry points besides the workflow function: API, monitor and events, wired like on AWS. */

/** Age limit of a fresh observation: the monitor runs once a minute, and two runs may be missed. */
export const FRESH_SECONDS = 150;

/** Shortest time between two polls of a destination caused by events. */
const LOOK_EVERY_SECONDS = 5;
const MONITOR = { windowSeconds: 300, periodSeconds: 60, everySeconds: 60, ...MONITORED_ON_AWS };

/** Observes destinations on air like the monitor's schedule. */
export async function observe(world: World): Promise<void> {
  const { runMonitor } = await world.production.loadEntryPoints();
  await runMonitor({ ...world.deps, ...MONITOR });
}

/** Creates the handler of media events like the function behind the bus. It has state, so a world has only one. */
export async function makeEventHandler(world: World): Promise<(event: AwsEvent) => Promise<void>> {
  const { createMediaEventHandler } = await world.production.loadEntryPoints();
  return createMediaEventHandler({ ...world.deps, ...MONITOR, lookEverySeconds: LOOK_EVERY_SECONDS });
}

/** Creates the REST API of this world's deployment. Every caller is an admin; other tests cover authorization. */
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
    newId(prefix) {
      // The sweep reads the age of a recording from its id.
      if (prefix === 'rec')
        return `rec_${encodeTime(world.clock.now())}${String(++given).padStart(16, '0')}`.toLowerCase();
      // A bulk start creates a group start at any moment, which must not take the id of a destination.
      const place = world.idsToGive.findIndex((id) => id.startsWith('gst_') === (prefix === 'gst'));
      const [chosen] = place < 0 ? [] : world.idsToGive.splice(place, 1);
      return (chosen ?? idOf(900_000 + ++given)).replace(/^dst/, prefix);
    },
    freshSeconds: FRESH_SECONDS,
    metrics: { ...MONITOR, keptMs: 60_000 },
    source: { lookKeptMs: 3_000, figuresAgeMsMax: FRESH_SECONDS * 1000, periodSeconds: 60 },
    primaryMode: 'always',
    ingestHost: null,
    docs: null,
  });
}
