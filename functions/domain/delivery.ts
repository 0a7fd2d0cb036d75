import { createHash } from 'node:crypto';
import { ulidOf } from './derived-ulid.ts';
import type { SluiceEvent } from './webhook-events.ts';

/**
 * One event on its way to one target. The state machine sends, waits and sends again by the rules here; the record has
 * every attempt. A message is sent at least once: when the answer was sent but not recorded, it is sent again under the
 * same id, and receivers of webhooks recognise it.
 */

/** When attempts are made, in seconds after the first: quickly at first, then up to 24 hours. */
export const ATTEMPTS_AT_SECONDS = [0, 5, 30, 120, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400] as const;

/** A receiver may ask for a pause with Retry-After, but for no longer than this. */
export const RETRY_AFTER_SECONDS_MAX = 3600;

/** At most this share of a pause is added to it, so that receivers do not meet all senders at once. */
const JITTER = 0.1;

/** After a time without attempts, as after a restart, at least this share of a pause is kept. */
const PAUSE_KEPT = 0.5;

/** Why no answer came. A closed list: the text of an error may hold an address. */
export const SEND_ERRORS = [
  'address_not_allowed',
  'host_not_found',
  'connection_refused',
  'connection_lost',
  'tls_failed',
  'timeout',
  'secret_unreadable',
  'mail_refused',
  'mail_not_sent',
  'address_not_confirmed',
  'address_not_subscribed',
  'companion_no_button',
  'not_supported',
] as const;
export type SendError = (typeof SEND_ERRORS)[number];

/** What came of one attempt. */
export interface Attempt {
  at: string;
  /** HTTP status, or the reply code of a mail server; null when there was no answer. */
  status: number | null;
  error: SendError | null;
  durationMs: number;
  /** The first 200 characters of the answer, without secrets. */
  answer: string;
}

/** An attempt with what its answer asks for. */
export interface SendResult extends Attempt {
  /** What the answer says about the next attempt; null when it says nothing. */
  retryAfterSeconds: number | null;
  /** True when this message will never be accepted, however often it is sent. */
  isFinal: boolean;
}

export type DeliveryState = 'pending' | 'delivered' | 'failed' | 'discarded';

export interface Delivery {
  deliveryId: string;
  targetId: string;
  targetName: string;
  event: SluiceEvent;
  state: DeliveryState;
  attempts: Attempt[];
  createdAt: string;
  /** When the next attempt is due; null once it ended. */
  nextAttemptAt: string | null;
  endedAt: string | null;
  /** Counts executions, whose names must differ. */
  execution: number;
  /** The delivery that this one repeats; null for the first. */
  replayOf: string | null;
  writeCount: number;
}

const TARGET_ID = /^tgt_([0-9a-hjkmnp-tv-z]{26})$/;
const DELIVERY_ID = /^dlv_([0-9a-hjkmnp-tv-z]{26})_[0-9a-hjkmnp-tv-z]{26}$/;

/**
 * Returns the id of a delivery: the same for the same event, target and replay. It names its target, and sorts by the
 * time of the event within it.
 * @param replay distinguishes repeated deliveries; empty for the first
 */
export function deliveryIdOf(targetId: string, event: Pick<SluiceEvent, 'eventId' | 'at'>, replay = ''): string {
  const target = TARGET_ID.exec(targetId)?.[1];
  if (target === undefined) throw new Error(`not the id of a target: ${targetId}`);
  return `dlv_${target}_${ulidOf(Date.parse(event.at), JSON.stringify([targetId, event.eventId, replay]))}`;
}

/** Returns the target that a delivery's id names, or null when it is no such id. */
export function targetOfDelivery(deliveryId: string): string | null {
  const target = DELIVERY_ID.exec(deliveryId)?.[1];
  return target === undefined ? null : `tgt_${target}`;
}

/** Returns the name of a delivery's execution: at most 80 characters, as Step Functions demands. */
export function deliveryExecutionOf({ deliveryId, execution }: Pick<Delivery, 'deliveryId' | 'execution'>): string {
  return `${deliveryId}-${execution}`;
}

/** Creates the record of a delivery that is due at once. */
export function newDelivery(
  target: { targetId: string; name: string },
  event: SluiceEvent,
  now: Date,
  replay: { replayOf: string; key: string } | null = null,
): Delivery {
  return {
    deliveryId: deliveryIdOf(target.targetId, event, replay?.key),
    targetId: target.targetId,
    targetName: target.name,
    event,
    state: 'pending',
    attempts: [],
    createdAt: now.toISOString(),
    nextAttemptAt: now.toISOString(),
    endedAt: null,
    execution: 1,
    replayOf: replay?.replayOf ?? null,
    writeCount: 1,
  };
}

/** Returns the jitter of the next pause, from 0 up to 1: different for each delivery, the same at each repeat. */
export function jitterOf({ deliveryId, attempts }: Pick<Delivery, 'deliveryId' | 'attempts'>): number {
  const hash = createHash('sha256').update(`${deliveryId}#${attempts.length}`).digest();
  return hash.readUInt32BE(0) / 2 ** 32;
}

/** What follows from an attempt. */
export type Verdict =
  | { next: 'delivered' }
  /** The receiver wants no more messages: disable the target. */
  | { next: 'disable' }
  | { next: 'failed' }
  | { next: 'retry'; at: Date };

/**
 * Decides what follows from an attempt. 2xx ends the delivery, 410 disables the target, everything else is tried again
 * until the schedule ends: a receiver that answers 401 or 404 may be repaired within a day. Redirects are such failures.
 * Retry-After of 429 and 503 is honoured between the schedule's pause and an hour.
 * @param attempts how many attempts were made, this one included
 * @param random from 0 up to 1
 */
export function judge(
  result: Pick<SendResult, 'status' | 'retryAfterSeconds' | 'isFinal'>,
  { attempts, createdAt, now, random }: { attempts: number; createdAt: string; now: Date; random: number },
): Verdict {
  const { status, retryAfterSeconds, isFinal } = result;
  if (status !== null && status >= 200 && status < 300) return { next: 'delivered' };
  if (status === 410) return { next: 'disable' };
  if (isFinal) return { next: 'failed' };
  const offset = ATTEMPTS_AT_SECONDS[attempts];
  if (offset === undefined) return { next: 'failed' };
  const pauseSeconds = offset - ATTEMPTS_AT_SECONDS[attempts - 1]!;
  const planned = Date.parse(createdAt) + offset * 1000;
  const earliest = now.getTime() + pauseSeconds * 1000 * PAUSE_KEPT;
  const asked = now.getTime() + Math.min(retryAfterSeconds ?? 0, RETRY_AFTER_SECONDS_MAX) * 1000;
  const jitterMs = pauseSeconds * 1000 * JITTER * random;
  return { next: 'retry', at: new Date(Math.max(planned, earliest, asked) + jitterMs) };
}

/**
 * Adds an attempt to a delivery and moves it on. A delivery that has ended meanwhile stays ended, and counts as delivered
 * if this attempt was accepted. Pure.
 */
export function withAttempt(delivery: Delivery, result: SendResult, { now, random }: { now: Date; random: number }) {
  const { retryAfterSeconds: _asked, isFinal: _final, ...attempt } = result;
  const attempts = [...delivery.attempts, attempt];
  const verdict = judge(result, { attempts: attempts.length, createdAt: delivery.createdAt, now, random });
  if (delivery.state !== 'pending' && verdict.next !== 'delivered')
    return { verdict, delivery: { ...delivery, attempts } };
  if (verdict.next === 'retry') {
    return { verdict, delivery: { ...delivery, attempts, nextAttemptAt: verdict.at.toISOString() } };
  }
  const state: DeliveryState = verdict.next === 'delivered' ? 'delivered' : 'failed';
  return { verdict, delivery: { ...delivery, attempts, state, nextAttemptAt: null, endedAt: now.toISOString() } };
}

/** Reads Retry-After: seconds or an HTTP date. Null when it is absent or cannot be read. */
export function parseRetryAfter(value: string | undefined, now: Date): number | null {
  if (value === undefined) return null;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value);
  // Date.parse reads more than the three formats of HTTP; require the one that is sent.
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(value.trim())) return null;
  return Math.max(0, Math.ceil((Date.parse(value) - now.getTime()) / 1000));
}
