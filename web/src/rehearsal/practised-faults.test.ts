import { describe, expect, it } from 'vitest';
import { practisedFaults } from './practised-faults.ts';

const lost = { fault: 'source_lost', scope: 'deployment', label: 'The encoder is gone', description: '' } as const;
const refused = {
  fault: 'key_refused',
  scope: 'destination',
  label: 'The platform refuses the key',
  description: '',
} as const;
const names = [{ destinationId: 'dst_1', name: 'Alpha' }];

describe('what is practised', () => {
  it('is named, and what is not is left out', () => {
    const quiet = { ...refused, isActive: false, destinationIds: [] };
    expect(practisedFaults([{ ...lost, isActive: true, destinationIds: [] }, quiet], names)).toEqual([
      'The encoder is gone',
    ]);
  });

  it('says on which destinations, by id where there is no name any more', () => {
    const faults = [{ ...refused, isActive: true, destinationIds: ['dst_1', 'dst_2'] }];
    expect(practisedFaults(faults, names)).toEqual(['The platform refuses the key: Alpha, dst_2']);
  });
});
