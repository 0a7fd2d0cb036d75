import { getPrices } from '../../presets/prices.ts';
import type { Pricing } from '../domain/pricing.ts';
import type { Deployment } from './clients.ts';
import { regionOf } from './names.ts';

/** Returns the prices, Region and input with which this deployment's costs are computed. */
export function pricingOf({
  deployment,
}: {
  deployment: Pick<Deployment, 'flowArn' | 'hasBackupSource' | 'pricedInput'> &
    Partial<Pick<Deployment, 'hasAudience'>>;
}): Pricing {
  const region = regionOf(deployment);
  return {
    prices: getPrices(region),
    region,
    declaredInput: deployment.pricedInput,
    hasBackupSource: deployment.hasBackupSource,
    hasAudience: deployment.hasAudience ?? false,
  };
}
