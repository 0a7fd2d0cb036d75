import { describe, expect, it } from 'vitest';
import { incidentsPollMs } from './incidents.ts';
import { snapshotPollMs } from './pace.ts';

describe('incidentsPollMs', () => {
  it('polls a hidden tab slowly while something is on air, and otherwise not at all', () => {
    expect(incidentsPollMs({ isHidden: true, isOnAir: true })).toBe(15_000);
    expect(incidentsPollMs({ isHidden: true, isOnAir: false })).toBe(false);
  });

  it('polls a visible tab with the snapshot', () => {
    expect(incidentsPollMs({ isHidden: false, isOnAir: false })).toBe(snapshotPollMs());
  });
});
