import { describe, expect, it } from 'vitest';
import { describeActiveDrills } from './active-drills.ts';

const lost = { fault: 'source_lost', scope: 'deployment', label: 'Source lost', description: '' } as const;
const refused = {
  fault: 'key_refused',
  scope: 'destination',
  label: 'Stream key refused',
  description: '',
} as const;
const names = [{ destinationId: 'dst_1', name: 'Alpha' }];

describe('running drills', () => {
  it('are named, without the inactive ones', () => {
    const quiet = { ...refused, isActive: false, destinationIds: [] };
    expect(describeActiveDrills([{ ...lost, isActive: true, destinationIds: [] }, quiet], names)).toEqual([
      'Source lost',
    ]);
  });

  it('include their destinations, by id when the name is unknown', () => {
    const faults = [{ ...refused, isActive: true, destinationIds: ['dst_1', 'dst_2'] }];
    expect(describeActiveDrills(faults, names)).toEqual(['Stream key refused: Alpha, dst_2']);
  });
});
