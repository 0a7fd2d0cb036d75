import type { DestinationResource } from '../../../functions/api/schemas.ts';
import { useEstimate } from '../api/costs.ts';
import type { BulkAction } from '../presentation/bulk-action.ts';
import { describeSum, PRICE_UNKNOWN, pricePerHour } from '../presentation/money.ts';
import classes from './editor.module.css';

/** What an action for several does, each by name with its price, and all of them together. */
export function BulkPrice({ action, concerned }: { action: BulkAction; concerned: readonly DestinationResource[] }) {
  const estimate = useEstimate({ destinationIds: concerned.map((each) => each.destinationId), hours: 1 }).data;
  return (
    <>
      <ul className={classes.names} aria-label={`What will ${action}`}>
        {concerned.map(({ destinationId, name, cost }) => (
          <li key={destinationId}>
            {name}
            <span>
              {action === 'start'
                ? (pricePerHour(cost.perHourRunning, cost) ?? PRICE_UNKNOWN)
                : `${describeSum(cost.thisRun, cost)} in this run`}
            </span>
          </li>
        ))}
      </ul>
      {estimate && (
        <p className={classes.sum}>
          {action === 'start' ? 'Together' : 'Saves'} <b>{pricePerHour(estimate.perHour, estimate) ?? PRICE_UNKNOWN}</b>
          {action === 'start' &&
            `; ten minutes are charged in any case, ${describeSum(estimate.minimum, { isComplete: estimate.isMinimumComplete })}`}
          {!estimate.isBilled && ' on AWS; nothing is billed here'}
        </p>
      )}
    </>
  );
}
