import { describe, expect, it } from 'vitest';
import { HEALTH_LEVELS } from '../../../functions/domain/health-reasons.ts';
import { makeDestination } from '../../../test/support/make-destination.ts';
import { isOffAirAnyway } from './off-air.ts';

const running = makeDestination({ desired: 'running', status: 'running' });

describe('isOffAirAnyway', () => {
  it('is sure only where nothing arrives for certain', () => {
    const off = HEALTH_LEVELS.filter((level) => isOffAirAnyway({ ...running, health: { ...running.health, level } }));
    expect(off).toEqual(['waiting_for_source', 'reconnecting', 'down']);
  });

  it('never takes what is on air, or what is not wanted on air, for interrupted', () => {
    const health = { ...running.health, level: 'down' } as const;
    expect(isOffAirAnyway({ ...running, health, onAir: true })).toBe(false);
    expect(isOffAirAnyway({ ...running, health, desired: 'idle' })).toBe(false);
    expect(isOffAirAnyway({ ...running, status: 'starting' })).toBe(true);
  });
});
