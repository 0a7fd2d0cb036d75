import { describe, expect, it } from 'vitest';
import { incidentsPollMs } from './incidents.ts';

describe('incidentsPollMs', () => {
  it('polls a hidden tab slowly while something is on air, and otherwise not at all', () => {
    expect(incidentsPollMs({ isHidden: true, isOnAir: true })).toBe(15_000);
    expect(incidentsPollMs({ isHidden: true, isOnAir: false })).toBe(false);
  });

  it('polls a visible tab less often when nothing is on air', () => {
    const [onAir, quiet] = [true, false].map((isOnAir) => incidentsPollMs({ isHidden: false, isOnAir }));
    expect(onAir).toBeLessThan(Number(quiet));
  });
});
