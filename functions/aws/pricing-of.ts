import { getPrices } from '../../presets/prices.ts';
import type { Pricing } from '../domain/pricing.ts';
import type { AwsDeps } from './clients.ts';
import { regionOf } from './names.ts';

/** Returns the prices, Region and input with which this deployment's costs are computed. */
export function pricingOf({
  deployment,
}: Pick<AwsDeps<never, 'flowArn' | 'hasBackupSource' | 'pricedInput'>, 'deployment'>): Pricing {
  const region = regionOf(deployment);
  return {
    prices: getPrices(region),
    region,
    declaredInput: deployment.pricedInput,
    hasBackupSource: deployment.hasBackupSource,
  };
}
