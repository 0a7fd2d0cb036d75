import { ConfirmSubscriptionCommand } from '@aws-sdk/client-sns';
import { subscribeAddress } from '../../functions/aws/mail-topic.ts';
import { insertTarget } from '../../functions/aws/notification-target-table.ts';
import type { Delivery } from '../../functions/domain/delivery.ts';
import type { NotificationTarget } from '../../functions/domain/notification-target.ts';
import { makeTarget } from '../support/make-target.ts';
import { idOf } from './destination-ids.ts';
import { areResolved, disturb, OVER_AFTER_MS, RULE, startSome, toldOf, watchTwice } from './incident-workflow.ts';
import type { Receiver, ReceiverAnswer } from './receivers.ts';
import { mailsOf } from './watch-deliveries.ts';
import type { Workflow } from './workflows.ts';
import type { World } from './world.ts';
import { TOPIC_ARN } from './world-services.ts';

/**
 * The messages of one incident to four receivers: one that works, one that fails for some minutes, one that accepts
 * connections and never answers, and one that goes for good while messages are on their way. And to two e-mail
 * addresses, one of which is never confirmed.
 */

const HOSTS = {
  good: 'good.receiver.example',
  late: 'late.receiver.example',
  silent: 'silent.receiver.example',
  gone: 'gone.receiver.example',
} as const;
type Name = keyof typeof HOSTS;
const NAMES = Object.keys(HOSTS) as Name[];

const ADDRESSES = { mail: 'studio@receiver.example', unconfirmed: 'office@receiver.example' } as const;
type AddressName = keyof typeof ADDRESSES;
const ADDRESS_NAMES = Object.keys(ADDRESSES) as AddressName[];

const secretOf = (name: Name) => `whsec_${Buffer.from(`signing-secret-of-${name}`.padEnd(32, '.')).toString('base64')}`;
const targetIdOf = (name: Name | AddressName) =>
  `tgt_${String([...NAMES, ...ADDRESS_NAMES].indexOf(name) + 1).padStart(26, '0')}`;

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
  for (const name of ADDRESS_NAMES) {
    const email = ADDRESSES[name];
    const target = await makeTarget(world.deps, { targetId: targetIdOf(name), name, kind: 'email', email });
    await insertTarget(world.deps, { ...target, filter: { ...target.filter, rules: [RULE] } });
  }
}

/** Subscribes both addresses. The owner of one confirms. */
async function subscribeAddresses(world: World): Promise<void> {
  for (const name of ADDRESS_NAMES) await subscribeAddress(world.deps, TOPIC_ARN, ADDRESSES[name]);
  const asked = world.topicMails.find(({ to }) => to === ADDRESSES.mail);
  if (asked?.kind !== 'confirmation') throw new Error('SNS asked for no confirmation');
  await world.deps.clients.sns.send(new ConfirmSubscriptionCommand({ TopicArn: TOPIC_ARN, Token: asked.token }));
}

const itemOf = (world: World, key: string) => world.items.get(key) as unknown;

function deliveriesOf(world: World, name: Name | AddressName): Delivery[] {
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

/** Returns whether the confirmed address got all three messages, and the other one none that counts as delivered. */
function areMailsRight(world: World): boolean {
  const deliveries = deliveriesOf(world, 'mail');
  const arrived = mailsOf(world, targetIdOf('mail'));
  return (
    deliveries.map(changeOf).toSorted().join() === 'escalated,opened,resolved' &&
    deliveries.every(({ state, event }) => state === 'delivered' && arrived.includes(event.eventId)) &&
    mailsOf(world, targetIdOf('unconfirmed')).length === 0 &&
    deliveriesOf(world, 'unconfirmed').every(
      ({ state, attempts }) => state === 'pending' && attempts.some(({ error }) => error === 'address_not_confirmed'),
    )
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

/** In a world without faults, the receiver and the address that work get each message once and soon. */
function isUndisturbed(world: World): boolean {
  if (world.events.some((line) => / fault /.test(line))) return true;
  const { messages } = world.receivers.get(HOSTS.good)!;
  const isSoon = deliveriesOf(world, 'good').every(
    ({ event, endedAt }) => Date.parse(endedAt!) - Date.parse(event.at) < ARRIVES_WITHIN_MS,
  );
  return messages.length === 3 && mailsOf(world, targetIdOf('mail')).length === 3 && isSoon;
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
    return subscribeAddresses(world).then(() => watchTwice(world));
  },
  isReached: (_record, world) =>
    toldOf(world, ({ rule }) => rule === RULE) === 'escalated,opened,resolved' &&
    areResolved(world, RULE, 1) &&
    hasAll(world, 'good') &&
    hasAll(world, 'late') &&
    areMailsRight(world) &&
    isGivenUp(world) &&
    isTriedAgain(world) &&
    isUndisturbed(world),
};
