import { describe, expect, it } from 'vitest';
import { practisedFaults } from './practised-faults.ts';

const lost = { fault: 'source_lost', scope: 'deployment', label: 'Source lost', description: '' } as const;
const refused = {
  fault: 'key_refused',
  scope: 'destination',
  label: 'Stream key refused',
  description: '',
} as const;
const names = [{ destinationId: 'dst_1', name: 'Alpha' }];

describe('what is practised', () => {
  it('is named, and what is not is left out', () => {
    const quiet = { ...refused, isActive: false, destinationIds: [] };
    expect(practisedFaults([{ ...lost, isActive: true, destinationIds: [] }, quiet], names)).toEqual(['Source lost']);
  });

  it('says on which destinations, by id where there is no name any more', () => {
    const faults = [{ ...refused, isActive: true, destinationIds: ['dst_1', 'dst_2'] }];
    expect(practisedFaults(faults, names)).toEqual(['Stream key refused: Alpha, dst_2']);
  });
});
