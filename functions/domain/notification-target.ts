import { createHash } from 'node:crypto';
import type { FieldError } from './errors.ts';
import { parseOutgoingUrl, type OutgoingUrlOptions } from './outgoing-url.ts';
import {
  EVENT_SEVERITIES,
  EVENT_TYPES,
  type EventSeverity,
  type EventType,
  type SluiceEvent,
} from './webhook-events.ts';

/** Notification targets: where messages about events go, and which events each target wants. */

export const TARGET_KINDS = ['email', 'webhook', 'slack', 'discord', 'teams', 'companion'] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

/** Empty lists admit everything. All lists must admit an event. */
export interface TargetFilter {
  eventTypes: EventType[];
  /** Severities of incidents. Events without a severity pass. */
  severities: EventSeverity[];
  /** Rules of incidents. Events that no rule caused pass. */
  rules: string[];
  /** Destinations by id and groups by name: an event about a destination passes when one of both lists names it. */
  destinationIds: string[];
  groups: string[];
  /** True admits what drills cause. */
  includesDrills: boolean;
}

/** The filter of a target that names none: incidents, without those of drills. */
export const DEFAULT_FILTER: TargetFilter = {
  eventTypes: ['incident.opened', 'incident.resolved'],
  severities: [],
  rules: [],
  destinationIds: [],
  groups: [],
  includesDrills: false,
};

/** A stored signing secret. After a rotation the one before it signs as well until it expires. */
export interface StoredSecret {
  ciphertext: string;
  createdAt: string;
  /** Null: the newest. */
  expiresAt: string | null;
}

/** What came of the newest attempt to send a message to a target. */
export interface LastDelivery {
  at: string;
  /** Of the event that was sent. */
  title: string;
  isAccepted: boolean;
  /** Status of the answer; null when there was none. */
  status: number | null;
}

export interface NotificationTarget {
  targetId: string;
  name: string;
  kind: TargetKind;
  /** The e-mail address; null for the other kinds. */
  email: string | null;
  /** Host of the URL, by which people recognise it; null for e-mail. */
  urlHost: string | null;
  /** The URL, encrypted, because anyone who knows the URL of a chat may write into it. */
  urlCiphertext: string | null;
  /** What to change in Companion; absent for the other kinds. */
  companion?: CompanionSettings | null;
  /** Secrets that sign webhooks, the newest first; empty for the other kinds. */
  secrets: StoredSecret[];
  filter: TargetFilter;
  isEnabled: boolean;
  /** Why it is disabled: the receiver answered 410, or an operator switched it off. */
  disabledReason: 'gone' | 'operator' | null;
  /** Attempts that failed one after another; 0 after a success. */
  failuresInSequence: number;
  failingSince: string | null;
  /** Absent before the first attempt. */
  lastDelivery?: LastDelivery;
  createdAt: string;
  lastModified: string;
  createdBy: string;
  writeCount: number;
}

/** A button of Companion, as its editor numbers them. */
export interface ButtonLocation {
  page: number;
  row: number;
  column: number;
}

export interface CompanionSettings {
  /** Name of the custom variable that shows the newest message. */
  variable: string;
  /** Pressed when an incident opens, and when one resolves; null presses none. */
  pressOnOpen: ButtonLocation | null;
  pressOnResolve: ButtonLocation | null;
}

/** What the API takes, before it is checked. */
export interface TargetInput {
  kind: TargetKind;
  email?: string | undefined;
  url?: string | undefined;
}

// The pragmatic subset of RFC 5321: no quotes, comments, lists or control characters, which could add recipients.
const EMAIL =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]*[A-Za-z0-9])+$/;
const EMAIL_CHARACTERS_MAX = 254;

/** Hosts of the chats' incoming webhooks. A URL elsewhere is most likely pasted into the wrong field. */
const CHAT_HOSTS: Partial<Record<TargetKind, RegExp>> = {
  slack: /^hooks\.slack(-gov)?\.com$/,
  discord: /^(?:(?:canary|ptb)\.)?discord(?:app)?\.com$/,
  teams: /\.(?:logic\.azure\.com|api\.powerplatform\.com|webhook\.office\.com)$/,
};
const CHAT_EXAMPLES: Partial<Record<TargetKind, string>> = {
  slack: 'https://hooks.slack.com/services/…',
  discord: 'https://discord.com/api/webhooks/…',
  teams: 'the URL of a Teams workflow, https://….logic.azure.com/…',
};

/** Checks where a target sends to. @returns the checked address, or what is wrong field by field */
export function checkTarget(
  { kind, email, url }: TargetInput,
  options: OutgoingUrlOptions,
):
  | { ok: true; email: string | null; url: string | null; urlHost: string | null }
  | { ok: false; errors: FieldError[] } {
  const refuse = (field: string, message: string) => ({ ok: false as const, errors: [{ field, message }] });
  if (kind === 'email') {
    if (url !== undefined) return refuse('url', 'an e-mail target has no URL');
    if (email === undefined) return refuse('email', 'required for a target of the kind email');
    if (email.length > EMAIL_CHARACTERS_MAX || !EMAIL.test(email)) {
      return refuse('email', 'must be one plain e-mail address, such as studio@example.com');
    }
    return { ok: true, email, url: null, urlHost: null };
  }
  if (email !== undefined) return refuse('email', `a target of the kind ${kind} has no e-mail address`);
  if (url === undefined) return refuse('url', `required for a target of the kind ${kind}`);
  const parsed = parseOutgoingUrl(url, options);
  if (!parsed.ok) return refuse('url', parsed.message);
  const hosts = CHAT_HOSTS[kind];
  if (kind === 'companion' && !/^https?:\/\/[^/]+\/$/.test(parsed.url)) {
    return refuse('url', 'must be the address of Companion without a path, such as http://192.168.1.20:8000');
  }
  const isLocal = options.loopbackAllowed && /^(localhost|127\.|::1)/.test(parsed.host);
  if (hosts && !hosts.test(parsed.host) && !isLocal) return refuse('url', `must be ${CHAT_EXAMPLES[kind]}`);
  return { ok: true, email: null, url: parsed.url, urlHost: parsed.host };
}

/**
 * Whether an address may be sent to where its owner has to confirm: `missing` once it was unsubscribed or not confirmed
 * in time, `unknown` when that could not be read.
 */
export const SUBSCRIPTION_STATES = ['confirmed', 'waiting', 'missing', 'unknown'] as const;
export type SubscriptionState = (typeof SUBSCRIPTION_STATES)[number];

/** Returns what marks the messages for an address: the same however the address is spelled, and not the address. */
export function subscriptionKeyOf(email: string): string {
  return createHash('sha256').update(email.toLowerCase()).digest('hex').slice(0, 32);
}

/** Returns whether a target wants an event. Pure. */
export function wantsEvent(
  { filter, isEnabled }: Pick<NotificationTarget, 'filter' | 'isEnabled'>,
  event: SluiceEvent,
): boolean {
  const { severity, rule, destinationId, group, isDrill } = event.about;
  const admits = <Value>(list: readonly Value[], value: Value | null) =>
    list.length === 0 || value === null || list.includes(value);
  if (!isEnabled || (isDrill && !filter.includesDrills)) return false;
  if (filter.eventTypes.length > 0 && !filter.eventTypes.includes(event.type)) return false;
  if (!admits(filter.severities, severity) || !admits(filter.rules, rule)) return false;
  if (destinationId === null || (filter.destinationIds.length === 0 && filter.groups.length === 0)) return true;
  return filter.destinationIds.includes(destinationId) || (group !== null && filter.groups.includes(group));
}

/** Returns what to keep of an attempt. Pure. */
export function lastDeliveryOf(
  { title }: Pick<SluiceEvent, 'title'>,
  { at, status }: { at: string; status: number | null },
): LastDelivery {
  return { at, title, status, isAccepted: status !== null && status >= 200 && status < 300 };
}

/** Keeps what came of an attempt, unless a newer attempt is kept. Pure. */
export function withLastDelivery(target: NotificationTarget, last: LastDelivery): NotificationTarget {
  return target.lastDelivery && target.lastDelivery.at > last.at ? target : { ...target, lastDelivery: last };
}

/** Failed attempts in a row after which a target counts as failing: half a minute of retries. */
const FAILING_ATTEMPTS_MIN = 3;

/** Returns true for a target that should hear of events and does not accept them. */
export function isFailing({ isEnabled, disabledReason, failuresInSequence }: NotificationTarget): boolean {
  return disabledReason === 'gone' || (isEnabled && failuresInSequence >= FAILING_ATTEMPTS_MIN);
}

/** Returns the secrets that sign at this time, the newest first. */
export function signingSecrets(secrets: readonly StoredSecret[], now: Date): StoredSecret[] {
  return secrets.filter(({ expiresAt }) => expiresAt === null || Date.parse(expiresAt) > now.getTime());
}

/** How long the secret before a rotation still signs. */
const ROTATED_SECRET_SECONDS = 24 * 3600;

/** Puts a new secret first. The one before it signs for a while longer, and older ones go. */
export function rotateSecret(secrets: readonly StoredSecret[], ciphertext: string, now: Date): StoredSecret[] {
  const expiresAt = new Date(now.getTime() + ROTATED_SECRET_SECONDS * 1000).toISOString();
  const before = signingSecrets(secrets, now)
    .slice(0, 1)
    .map((secret) => ({ ...secret, expiresAt }));
  return [{ ciphertext, createdAt: now.toISOString(), expiresAt: null }, ...before];
}

/** For the API's schemas. */
export const FILTER_VALUES = { eventTypes: EVENT_TYPES, severities: EVENT_SEVERITIES };
