import type { IncidentNotification } from './incident-notification.ts';
import type { TransitionKind } from './incident.ts';
import type { EventType, SluiceEvent } from './webhook-events.ts';

const TYPES: Record<TransitionKind, EventType> = {
  opened: 'incident.opened',
  escalated: 'incident.opened',
  unmuted: 'incident.opened',
  acknowledged: 'incident.acknowledged',
  unacknowledged: 'incident.acknowledged',
  resolved: 'incident.resolved',
};

const HEADS: Record<TransitionKind, string> = {
  opened: '',
  escalated: 'Escalated: ',
  unmuted: 'Still there: ',
  acknowledged: 'Acknowledged: ',
  unacknowledged: 'Waiting again: ',
  resolved: 'Resolved: ',
};

/** Returns the event of an incident's transition. The same transition gives the same event. Pure. */
export function toIncidentEvent(notification: IncidentNotification): SluiceEvent {
  const { kind, rule, severity, subject, isDrill, incidentId, at } = notification;
  const drill = isDrill ? '[Drill] ' : '';
  return {
    eventId: notification.notificationId,
    type: TYPES[kind],
    at,
    about: {
      severity,
      rule,
      destinationId: subject.kind === 'destination' ? subject.id : null,
      group: subject.group,
      isDrill,
    },
    title: `${drill}${HEADS[kind]}${notification.title} (${subject.name}, ${severity})`,
    lines: linesOf(notification),
    data: {
      incidentId,
      change: kind,
      rule,
      severity,
      subjectKind: subject.kind,
      subjectId: subject.id,
      subjectName: subject.name,
      isDrill,
      since: notification.since,
      durationSeconds: notification.durationSeconds,
      affectedDestinations: notification.affected.length,
      acknowledgedBy: notification.acknowledgedBy,
    },
  };
}

function linesOf({ kind, detail, meaning, action, affected, acknowledgedBy, ...rest }: IncidentNotification): string[] {
  const suffering = affected.length > 0 ? [`Affected: ${affected.map(({ name }) => name).join(', ')}.`] : [];
  const by = kind === 'acknowledged' && acknowledgedBy !== null ? [`Acknowledged by ${acknowledgedBy}.`] : [];
  if (kind === 'resolved') return [`It lasted ${formatDuration(rest.durationSeconds)}.`, ...suffering];
  return [detail, meaning, ...suffering, ...by, `What to do: ${action}`].filter((line) => line !== '');
}

function formatDuration(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const parts = [hours > 0 ? `${hours} h` : '', minutes > 0 ? `${minutes} min` : '', `${Math.floor(seconds) % 60} s`];
  return parts.filter((part) => part !== '').join(' ');
}
