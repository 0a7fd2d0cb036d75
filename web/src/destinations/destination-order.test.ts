import { describe, expect, it } from 'vitest';
import { nextSort, sortDestinations, toSortOrder } from './destination-order.ts';
import { makeDestination } from '../../../test/support/make-destination.ts';

const { cost } = makeDestination();
const alpha = makeDestination({
  position: 1,
  name: 'Stage 10',
  platform: 'zoom',
  cost: { ...cost, perHourRunning: 0.7 },
});
const bravo = makeDestination({
  position: 2,
  name: 'Stage 2',
  status: 'error',
  cost: { ...cost, perHourRunning: null },
});
const charlie = makeDestination({ position: 3, name: 'stage 3', status: 'running', onAir: true });
const sorted = (sort: string) =>
  sortDestinations([charlie, alpha, bravo], toSortOrder(sort), (id) => (id === 'zoom' ? 'A brand' : id)).map(
    ({ name }) => name,
  );

describe('sortDestinations', () => {
  it('keeps the manual order without an order and for an unknown one', () => {
    for (const sort of ['', 'bitrate', '--name']) expect(sorted(sort)).toEqual(['Stage 10', 'Stage 2', 'stage 3']);
  });

  it('sorts names in natural order, both ways', () => {
    expect(sorted('name')).toEqual(['Stage 2', 'stage 3', 'Stage 10']);
    expect(sorted('-name')).toEqual(['Stage 10', 'stage 3', 'Stage 2']);
  });

  it('sorts platforms by display name, and equal ones in manual order', () => {
    expect(sorted('platform')).toEqual(['Stage 10', 'Stage 2', 'stage 3']);
    expect(sorted('-platform')).toEqual(['Stage 2', 'stage 3', 'Stage 10']);
  });

  it('puts destinations that need attention first, then those on air', () => {
    expect(sorted('status')).toEqual(['Stage 2', 'stage 3', 'Stage 10']);
  });

  it('puts degraded destinations between failed ones and those on air', () => {
    const { health } = makeDestination();
    const degraded = makeDestination({
      ...{ position: 9, name: 'Degraded', status: 'running' },
      health: { ...health, level: 'degraded', severity: 'transient' },
    });
    const names = sortDestinations([charlie, alpha, bravo, degraded], toSortOrder('status'), String).map(
      ({ name }) => name,
    );
    expect(names).toEqual(['Stage 2', 'Degraded', 'stage 3', 'Stage 10']);
  });

  it('puts an unknown price last, both ways', () => {
    expect(sorted('price')).toEqual(['stage 3', 'Stage 10', 'Stage 2']);
    expect(sorted('-price')).toEqual(['Stage 10', 'stage 3', 'Stage 2']);
  });
});

describe('nextSort', () => {
  it('cycles through ascending, descending and none; another column starts ascending', () => {
    expect(nextSort(null, 'name')).toBe('name');
    expect(nextSort(toSortOrder('name'), 'name')).toBe('-name');
    expect(nextSort(toSortOrder('-name'), 'name')).toBe('');
    expect(nextSort(toSortOrder('-name'), 'price')).toBe('price');
  });
});
