import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { useEstimate } from '../api/costs.ts';
import type { AwaitedAction } from '../destinations/action-progress.ts';
import { describeSum, PRICE_UNKNOWN, pricePerHour } from '../costs/money.ts';
import classes from './editor.module.css';

/** Total cost or saving of an action on several destinations. */
export function BulkPrice({ action, concerned }: { action: AwaitedAction; concerned: readonly DestinationResource[] }) {
  const estimate = useEstimate({ destinationIds: concerned.map((each) => each.destinationId), hours: 1 }).data;
  if (!estimate) return null;
  const perHour = pricePerHour(estimate.perHour, estimate) ?? PRICE_UNKNOWN;
  const minimum = describeSum(estimate.minimum, { isComplete: estimate.isMinimumComplete });
  return (
    <p className={classes.sum}>
      {action === 'start' ? `Total ${perHour}, at least ${minimum} (10 minutes).` : `Saves ${perHour}.`}
      {!estimate.isBilled && ' Estimate only: nothing is billed on this machine.'}
    </p>
  );
}
