import { expect, it } from 'vitest';
import { AWS_START_INTERVAL_MS, STARTS_AT_ONCE_DEFAULT } from '../../../functions/domain/start-pace.ts';
import { idOf } from '../../faults/destination-ids.ts';
import { loadProduction } from '../../faults/production.ts';
import { AWS_RATES, type RateName } from '../group-start/virtual-group-start.ts';
import { AWS_TIMES } from '../lifecycle/clean-lifecycle.ts';
import { measureShow } from './virtual-show.ts';

/** Fails when AWS would refuse or has refused a call. */
function expectRates(measured: Awaited<ReturnType<typeof measureShow>>): void {
  expect(measured.refused).toEqual({ medialive: 0, 'mediaconnect, describing': 0, 'mediaconnect, the rest': 0 });
  for (const name of Object.keys(AWS_RATES) as RateName[]) {
    expect(measured.mostByOperation[name].calls, name).toBeLessThanOrEqual(AWS_RATES[name].perSecond);
  }
}

it('fifty destinations of a show are ready before its second, and AWS refuses no call', async () => {
  const pace = { atOnceMax: STARTS_AT_ONCE_DEFAULT, intervalMs: AWS_START_INTERVAL_MS };
  const measured = await measureShow(await loadProduction(), { destinations: 50, pace, times: AWS_TIMES['typical']! });
  expect(measured.readyInTime).toBe(50);
  expect(measured.lastOnAirSeconds).toBeLessThan(1);
  expect(measured.order).toEqual(Array.from({ length: 50 }, (_, index) => idOf(index + 1)));
  expectRates(measured);
}, 180_000);

// Their start times are known, so hardly any reserve is left that could hide starts that take turns.
it('two shows of 25 destinations with the same second are ready before it, and AWS refuses no call', async () => {
  const pace = { atOnceMax: STARTS_AT_ONCE_DEFAULT, intervalMs: AWS_START_INTERVAL_MS };
  const options = { destinations: 50, shows: 2, haveStarted: true, pace, times: AWS_TIMES['typical']! };
  const measured = await measureShow(await loadProduction(), options);
  expect(measured.readyInTime).toBe(50);
  expect(measured.lastOnAirSeconds).toBeLessThan(1);
  expectRates(measured);
}, 180_000);
