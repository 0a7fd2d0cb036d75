import { describe, expect, it } from 'vitest';
import { toIncidentEvent } from './incident-event.ts';
import type { IncidentNotification } from './incident-notification.ts';
import { TRANSITION_KINDS } from './incident.ts';

const notification: IncidentNotification = {
  notificationId: 'inc_1-3',
  incidentId: 'inc_1',
  revision: 3,
  kind: 'opened',
  at: '2026-11-21T18:00:10.000Z',
  rule: 'source_lost',
  title: 'Source lost',
  severity: 'high',
  subject: { kind: 'source', id: 'main', name: 'Source', group: null },
  isDrill: false,
  isEscalated: false,
  detail: 'nothing arrives since 18:00:00',
  meaning: 'All destinations get nothing.',
  action: 'Check the encoder.',
  since: '2026-11-21T18:00:00.000Z',
  durationSeconds: 3725,
  affected: [{ destinationId: 'dst_1', name: 'YouTube' }],
  acknowledgedBy: null,
};

describe('the event of an incident', () => {
  it('has the id of the transition, and says what to do', () => {
    expect(toIncidentEvent(notification)).toMatchObject({
      eventId: 'inc_1-3',
      type: 'incident.opened',
      title: 'Source lost (Source, high)',
      lines: [
        'nothing arrives since 18:00:00',
        'All destinations get nothing.',
        'Affected: YouTube.',
        'What to do: Check the encoder.',
      ],
      about: { severity: 'high', rule: 'source_lost', destinationId: null, isDrill: false },
      data: { incidentId: 'inc_1', change: 'opened', affectedDestinations: 1 },
    });
  });

  it('of the end says how long it lasted', () => {
    const { type, title, lines } = toIncidentEvent({ ...notification, kind: 'resolved' });
    expect([type, title, lines[0]]).toEqual([
      'incident.resolved',
      'Resolved: Source lost (Source, high)',
      'It lasted 1 h 2 min 5 s.',
    ]);
  });

  it('names the destination it is about, for the filters, and marks drills', () => {
    const subject = { kind: 'destination' as const, id: 'dst_1', name: 'YouTube', group: 'Sunday' };
    const { about, title } = toIncidentEvent({ ...notification, subject, isDrill: true });
    expect(about).toMatchObject({ destinationId: 'dst_1', group: 'Sunday', isDrill: true });
    expect(title).toMatch(/^\[Drill\] /);
  });

  it('is of one of three types for every transition', () => {
    const types = TRANSITION_KINDS.map((kind) => toIncidentEvent({ ...notification, kind }).type);
    expect(new Set(types)).toEqual(new Set(['incident.opened', 'incident.acknowledged', 'incident.resolved']));
  });
});
