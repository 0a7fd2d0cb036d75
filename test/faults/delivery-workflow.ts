import { insertTarget } from '../../functions/aws/notification-target-table.ts';
import type { Delivery } from '../../functions/domain/delivery.ts';
import type { NotificationTarget } from '../../functions/domain/notification-target.ts';
import { makeTarget } from '../support/make-target.ts';
import { idOf } from './destination-ids.ts';
import { areResolved, disturb, OVER_AFTER_MS, RULE, startSome, toldOf, watchTwice } from './incident-workflow.ts';
import type { Receiver, ReceiverAnswer } from './receivers.ts';
import type { Workflow } from './workflows.ts';
import type { World } from './world.ts';

/**
 * The messages of one incident to four receivers: one that works, one that fails for some minutes, one that accepts
 * connections and never answers, and one that goes for good while messages are on their way.
 */

const HOSTS = {
  good: 'good.receiver.example',
  late: 'late.receiver.example',
  silent: 'silent.receiver.example',
  gone: 'gone.receiver.example',
} as const;
type Name = keyof typeof HOSTS;
const NAMES = Object.keys(HOSTS) as Name[];

const secretOf = (name: Name) => `whsec_${Buffer.from(`signing-secret-of-${name}`.padEnd(32, '.')).toString('base64')}`;
const targetIdOf = (name: Name) => `tgt_${String(NAMES.indexOf(name) + 1).padStart(26, '0')}`;

const SIGNING_SECRETS: ReadonlyMap<string, string> = new Map(NAMES.map((name) => [HOSTS[name], secretOf(name)]));

/** Short enough that an attempt is left when a fault meets the one that would be accepted. */
const FAILS_MS = 100_000;
/** By then the incident has escalated, and both messages are on their way. */
const GOES_AFTER_MS = 303_000;
/** A message of an undisturbed world arrives this soon, whatever the other receivers do. */
const ARRIVES_WITHIN_MS = 5_000;

const FAILURES: readonly ReceiverAnswer[] = [{ status: 500 }, { status: 503, retryAfter: '20' }, 'hang'];

function makeReceivers(): Map<string, Receiver> {
  const answers: Record<Name, () => (sinceMs: number) => ReceiverAnswer> = {
    good: () => () => ({ status: 200 }),
    late() {
      let failures = 0;
      return (sinceMs) => (sinceMs < FAILS_MS ? FAILURES[failures++ % FAILURES.length]! : { status: 204 });
    },
    silent: () => () => 'hang',
    gone: () => (sinceMs) => ({ status: sinceMs < GOES_AFTER_MS ? 500 : 410 }),
  };
  return new Map(NAMES.map((name) => [HOSTS[name], { answer: answers[name](), messages: [] }]));
}

async function addTargets(world: World): Promise<void> {
  for (const name of NAMES) {
    const target = await makeTarget(world.deps, {
      targetId: targetIdOf(name),
      name,
      url: `https://${HOSTS[name]}/hooks/4a7b9c2d1e`,
      secret: secretOf(name),
    });
    const filter = { ...target.filter, rules: [RULE] };
    await insertTarget(world.deps, { ...target, filter });
  }
}

const itemOf = (world: World, key: string) => world.items.get(key) as unknown;

function deliveriesOf(world: World, name: Name): Delivery[] {
  const found = [...world.items].filter(([key]) => key.startsWith(`DELIVERIES#${targetIdOf(name)}/`));
  return found.map(([, item]) => item as unknown as Delivery);
}

const changeOf = ({ event }: Delivery) => String(event.data['change']);

/** Returns whether a target got all three messages of the incident. */
function hasAll(world: World, name: Name): boolean {
  const deliveries = deliveriesOf(world, name);
  const accepted = (world.receivers.get(HOSTS[name])?.messages ?? []).filter(
    ({ status }) => status !== null && status < 300,
  );
  return (
    deliveries.map(changeOf).toSorted().join() === 'escalated,opened,resolved' &&
    deliveries.every(({ state, event }) => state === 'delivered' && accepted.some(({ id }) => id === event.eventId))
  );
}

/** Returns whether the target whose receiver went is disabled and nothing is on its way to it. */
function isGivenUp(world: World): boolean {
  const target = itemOf(world, `NOTIFICATION-TARGETS/${targetIdOf('gone')}`) as NotificationTarget;
  return (
    !target.isEnabled &&
    target.disabledReason === 'gone' &&
    deliveriesOf(world, 'gone').every(({ state }) => state === 'failed' || state === 'discarded' || state === 'pending')
  );
}

/** Returns whether the deliveries to the receiver that never answers continue, with their attempts recorded. */
function isTriedAgain(world: World): boolean {
  return deliveriesOf(world, 'silent').every(({ state, attempts, deliveryId }) => {
    const isMarked = world.items.has(`DELIVERIES-PENDING/${deliveryId}`);
    return state === 'pending' && isMarked && attempts.length > 1;
  });
}

/** In a world without faults, the receiver that works gets each message once and soon. */
function isUndisturbed(world: World): boolean {
  if (world.events.some((line) => / fault /.test(line))) return true;
  const { messages } = world.receivers.get(HOSTS.good)!;
  const isSoon = deliveriesOf(world, 'good').every(
    ({ event, endedAt }) => Date.parse(endedAt!) - Date.parse(event.at) < ARRIVES_WITHIN_MS,
  );
  return messages.length === 3 && isSoon;
}

export const DELIVERY_WORKFLOW: Workflow = {
  name: 'the messages of an incident reach every receiver that recovers',
  world: { monitorEverySeconds: 60, latencyMsMax: 40 },
  isMeddledWith: true,
  isContested: true,
  lastsMs: OVER_AFTER_MS,
  signingSecrets: SIGNING_SECRETS,
  async prepare(world) {
    await startSome(world, 1);
    await world.drive(addTargets(world));
  },
  setOff(world) {
    for (const [host, receiver] of makeReceivers()) world.receivers.set(host, receiver);
    disturb(world, idOf(1));
    return watchTwice(world);
  },
  isReached: (_record, world) =>
    toldOf(world, ({ rule }) => rule === RULE) === 'escalated,opened,resolved' &&
    areResolved(world, RULE, 1) &&
    hasAll(world, 'good') &&
    hasAll(world, 'late') &&
    isGivenUp(world) &&
    isTriedAgain(world) &&
    isUndisturbed(world),
};
