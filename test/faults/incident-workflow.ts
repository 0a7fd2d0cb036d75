import type { Incident } from '../../functions/domain/incident.ts';
import { addDestination, ask } from './act.ts';
import { idOf } from './destination-ids.ts';
import { observe } from './entry-points.ts';
import type { Workflow } from './workflows.ts';
import type { World } from './world.ts';

/**
 * A channel that recovers for nine minutes, watched by two monitors at once: one incident opens, escalates because it is
 * not acknowledged, and resolves.
 */

const ID = idOf(1);
const READY_WITHIN_MS = 900_000;
const RECOVERS_MS = 540_000;
/** Long enough for two sweeps after the end, which repair what a fault has left. */
const OVER_AFTER_MS = 1_500_000;
const RULE = 'destination_not_delivering';

async function startOne(world: World): Promise<void> {
  await world.drive(addDestination(world, 1, { standby: 'warm' }));
  await world.until(() => world.record(ID)?.status === 'idle', READY_WITHIN_MS);
  await world.drive(ask(world, ID, 'start'));
  await world.until(() => world.record(ID)?.status === 'running', READY_WITHIN_MS);
}

/** Runs a second monitor, a moment after the first. */
function monitorTwice(world: World, untilMs: number): void {
  world.clock.after(60_000, () => {
    void world.runAs('monitor', null, () => observe(world));
    if (world.clock.now() < untilMs) monitorTwice(world, untilMs);
  });
}

function told(world: World): string[] {
  const items = [...world.items].filter(([key]) => key.startsWith('NOTIFICATIONS-DUE/')).map(([, item]) => item);
  return items.filter(({ rule }) => rule === RULE).map(({ kind }) => String(kind));
}

const itemsIn = (world: World, partition: string) =>
  [...world.items].filter(([key]) => key.startsWith(partition)).map(([, item]) => item as unknown as Incident);

export const INCIDENT_WORKFLOW: Workflow = {
  name: 'an incident opens, escalates and resolves',
  world: { monitorEverySeconds: 60, latencyMsMax: 40 },
  isMeddledWith: true,
  isContested: true,
  lastsMs: OVER_AFTER_MS,
  prepare: startOne,
  setOff(world) {
    const endsMs = world.clock.now() + OVER_AFTER_MS;
    world.planTransition = ({ from }) => (from === 'RECOVERING' ? { afterMs: RECOVERS_MS } : undefined);
    world.mediaServices.disturbChannel(world.record(ID)!.held.channel!.channelId);
    monitorTwice(world, endsMs);
    return new Promise((done) => void world.clock.after(OVER_AFTER_MS, () => done({ ok: true })));
  },
  isReached: (_record, world) =>
    told(world).toSorted().join() === 'escalated,opened,resolved' &&
    itemsIn(world, 'INCIDENTS/').length === 0 &&
    itemsIn(world, 'INCIDENT-HISTORY#').filter(({ rule, state }) => rule === RULE && state === 'resolved').length === 1,
};
