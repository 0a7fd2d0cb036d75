import { describe, expect, it } from 'vitest';
import type { IncidentResource } from '../../../functions/api/schemas/incidents.ts';
import { affectedWords, callingIncidents, incidentName, newCalls, titlePrefix } from './incident-summary.ts';

const SINCE = '2026-11-21T18:00:00.000Z';
const sample: IncidentResource = {
  ...{ incidentId: '', rule: 'source_lost', title: 'Source lost', severity: 'high', state: 'open', isDrill: false },
  ...{ detail: '', meaning: '', action: '', since: SINCE, openedAt: SINCE, acknowledgedAt: null, acknowledgedBy: null },
  ...{ escalatedAt: null, resolvedAt: null, resolution: null, durationSeconds: 0, hiddenBy: null, muted: null },
  ...{ affected: [], revision: 1, log: [] },
  subject: { kind: 'source', id: 'main', name: 'Source', group: null },
};
const incident = (incidentId: string, changes: Partial<IncidentResource> = {}): IncidentResource => ({
  ...sample,
  incidentId,
  ...changes,
});
const ids = (list: readonly IncidentResource[]) => list.map(({ incidentId }) => incidentId);

describe('callingIncidents', () => {
  it('sorts by severity, then unacknowledged ones first, then the oldest', () => {
    const list = [
      incident('low', { severity: 'low', since: '2026-11-21T17:00:00.000Z' }),
      incident('acknowledged', { severity: 'high', state: 'acknowledged', since: '2026-11-21T17:00:00.000Z' }),
      incident('young', { severity: 'high', since: '2026-11-21T18:04:00.000Z' }),
      incident('old', { severity: 'high', since: '2026-11-21T18:00:00.000Z' }),
      incident('medium', { severity: 'medium', since: '2026-11-21T17:00:00.000Z' }),
    ];
    expect(ids(callingIncidents(list))).toEqual(['old', 'young', 'acknowledged', 'medium', 'low']);
  });

  it('leaves out effects of another incident, and muted ones', () => {
    const muted = { until: '2026-11-21T20:00:00.000Z', by: 'anna', reason: 'rehearsing' };
    expect(callingIncidents([incident('effect', { hiddenBy: 'inc_1' }), incident('muted', { muted })])).toEqual([]);
  });
});

describe('titlePrefix', () => {
  it('counts incidents, and is empty without any', () => {
    expect(titlePrefix(0)).toBe('');
    expect(titlePrefix(2)).toBe('(2) ');
  });
});

describe('incidentName', () => {
  it('names the destination, and marks a drill', () => {
    const subject = { kind: 'destination', id: 'dst_1', name: 'YouTube', group: null } as const;
    expect(incidentName(incident('one', { title: 'Stream key rejected', subject }))).toBe(
      'YouTube: Stream key rejected',
    );
    const source = { kind: 'source', id: 'main', name: 'Source', group: null } as const;
    expect(incidentName(incident('one', { title: 'Source lost', subject: source, isDrill: true }))).toBe(
      'Drill: Source lost',
    );
  });
});

describe('affectedWords', () => {
  it('names two destinations and counts the rest', () => {
    const subject = { kind: 'source', id: 'main', name: 'Source', group: null } as const;
    const affected = ['A', 'B', 'C', 'D'].map((name) => ({ destinationId: name, name }));
    expect(affectedWords(incident('one', { subject, affected }))).toBe('A, B and 2 more');
    expect(affectedWords(incident('one', { subject, affected: affected.slice(0, 2) }))).toBe('A, B');
    expect(affectedWords(incident('one', { subject, affected: [] }))).toBe('');
  });
});

describe('newCalls', () => {
  it('returns opened and escalated incidents once, and no acknowledged one', () => {
    const known = incident('known', { severity: 'medium' });
    const taken = incident('taken', { state: 'acknowledged' });
    expect(ids(newCalls([], [known, taken]))).toEqual(['known']);
    expect(newCalls([known], [known])).toEqual([]);
    expect(ids(newCalls([known], [{ ...known, severity: 'high' }]))).toEqual(['known']);
    expect(newCalls([known], [{ ...known, severity: 'low' }])).toEqual([]);
  });
});
