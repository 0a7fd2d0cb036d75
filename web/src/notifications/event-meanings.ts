import type { TargetResource } from '../../../functions/api/schemas/notifications.ts';

export type EventType = TargetResource['filter']['eventTypes'][number];

/** What each event says, in the order of the API's document. */
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
  'report.ready': 'A report can be downloaded',
  'notification.test': 'A test of this notification target',
};

export const EVENT_TYPES = Object.keys(EVENT_MEANINGS) as EventType[];
