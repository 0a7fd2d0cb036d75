import type { IncidentNotification } from '../../functions/domain/incident-notification.ts';
import type { RuleId } from '../../functions/domain/incident-rules.ts';
import type { Incident } from '../../functions/domain/incident.ts';
import { addDestination, ask } from './act.ts';
import { idOf } from './destination-ids.ts';
import { observe } from './entry-points.ts';
import { send } from './requests.ts';
import type { Workflow } from './workflows.ts';
import type { World } from './world.ts';

/** Incidents, watched by two monitors at once. */

const [ID, OTHER_ID] = [idOf(1), idOf(2)];
const READY_WITHIN_MS = 900_000;
/** Longer than a sweep takes to notice an execution that ended early, so that the incident escalates in any case. */
const RECOVERS_MS = 750_000;
/** Longer than the hold time, and shorter than the time until an incident escalates. */
const LOST_MS = 240_000;
/** Long enough for two sweeps after the end, which repair what a fault has left. */
export const OVER_AFTER_MS = 1_500_000;
/** What a recovering channel opens. */
export const RULE: RuleId = 'destination_not_delivering';

/** Puts the first destinations on air. */
export async function startSome(world: World, count: number): Promise<void> {
  for (let number = 1; number <= count; number++) {
    const id = idOf(number);
    await world.drive(addDestination(world, number, { standby: 'warm' }));
    await world.until(() => world.record(id)?.status === 'idle', READY_WITHIN_MS);
    await world.drive(ask(world, id, 'start'));
    await world.until(() => world.record(id)?.status === 'running', READY_WITHIN_MS);
  }
}

/** Runs a second monitor, a moment after the first. */
function monitorTwice(world: World, untilMs: number): void {
  world.clock.after(60_000, () => {
    void world.runAs('monitor', null, () => observe(world));
    if (world.clock.now() < untilMs) monitorTwice(world, untilMs);
  });
}

/** Lets the world go on, with a second monitor. */
export function watchTwice(world: World): Promise<{ ok: true }> {
  monitorTwice(world, world.clock.now() + OVER_AFTER_MS);
  return new Promise((done) => void world.clock.after(OVER_AFTER_MS, () => done({ ok: true })));
}

/** Makes the channel of a destination recover for twelve minutes. */
export function disturb(world: World, id: string): void {
  world.planTransition = ({ from }) => (from === 'RECOVERING' ? { afterMs: RECOVERS_MS } : undefined);
  world.mediaServices.disturbChannel(world.record(id)!.held.channel!.channelId);
}

/** Returns the transitions that were handed over, in the order of their names. */
export function toldOf(world: World, isMeant: (notification: IncidentNotification) => boolean): string {
  const items = [...world.items].filter(([key]) => key.startsWith('NOTIFICATIONS-DUE/')).map(([, item]) => item);
  const told = items as unknown as IncidentNotification[];
  return told
    .filter(isMeant)
    .map(({ kind }) => kind)
    .toSorted()
    .join();
}

const itemsIn = (world: World, partition: string) =>
  [...world.items].filter(([key]) => key.startsWith(partition)).map(([, item]) => item as unknown as Incident);

/** Returns whether so many incidents of a rule have resolved and none stands. */
export function areResolved(world: World, rule: RuleId, count: number): boolean {
  const isOfRule = (incident: Incident) => incident.rule === rule;
  const resolved = itemsIn(world, 'INCIDENT-HISTORY#').filter(({ state }) => state === 'resolved');
  return !itemsIn(world, 'INCIDENTS/').some(isOfRule) && resolved.filter(isOfRule).length === count;
}

const COMMON = {
  world: { monitorEverySeconds: 60, latencyMsMax: 40 },
  isMeddledWith: true,
  isContested: true,
  lastsMs: OVER_AFTER_MS,
} satisfies Partial<Workflow>;

/** A channel recovers for twelve minutes: one incident opens, escalates without an acknowledgement, and resolves. */
export const INCIDENT_WORKFLOW: Workflow = {
  ...COMMON,
  name: 'an incident opens, escalates and resolves',
  prepare: (world) => startSome(world, 1),
  setOff(world) {
    disturb(world, ID);
    return watchTwice(world);
  },
  isReached: (_record, world) =>
    toldOf(world, ({ rule }) => rule === RULE) === 'escalated,opened,resolved' && areResolved(world, RULE, 1),
};

/** The encoder is lost for four minutes: one incident hides what the destination suffers from. */
const SOURCE_LOST: Workflow = {
  ...COMMON,
  name: 'a lost source hides its effects',
  prepare: (world) => startSome(world, 1),
  setOff(world) {
    world.setSending(false);
    world.clock.after(LOST_MS, () => world.setSending(true));
    return watchTwice(world);
  },
  isReached: (_record, world) =>
    toldOf(world, ({ rule }) => rule === 'source_lost') === 'opened,resolved' &&
    toldOf(world, ({ subject }) => subject.kind === 'destination') === '' &&
    areResolved(world, 'source_lost', 1),
};

/** Two channels recover. One destination is muted, and the incident of the other is acknowledged before it escalates. */
const MUTED: Workflow = {
  ...COMMON,
  name: 'an incident is muted and another acknowledged',
  prepare: (world) => startSome(world, 2),
  setOff(world) {
    const until = new Date(world.clock.now() + 2 * OVER_AFTER_MS).toISOString();
    const body = { destinationId: ID, until, reason: 'a known outage of the platform' };
    void send(world, { method: 'POST', path: '/api/incident-mutes', body });
    acknowledgeOnce(world, OTHER_ID);
    disturb(world, ID);
    disturb(world, OTHER_ID);
    return watchTwice(world);
  },
  isReached: (_record, world) =>
    toldOf(world, ({ subject }) => subject.id === ID) === '' &&
    toldOf(world, ({ subject }) => subject.id === OTHER_ID) === 'acknowledged,opened,resolved' &&
    areResolved(world, RULE, 2),
};

/** Acknowledges the incident of a destination half a minute after it opened. */
function acknowledgeOnce(world: World, id: string): void {
  let isDone = false;
  world.watchers.push({
    wrote(key, _before, after) {
      const incident = after as unknown as Incident | null;
      if (isDone || !key.startsWith('INCIDENTS/') || incident?.state !== 'open' || incident.subject.id !== id) return;
      isDone = true;
      const path = `/api/incidents/${incident.incidentId}/acknowledge`;
      world.clock.after(30_000, () => void send(world, { method: 'POST', path }));
    },
  });
}

export const INCIDENT_WORKFLOWS: readonly Workflow[] = [INCIDENT_WORKFLOW, SOURCE_LOST, MUTED];
