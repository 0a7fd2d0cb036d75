import { createHash } from 'node:crypto';

/**
 * Events that leave the product: what happened, to what, and when. Payloads are thin, ids and states only. A receiver
 * that wants more asks the API, so a payload never holds what its reader may not see.
 */

export const EVENT_TYPES = [
  'destination.created',
  'destination.started',
  'destination.on_air',
  'destination.degraded',
  'destination.recovered',
  'destination.stopped',
  'destination.failed',
  'destination.deleted',
  'source.connected',
  'source.lost',
  'operation.ended',
  'incident.opened',
  'incident.acknowledged',
  'incident.resolved',
  'show.preflight_failed',
  'report.ready',
  'notification.test',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Severities of an event, the worst first. They are those of incidents. */
export const EVENT_SEVERITIES = ['high', 'medium', 'low'] as const;
export type EventSeverity = (typeof EVENT_SEVERITIES)[number];

/** What an event says, one description per type. The API's document shows these texts. */
export const EVENT_MEANINGS: Record<EventType, string> = {
  'destination.created': 'A destination was created',
  'destination.started': 'An operator or the deployment asked to start a destination',
  'destination.on_air': 'A destination delivers video',
  'destination.degraded': 'A destination that was on air does not deliver as it should',
  'destination.recovered': 'A degraded destination delivers again',
  'destination.stopped': 'A destination is off air as requested',
  'destination.failed': 'An operation of a destination failed',
  'destination.deleted': 'A destination was deleted',
  'source.connected': 'The encoder sends',
  'source.lost': 'The encoder does not send any more',
  'operation.ended': 'An operation of a destination ended; outcome says how',
  'incident.opened': 'An incident opened, was escalated or was unmuted; change says which',
  'incident.acknowledged': 'Someone acknowledged an incident, or withdrew that; change says which',
  'incident.resolved': 'An incident ended; durationSeconds says how long it lasted',
  'show.preflight_failed': 'The check of a show before its start found what the show cannot do with',
  'report.ready': 'A report can be downloaded',
  'notification.test': 'A test of this notification target',
};

/** Data of an event: flat, ids and states. */
export type EventData = Record<string, string | number | boolean | null>;

export interface SluiceEvent {
  /** The same however often the event is published; receivers use it to recognise a repeated message. */
  eventId: string;
  type: EventType;
  at: string;
  /** What the filters of a notification target compare. */
  about: {
    severity: EventSeverity | null;
    rule: string | null;
    destinationId: string | null;
    group: string | null;
    /** True when a drill caused it. */
    isDrill: boolean;
  };
  /** For people: one line, then some details. */
  title: string;
  lines: string[];
  data: EventData;
}

/** Nothing about severity, rule, destination or group, for events that have none of them. */
export const ABOUT_NOTHING: SluiceEvent['about'] = {
  severity: null,
  rule: null,
  destinationId: null,
  group: null,
  isDrill: false,
};

/** Returns an id for an event without one. @param parts what makes it unique, the same at each repeat */
export function eventIdOf(type: EventType, ...parts: (string | number)[]): string {
  const hash = createHash('sha256').update(JSON.stringify([type, ...parts]));
  return `evt_${hash.digest('hex').slice(0, 32)}`;
}

/**
 * Returns the body of a webhook request. Standard Webhooks: `type`, `timestamp`, `data`. The keys of `data` are sorted,
 * because the table does not keep their order, and a repeated message has the same bytes.
 */
export function toWebhookBody({ type, at, data }: Pick<SluiceEvent, 'type' | 'at' | 'data'>): string {
  const sorted = Object.entries(data).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify({ type, timestamp: at, data: Object.fromEntries(sorted) });
}

/** Returns the test message of a notification target. */
export function testEvent(targetId: string, name: string, now: Date): SluiceEvent {
  const at = now.toISOString();
  return {
    eventId: eventIdOf('notification.test', targetId, at),
    type: 'notification.test',
    at,
    about: ABOUT_NOTHING,
    title: `Test message to ${name}`,
    lines: ['This notification target works. Nothing is wrong.'],
    data: { targetId },
  };
}
