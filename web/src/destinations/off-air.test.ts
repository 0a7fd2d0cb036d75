import { describe, expect, it } from 'vitest';
import { HEALTH_LEVELS } from '../../../functions/domain/health-reasons.ts';
import { makeDestination } from '../../../test/support/make-destination.ts';
import { isOffAirAnyway } from './off-air.ts';

const running = makeDestination({ desired: 'running', status: 'running' });

describe('isOffAirAnyway', () => {
  it('is true only when certainly nothing arrives', () => {
    const off = HEALTH_LEVELS.filter((level) => isOffAirAnyway({ ...running, health: { ...running.health, level } }));
    expect(off).toEqual(['waiting_for_source', 'reconnecting', 'down']);
  });

  it('is false for a destination on air and for one that is not desired running', () => {
    const health = { ...running.health, level: 'down' } as const;
    expect(isOffAirAnyway({ ...running, health, onAir: true })).toBe(false);
    expect(isOffAirAnyway({ ...running, health, desired: 'idle' })).toBe(false);
    expect(isOffAirAnyway({ ...running, status: 'starting' })).toBe(true);
  });
});
