import { expect, it } from 'vitest';
import { loadProduction } from '../../faults/production.ts';
import { AWS_TIMES } from '../lifecycle/clean-lifecycle.ts';
import { countRefused, measureGroupStart, mostWithinASecond } from './virtual-group-start.ts';

it('the second with the most calls counts, wherever it begins', () => {
  expect(mostWithinASecond([0, 900, 1000, 1100, 1899, 1900, 2500])).toBe(4);
});

it('a bucket refuses what is beyond its burst and its rate', () => {
  const rate = { perSecond: 2, burst: 3 };
  expect(countRefused([0, 0, 0, 0], rate)).toBe(1);
  expect(countRefused([0, 0, 0, 500, 1000], rate)).toBe(0);
});

it('a group start makes each change once per destination, five seconds apart, and AWS refuses no call', async () => {
  const options = { destinations: 3, pace: { atOnceMax: 20, intervalMs: 5_000 }, times: AWS_TIMES['fast']! };
  const { calls, mostByOperation, refused, started } = await measureGroupStart(await loadProduction(), options);
  expect(started).toBe(3);
  expect(calls['mediaconnect, the rest']).toBe(3);
  expect(mostByOperation['mediaconnect, the rest']).toEqual({ operation: 'mediaconnect.AddFlowOutputs', calls: 1 });
  expect(refused).toEqual({ medialive: 0, 'mediaconnect, describing': 0, 'mediaconnect, the rest': 0 });
}, 120_000);
