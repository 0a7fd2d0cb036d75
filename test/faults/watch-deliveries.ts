import { createHmac } from 'node:crypto';
import type { Delivery } from '../../functions/domain/delivery.ts';
import type { NotificationTarget } from '../../functions/domain/notification-target.ts';
import type { Invocation, WireCall } from './in-process-transport.ts';
import type { Outcome } from './processes.ts';
import type { Message } from './receivers.ts';
import { Violation } from './violation.ts';
import type { Item, Watcher } from './watching.ts';
import type { World } from './world.ts';

/**
 * I14 deliveries: a receiver that compares ids sees each transition of an incident once. A message keeps its id and its
 * bytes over all attempts, and its signature is valid. Each attempt whose process survived is recorded. What counts as
 * delivered was accepted. A receiver that has answered 410 gets nothing more.
 */

const NAME = 'I14 deliveries';
/** Receivers that follow Standard Webhooks refuse messages that are older. */
const REPLAY_WINDOW_MS = 300_000;
/** Step Functions waits whole seconds, so an attempt may come this much early. */
const EARLY_MS_MAX = 500;

/** Returns the events that reached the address of a target by e-mail, as often as they did. */
export function mailsOf(world: World, targetId: string): string[] {
  const target = world.items.get(`NOTIFICATION-TARGETS/${targetId}`) as unknown as NotificationTarget | undefined;
  return world.topicMails.flatMap((mail) =>
    mail.kind === 'message' && mail.to === target?.email ? (/^Event: (.+)$/m.exec(mail.text)?.[1] ?? []) : [],
  );
}

/** Creates the watcher. @param signingSecrets by host */
export function watchDeliveries(world: World, signingSecrets: ReadonlyMap<string, string>): Watcher {
  /** Text by host and id. */
  const texts = new Map<string, string>();
  /** Id by host and transition. */
  const ids = new Map<string, string>();
  /** When a host's 410 was recorded. */
  const goneAtMs = new Map<string, number>();
  const sent = new WeakMap<Invocation, Message>();
  /** Attempts that must be in the record, by delivery. */
  const attempts = new Map<string, number>();
  /** When the record of a delivery was last written. */
  const writtenAtMs = new Map<string, number>();

  function received(message: Message, { invocation, isLate }: WireCall): void {
    const { host, id, text } = message;
    checkSignature(message);
    if (invocation && !isLate) sent.set(invocation, message);
    checkDue(message, invocation);
    // A process that began before may have read the target earlier.
    if (invocation && invocation.beganMs > (goneAtMs.get(host) ?? Infinity)) {
      throw new Violation(NAME, `${host} answered 410 and got another message`);
    }
    const known = texts.get(`${host} ${id}`);
    if (known !== undefined && known !== text) throw new Violation(NAME, `${id} arrived with another text`);
    texts.set(`${host} ${id}`, text);
    const { data } = JSON.parse(text) as { data: { incidentId?: string; change?: string } };
    const transition = `${host} ${data.incidentId} ${data.change}`;
    const before = ids.get(transition);
    if (before !== undefined && before !== id)
      throw new Violation(NAME, `${transition} arrived as ${before} and ${id}`);
    ids.set(transition, id);
  }

  /** A process that begins after a write of the record sends only what is due by it. */
  function checkDue(message: Message, invocation: Invocation | null): void {
    const delivery = deliveryOf(message);
    if (!delivery || !invocation || invocation.beganMs <= (writtenAtMs.get(delivery.deliveryId) ?? 0)) return;
    const { deliveryId, state, nextAttemptAt } = delivery;
    if (state !== 'pending') throw new Violation(NAME, `${deliveryId} is ${state} and was sent again`);
    const earlyMs = Date.parse(nextAttemptAt!) - message.atMs;
    if (earlyMs > EARLY_MS_MAX) throw new Violation(NAME, `${deliveryId} was sent ${earlyMs} ms early`);
  }

  function deliveryOf({ host, id }: Message): Delivery | undefined {
    const deliveries = [...world.items].filter(([key]) => key.startsWith('DELIVERIES#'));
    return deliveries
      .map(([, item]) => item as unknown as Delivery)
      .find(({ event, targetId }) => event.eventId === id && hostOf(targetId) === host);
  }

  /** Computed here and not by the code under test. */
  function checkSignature({ host, id, timestamp, signature, text, atMs }: Message): void {
    const secret = signingSecrets.get(host);
    if (secret === undefined) return;
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${text}`).digest('base64');
    if (signature !== `v1,${expected}`) throw new Violation(NAME, `${id} has a wrong signature`);
    if (Math.abs(atMs - Number(timestamp) * 1000) > REPLAY_WINDOW_MS) {
      throw new Violation(NAME, `${id} is dated ${timestamp}, outside the replay window`);
    }
  }

  function wrote(key: string, before: Item | null, after: Item | null): void {
    if (key.startsWith('DELIVERIES#')) checkRecord(before as Delivery | null, after as Delivery | null);
  }

  function checkRecord(before: Delivery | null, after: Delivery | null): void {
    if (!after) throw new Violation(NAME, `${before!.deliveryId} was removed`);
    const { deliveryId, event, state, targetId } = after;
    writtenAtMs.set(deliveryId, world.clock.now());
    if (!before) checkFirst(after);
    if (before && before.attempts.some((attempt, index) => after.attempts[index]?.at !== attempt.at)) {
      throw new Violation(NAME, `an attempt of ${deliveryId} was removed`);
    }
    if (state !== 'delivered' || before?.state === 'delivered') return;
    const messages = world.receivers.get(hostOf(targetId))?.messages ?? [];
    const isAccepted = messages.some(({ id, status }) => id === event.eventId && status !== null && status < 300);
    if (!isAccepted && !mailsOf(world, targetId).includes(event.eventId))
      throw new Violation(NAME, `${deliveryId} counts as delivered, and nothing accepted it`);
  }

  function checkFirst({ deliveryId, event, targetId, replayOf }: Delivery): void {
    if (replayOf !== null) return;
    for (const [key, item] of world.items) {
      if (!key.startsWith(`DELIVERIES#${targetId}/`) || key.endsWith(deliveryId)) continue;
      if ((item as unknown as Delivery).event.eventId !== event.eventId) continue;
      throw new Violation(NAME, `${event.eventId} has two deliveries to ${targetId}`);
    }
  }

  function hostOf(targetId: string): string {
    const target = world.items.get(`NOTIFICATION-TARGETS/${targetId}`) as unknown as NotificationTarget | undefined;
    return target?.urlHost ?? '';
  }

  function ended(invocation: Invocation, { ok }: Outcome): void {
    const message = sent.get(invocation);
    if (!message || !ok) return;
    const delivery = deliveryOf(message);
    if (!delivery) throw new Violation(NAME, `${message.id} to ${message.host} is recorded nowhere`);
    const expected = (attempts.get(delivery.deliveryId) ?? 0) + 1;
    attempts.set(delivery.deliveryId, expected);
    if (delivery.attempts.length < expected) {
      throw new Violation(NAME, `${delivery.deliveryId} has ${delivery.attempts.length} of ${expected} attempts`);
    }
    if (message.status === 410) goneAtMs.set(message.host, world.clock.now());
  }

  return { received, wrote, ended };
}
