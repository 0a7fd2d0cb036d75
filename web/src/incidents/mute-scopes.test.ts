import { describe, expect, it } from 'vitest';
import type { IncidentResource } from '../../../functions/api/schemas/incidents.ts';
import { muteScopes } from './mute-scopes.ts';

const about = (subject: IncidentResource['subject']): IncidentResource =>
  ({ rule: 'stream_key_rejected', title: 'Stream key rejected', subject }) as IncidentResource;

describe('muteScopes', () => {
  it('offers rule, destination, group and everything, the narrowest first', () => {
    const subject = { kind: 'destination', id: 'dst_1', name: 'Alpha', group: 'Sunday' } as const;
    expect(muteScopes(about(subject)).map(({ scope }) => scope)).toEqual([
      { rule: 'stream_key_rejected', destinationId: 'dst_1' },
      { destinationId: 'dst_1' },
      { group: 'Sunday' },
      { rule: 'stream_key_rejected' },
    ]);
    expect(muteScopes(about({ ...subject, group: null }))).toHaveLength(3);
  });

  it('offers only the rule for other subjects', () => {
    const scopes = muteScopes(about({ kind: 'source', id: 'main', name: 'Source', group: null }));
    expect(scopes).toEqual([{ label: '“Stream key rejected”', scope: { rule: 'stream_key_rejected' } }]);
  });
});
